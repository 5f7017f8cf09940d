"""What if, on the page: ask, follow, stop, read; refusals are said; it fits. And what is foretold, to the right of now."""
from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.test_alarms import fits
from tests.browser.test_page import ready

SLOW_MS = 120_000  # the first question starts a process


def asked(page: Page, kind: str, horizon: str = "10min", members: str = "0", **fields: str) -> None:
    page.locator("#whatif-kind").select_option(kind)
    page.locator("#whatif-horizon").select_option(horizon)
    page.locator("#whatif-members").select_option(members)
    for name, value in fields.items():
        page.locator("#whatif").get_by_label(name, exact=True).fill(value)
    page.locator("#whatif button.ask").click()


def test_a_pump_that_trips_is_answered_with_its_first_consequence_and_curves(valence: Served, look) -> None:
    page = ready(look(valence.url))
    asked(page, "pump-trip", members="50")
    expect(page.locator("#whatif progress")).to_be_visible()
    headline = page.locator("#whatif .headline")
    expect(headline).to_contain_text(re.compile(r"GPUs throttle in .+: rack r\d+ .*reaches .+ °C"), timeout=SLOW_MS)
    expect(headline).to_contain_text("±")
    expect(page.locator("#whatif .sentence")).to_contain_text("The pumps of cdu-03 stop")
    expect(page.locator("#whatif ol li").first).to_contain_text("throttles")
    expect(page.locator("#whatif canvas")).to_have_count(2)
    expect(page.locator("#whatif .legend")).to_contain_text("if nothing happens")
    expect(page.locator("#whatif progress")).to_be_hidden()
    assert page.complaints == []


def test_a_saved_scenario_can_be_asked(valence: Served, look) -> None:
    page = ready(look(valence.url))
    asked(page, "cdu-isolated")
    expect(page.locator("#whatif .headline")).to_be_visible(timeout=SLOW_MS)


def test_what_cannot_be_asked_is_said(valence: Served, look) -> None:
    page = ready(look(valence.url))
    asked(page, "heat-wave", **{"peak c": "99"})
    expect(page.locator("#whatif .refused")).to_contain_text("peak_c", timeout=SLOW_MS)
    expect(page.locator("#whatif .answer")).to_be_hidden()


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_it_fits_and_nothing_is_faint(valence: Served, look, size: tuple[int, int]) -> None:
    page = ready(look(valence.url, *size))
    asked(page, "pump-trip")
    expect(page.locator("#whatif .headline")).to_be_visible(timeout=SLOW_MS)
    fits(page)


def test_what_is_foretold_stands_to_the_right_of_now_with_its_skill(valence: Served, look) -> None:
    page = ready(look(valence.url))
    expect(page.locator("#trends .skill").first).to_contain_text("15min 0.31 (band 88 %)")
    page.get_by_role("button", name="4 h", exact=True).click()
    box = page.locator("#trends .plot").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    expect(page.locator("#trends output").first).to_contain_text("foretold")
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)
    expect(page.locator("#trends output").first).not_to_contain_text("foretold")
