"""Clocks of the shell."""
from __future__ import annotations

import time

import pytest

from twin.service.clock import ManualClock, ScaledClock, WallClock, clock_for


@pytest.fixture
def moment(monkeypatch):
    """A monotonic clock moved by hand, seconds."""
    state = {"s": 100.0}
    monkeypatch.setattr(time, "monotonic", lambda: state["s"])
    return state


def test_scaled_time_runs_from_the_newest_event(moment):
    clock = ScaledClock(60.0, start_ms=0)
    moment["s"] += 1.0
    assert clock.now_ms() == 60_000
    clock.follow(1_000_000)
    moment["s"] += 1.5
    assert clock.now_ms() == 1_000_000 + 90_000


def test_an_older_event_changes_nothing(moment):
    clock = ScaledClock(10.0, start_ms=0)
    clock.follow(50_000)
    moment["s"] += 1.0
    clock.follow(40_000)
    assert clock.now_ms() == 60_000


def test_scaled_time_waits_for_a_silent_sender(moment):
    clock = ScaledClock(10.0, start_ms=0)
    moment["s"] += 3600.0
    assert clock.now_ms() == 20_000


def test_manual_time_never_goes_back():
    clock = ManualClock(5)
    clock.follow(9)
    clock.follow(7)
    assert clock.now_ms() == 9


def test_real_time_needs_no_scale():
    assert isinstance(clock_for(1.0), WallClock)
    assert isinstance(clock_for(2.0), ScaledClock)
