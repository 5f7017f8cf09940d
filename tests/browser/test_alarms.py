"""Alarms on the page: one comes, is acknowledged by name, and goes; refusals are said; it fits and can be used by everyone."""
from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import console_feeder as feeder
from tests.browser.conftest import Served
from tests.browser.test_page import FAINT, STUMBLES, ready
from twin.alarms.state import NO_ALARMS

TRIP = "[data-alarm='h1:cdu:cdu-07:pump_trip']"


@pytest.fixture
def bad_night(valence: Served) -> Iterator[Served]:
    """A page whose twin has just found several faults."""
    for _ in range(2):
        feeder.find(valence.hub, valence.now_ms, *feeder.faults())
        valence.now_ms += 6_000
    yield valence
    valence.hub.alarms = NO_ALARMS


def test_without_alarms_one_calm_line(valence: Served, look) -> None:
    page = ready(look(valence.url))
    expect(page.locator("#alarms .count")).to_have_text("No alarms.")
    assert page.locator("#alarms").bounding_box()["height"] < 60
    assert page.title().startswith("Valence")


def test_an_alarm_shows_is_acknowledged_and_clears(bad_night: Served, look) -> None:
    page = ready(look(bad_night.url))
    trip = page.locator(TRIP)
    expect(trip).to_contain_text("both pumps stopped")
    expect(trip.locator(".priority")).to_have_text("▲▲ high")
    expect(trip.locator(".state")).to_have_text("not acknowledged")
    expect(page).to_have_title(re.compile("^⚠3 "))
    page.get_by_label("Your name").fill("ann@plant")
    trip.get_by_role("button", name="Acknowledge").click()
    expect(trip.locator(".state")).to_have_text("acknowledged")
    expect(trip.locator(".more")).to_contain_text("by ann@plant")
    expect(trip.get_by_role("button", name="Acknowledge")).to_be_hidden()
    feeder.find(bad_night.hub, bad_night.now_ms + 61_000, *feeder.faults()[9:])
    expect(trip).to_have_count(0)
    assert page.complaints == []



def test_one_cause_is_one_line(bad_night: Served, look) -> None:
    page = ready(look(bad_night.url))
    expect(page.locator("#alarms li")).to_have_count(3)
    expect(page.locator(TRIP).locator(".more")).to_contain_text("stands for 8 more")
    expect(page.locator("#alarms li").nth(2).locator(".more")).to_contain_text("or: flow gain at h1/cdu/cdu-03")


def test_nobody_acts_without_a_name(bad_night: Served, look) -> None:
    page = ready(look(bad_night.url))
    page.get_by_label("Your name").fill("")
    page.locator(TRIP).get_by_role("button", name="Acknowledge").click()
    expect(page.locator("#alarms .said")).to_contain_text("Write your name first")
    expect(page.locator("#author")).to_be_focused()
    expect(page.locator(TRIP).locator(".state")).to_have_text("not acknowledged")


def test_shelved_with_an_end_and_back(bad_night: Served, look) -> None:
    page = ready(look(bad_night.url))
    page.get_by_label("Your name").fill("ann")
    trip = page.locator(TRIP)
    trip.get_by_role("button", name="Shelve").click()
    expect(trip.locator(".state")).to_contain_text("shelved for")
    trip.get_by_role("button", name="Unshelve").click()
    expect(trip.locator(".state")).to_have_text("not acknowledged")


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(FAINT) == []
    assert page.evaluate(STUMBLES) == []


@pytest.mark.parametrize("size", [(1440, 900), (390, 844), (820, 1180)])
def test_it_fits_and_nothing_is_faint(bad_night: Served, look, size: tuple[int, int]) -> None:
    page = ready(look(bad_night.url, *size))
    expect(page.locator("#alarms li")).to_have_count(3)
    fits(page)
