"""Whatever is found and whatever operators do: the life cycle keeps its invariants, and the same story gives the same changes."""
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.alarms import Stage, finding, places
from twin.alarms import Alarms, Refused, rules, update
from twin.alarms.rules import FLOOD_MS, FLOOD_N, SHELF_MAX_MS
from twin.alarms.table import SIGNALS, STATES, TABLE, VERBS

FAULTS = ("pump_trip", "fouling", "leak_detected", "gpu_margin", "silent", "supply_band")
PLACES = st.one_of(st.tuples(st.just("rack"), st.integers(0, 20)), st.tuples(st.just("cdu"), st.integers(0, 17)), st.tuples(st.just("pump"), st.just(0)),
                   st.tuples(st.just("loop"), st.just(0)), st.tuples(st.just("feed"), st.integers(0, 1)))
FINDINGS = st.builds(lambda fault, place, s: finding(fault, *place, s), st.sampled_from(FAULTS), PLACES, st.sampled_from([0.0, 600.0, float("inf")]))
CROWDS = st.one_of(st.lists(FINDINGS, max_size=6), st.builds(
    lambda fault, rows, s: [finding(fault, "rack", row, s) for row in rows],
    st.sampled_from(FAULTS), st.sets(st.integers(0, 40), min_size=3, max_size=40), st.sampled_from([0.0, 4000.0])))
STEPS = st.tuples(CROWDS, st.sampled_from([1.0, 5.0, 30.0, 61.0, 900.0]), st.integers(1, 4),
                  st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 1000)), max_size=5))
STORIES = st.lists(STEPS, max_size=14)


def tell(story) -> Stage:
    """A story on a stage: the findings last some steps, then operators do things to alarms picked by number."""
    stage = Stage()
    for crowd, seconds, steps, orders in story:
        for _ in range(steps):
            stage.see(*crowd, seconds=seconds)
            check(stage)
        for verb, pick in orders:
            act(stage, verb, pick)
            check(stage)
    return stage


def act(stage: Stage, verb: str, pick: int) -> None:
    ids = sorted(stage.alarms.alarms)
    if not ids:
        return
    alarm = stage[ids[pick % len(ids)]]
    if verb in TABLE[alarm.state]:
        stage.ask(verb, alarm.id, minutes=1 + pick % 700)
    else:
        before = stage.alarms
        with pytest.raises(Refused):
            stage.ask(verb, alarm.id, minutes=5)
        assert stage.alarms is before


def check(stage: Stage) -> None:
    alarms = stage.alarms
    assert all(id == a.id and a.state in STATES and a.state != "normal" for id, a in alarms.alarms.items())
    assert told(stage) == {id: a.state for id, a in alarms.alarms.items()}
    assert [c.serial for c in stage.changes] == list(range(alarms.serial))
    assert len(alarms.recent) <= 2 * FLOOD_N
    for a in alarms.alarms.values():
        assert a.state not in ("unacknowledged", "acknowledged", "suppressed") or a.active
        assert a.state not in ("returned", "latched", "latched_unacknowledged") or not a.active
        assert a.state != "shelved" or stage.now_ms <= a.until_ms <= stage.now_ms + SHELF_MAX_MS
        assert (a.state == "suppressed") == bool(a.parent)
        stands_for(alarms, a.id)


def told(stage: Stage) -> dict[str, str]:
    """States as somebody knows them who hears only of changes; each change must begin where the last one ended, and follow the table."""
    known: dict[str, str] = {}
    for c in stage.changes:
        assert known.get(c.alarm.id, "normal") == c.before
        assert c.change in SIGNALS and TABLE[c.before][c.change] == c.alarm.state
        known[c.alarm.id] = c.alarm.state
    return {id: state for id, state in known.items() if state != "normal"}


def stands_for(alarms: Alarms, id: str) -> None:
    """What is suppressed hangs, in however many steps, on something that is there and not suppressed."""
    seen = set()
    while alarms.alarms[id].state == "suppressed":
        assert id not in seen
        seen.add(id)
        id = alarms.alarms[id].parent
        assert id in alarms.alarms


@given(story=STORIES)
@settings(max_examples=60, deadline=None)
def test_any_story_keeps_the_invariants_and_repeats_exactly(story) -> None:
    one, two = tell(story), tell(story)
    assert one.changes == two.changes and one.alarms == two.alarms


@given(story=STORIES)
@settings(max_examples=25, deadline=None)
def test_every_alarm_can_be_brought_to_its_end(story) -> None:
    stage = tell(story).see(seconds=SHELF_MAX_MS / 1000 + 1).see(seconds=61).see(seconds=61)
    for verb in ("restore", "ack", "reset", "ack"):
        for id in sorted(stage.alarms.alarms):
            if verb in TABLE[stage.state(id)]:
                stage.ask(verb, id)
    assert stage.alarms.alarms == {} and stage.alarms.pending == {}


@given(rates=st.lists(st.tuples(st.integers(0, 60), st.sampled_from([0.0, 600.0])), max_size=20))
@settings(max_examples=30, deadline=None)
def test_no_more_than_twenty_are_announced_in_ten_minutes(rates) -> None:
    stage, fresh = Stage(), iter(range(10_000))
    for n, urgency in rates:
        stage.see(*(finding(f"fault_{next(fresh):04d}", "cdu", 0, urgency) for _ in range(n)), seconds=45)
    first = [c.ts_ms for c in stage.changes if c.change == "raise" and c.before == "normal" and c.alarm.fault != "alarm_flood"]
    assert all(sum(t - FLOOD_MS < u <= t for u in first) <= 2 * FLOOD_N for t in first)


def test_memory_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twin.alarms.fold.MOST", 50)
    stage = Stage()
    for step in range(40):
        stage.see(*(finding(f"fault_{step:02d}_{i:02d}", "cdu", 0) for i in range(30)), seconds=300)
        assert len(stage.alarms.alarms) <= 50
    assert stage.alarms.dropped > 0 and rules.MOST == 2000


def test_an_empty_step_costs_nothing() -> None:
    quiet = Alarms()
    assert update(quiet, (), 5, places())[0] is quiet
