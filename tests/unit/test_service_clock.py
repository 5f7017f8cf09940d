"""Clocks of the shell."""
from __future__ import annotations

import time

import pytest

from twin.service.clock import ManualClock, ScaledClock, WallClock


@pytest.fixture
def moment(monkeypatch):
    """A monotonic clock moved by hand, seconds."""
    state = {"s": 100.0}
    monkeypatch.setattr(time, "monotonic", lambda: state["s"])
    return state


def test_scaled_time_stands_still_until_the_first_event(moment):
    clock = ScaledClock(60.0, start_ms=500)
    moment["s"] += 30.0
    assert clock.now_ms() == 500
    clock.follow(1_000)
    moment["s"] += 1.5
    assert clock.now_ms() == 1_000 + 90_000


def test_only_an_event_ahead_sets_the_clock_again(moment):
    clock = ScaledClock(10.0, start_ms=0)
    clock.follow(50_000)
    moment["s"] += 1.0
    clock.follow(55_000)
    assert clock.now_ms() == 60_000
    clock.follow(75_000)
    moment["s"] += 1.0
    assert clock.now_ms() == 85_000


def test_manual_time_never_goes_back():
    clock = ManualClock(5)
    clock.follow(9)
    clock.follow(7)
    assert clock.now_ms() == 9


def test_real_time_follows_nobody(monkeypatch):
    monkeypatch.setattr(time, "time_ns", lambda: 5_000_000)
    clock = WallClock()
    clock.follow(99)
    assert clock.now_ms() == 5
