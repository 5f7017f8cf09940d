"""Wrong clocks and slow ways, message by message: one asset that stands out is named, what delays most of them accuses nobody."""
from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from tests.messages import T0, fresh, loop, reading, site
from twin.engine import Twin, listen
from twin.estimate.findings import Finding
from twin.events import Event, Reading, Tick
from twin.wire import native, reasons

CDUS, WRONG, MINUTES = 8, 3, 5
Stamp = Callable[[int, float], tuple[float, float]]  # row of a CDU (the loop is -1) and true time -> stamp, arrival; s


def heard(stamp: Stamp, minutes: int = MINUTES, ticks: bool = True) -> list[Event]:
    """What arrives, in the order of arrival, when every asset speaks once a second and the service's clock is right."""
    arrivals: list[tuple[float, Event]] = [(float(s), Tick(T0 + 1000 * s)) for s in range(60 * minutes)] if ticks else []
    for s in range(60 * minutes):
        for row in range(-1, CDUS):
            told, at = stamp(row, s + 0.03 * (row + 2))
            arrivals.append((at, loop(told, seq=s) if row < 0 else reading("cdu", row, told, seq=s, tcs_supply_c=42.0 + 0.01 * (s % 7))))
    return [event for _, event in sorted(arrivals, key=lambda a: a[0])]


def after(events: list[Event], twin: Twin | None = None) -> Twin:
    return list(listen(site(), twin or fresh(), events))[-1][0]


def clocks(twin: Twin) -> list[Finding]:
    return [f for f in twin.findings if f.fault == "clock_skew"]


def skewed(by: float) -> Stamp:
    return lambda row, t: (t + by * (row == WRONG), t)


@cache
def ahead(ticks: bool) -> Twin:
    return after(heard(skewed(4.0), ticks=ticks))


def test_right_clocks_accuse_nobody() -> None:
    twin = after(heard(skewed(0.0)))
    assert clocks(twin) == [] and twin.counts.late == 0


def test_a_clock_behind_is_named() -> None:
    (found,) = clocks(after(heard(skewed(-20.0))))
    assert (found.place.cls, found.place.row) == ("cdu", WRONG)
    assert found.size == pytest.approx(20.0, abs=2.0) and "s behind" in found.text


@pytest.mark.parametrize("ticks", [True, False])
def test_a_clock_ahead_is_named_and_nobody_else(ticks: bool) -> None:
    (found,) = clocks(ahead(ticks))
    assert (found.place.cls, found.place.row) == ("cdu", WRONG)
    assert found.size == pytest.approx(-4.0, abs=2.0) and "s ahead" in found.text


def test_a_clock_found_ahead_makes_nobody_late_any_more() -> None:
    twin = ahead(True)
    further = heard(lambda row, t: (t + 60.0 * MINUTES + 4.0 * (row == WRONG), t + 60.0 * MINUTES), ticks=False)
    later = after(further, twin)
    assert later.counts.late == twin.counts.late > 0
    assert [f.place.row for f in clocks(later)] == [WRONG]


def test_a_clock_set_right_is_forgotten() -> None:
    twin = ahead(True)
    right = [e if isinstance(e, Tick) else Reading(e.ts_ms + 60_000 * MINUTES, e.cls, e.row, e.seq, e.q, e.values) for e in heard(skewed(0.0), 20, False)]
    assert clocks(after(right, twin)) == []


def test_all_late_together_are_on_a_slow_way() -> None:
    rng = np.random.default_rng(1)
    twin = after(heard(lambda row, t: (t, t + 8.0 + 4.0 * rng.random())))
    assert twin.counts.late > 1000 and clocks(twin) == []


def test_one_behind_stands_out_among_those_late_together() -> None:
    found = clocks(after(heard(lambda row, t: (t - 40.0 * (row == WRONG), t + 8.0))))
    assert [(f.place.cls, f.place.row) for f in found] == [("cdu", WRONG)]


@pytest.mark.parametrize("slow", [range(4), range(7)])
def test_some_late_together_are_behind_a_slow_gateway(slow: range) -> None:
    twin = after(heard(lambda row, t: (t, t + 10.0 * (row in slow))))
    assert twin.counts.late > 500 and clocks(twin) == []


def test_a_few_that_come_through_now_and_then_are_not_ahead() -> None:
    twin = after(heard(lambda row, t: (t, t + 5.0 * (row < 7 or round(t) % 20 > 0))))
    assert twin.counts.late > 1000 and clocks(twin) == []


def test_what_is_late_now_and_then_is_no_clock() -> None:
    rng = np.random.default_rng(2)
    twin = after(heard(lambda row, t: (t, t + 12.0 * (row == WRONG and rng.random() < 0.8))))
    assert twin.counts.late > 100 and clocks(twin) == []


@pytest.mark.parametrize(("by", "word"), [(60.0, "60 s ahead"), (-900.0, "900 s behind")])
def test_a_clock_too_far_off_for_its_messages_to_be_used_is_named(by: float, word: str) -> None:
    codec, events = native.codec(site()), []
    for event in heard(skewed(0.0)):
        if isinstance(event, Reading) and (event.cls, event.row) == ("cdu", WRONG):
            wrong = Reading(event.ts_ms + round(1000 * by), event.cls, event.row, event.seq, event.q, event.values)
            events += codec.hear([codec.encode(wrong)], event.ts_ms, reasons.LIMITS)
        else:
            events.append(event)
    (found,) = clocks(after(events))
    assert (found.place.cls, found.place.row) == ("cdu", WRONG) and word in found.text
