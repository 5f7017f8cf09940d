"""The fold: order of arrival, repetitions, lateness, silence, gates and commands."""
from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.messages import T0, fresh, loop, reading, run, site, snapshots, steady
from twin.engine import advance, listen
from twin.events import BAD, BELIEVED, STALE, SUSPECT, UNCERTAIN, Answer, Command, DeadLetter, Gateway, Record, Rejected, Tick
from twin.wire.lines import reading_lines, snapshot_lines


def lines(effects) -> bytes:
    out: list[bytes] = []
    for e in effects:
        out += reading_lines(site(), e.reading) if isinstance(e, Record) else snapshot_lines(site(), e.snapshot)
    return b"\n".join(out)


def shuffled_within(events, lateness_ms: int, rng: np.random.Generator):
    """Arrival by event time plus a delay below the lateness."""
    delay = rng.uniform(0, lateness_ms, len(events))
    return [events[i] for i in np.argsort([e.ts_ms + d for e, d in zip(events, delay, strict=True)], kind="stable")]


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=8, deadline=None)
def test_order_within_the_lateness_changes_no_byte(seed: int):
    rng = np.random.default_rng(seed)
    events = steady(8, np.random.default_rng(7))
    end = loop(30.0)
    _, straight = run([*sorted(events, key=lambda e: e.ts_ms), end])
    twin, mixed = run([*shuffled_within(events, 1999, rng), end])
    assert lines(mixed) == lines(straight)
    assert twin.counts.late == 0


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=8, deadline=None)
def test_many_events_at_once_are_as_one_by_one(seed: int):
    rng = np.random.default_rng(seed)
    events = shuffled_within(steady(8, rng), int(rng.integers(0, 6000)), rng)  # some come too late
    events += [Tick(T0 + 20_000), *rng.choice(np.array(events, dtype=object), 5), loop(30.0), Gateway(T0, "g", True), loop(29.5)]
    alone, single = run(events)
    twin, together = fresh(), []
    for part in np.array_split(np.array(events, dtype=object), 3):
        told = list(listen(site(), twin, part))
        twin, together = told[-1][0], together + [e for _, effects in told for e in effects]
    assert lines(together) == lines(single)
    assert (twin.counts, twin.newest_ms, twin.oldest_ms, twin.next_ms) == (alone.counts, alone.newest_ms, alone.oldest_ms, alone.next_ms)


def test_nothing_is_lost_and_nothing_invented():
    events = steady(8, np.random.default_rng(1))
    _, effects = run([*sorted(events, key=lambda e: e.ts_ms), loop(20.0)])
    recorded = [e.reading for e in effects if isinstance(e, Record)]
    assert sorted(map(id, recorded)) == sorted(map(id, events))


def test_repeated_readings_are_recorded_once():
    events = sorted(steady(5, np.random.default_rng(2)), key=lambda e: e.ts_ms)
    twin, effects = run([e for e in events for _ in range(2)] + [loop(20.0)])
    assert sum(isinstance(e, Record) for e in effects) == len(events)
    assert twin.counts.duplicate == len(events)


def test_a_repetition_after_its_step_is_still_known():
    first = loop(0.5)
    twin, _ = run([first, loop(6.0), first])
    assert twin.counts.duplicate == 1 and twin.counts.late == 0


def test_late_readings_are_stored_counted_and_not_assimilated():
    twin, _ = run([loop(float(s)) for s in range(10)])
    again, effects = advance(site(), twin, loop(2.5, supply_c=90.0))
    assert [type(e) for e in effects] == [Record]
    assert again.counts.late == 1 and again.belief is twin.belief


def test_one_snapshot_a_second_of_event_time():
    _, effects = run([loop(s + 0.3) for s in range(12)])
    stamps = [s.ts_ms for s in snapshots(effects)]
    assert stamps == list(range(T0 + 1000, T0 + 10_000, 1000))


def test_ticks_move_time_when_the_plant_is_silent():
    twin, _ = run([loop(0.0), loop(5.0)])
    twin, effects = run([Tick(T0 + 60_000 + ms) for ms in range(0, 2000, 250)], twin)
    shown = snapshots(effects)[-1]
    assert shown.ts_ms >= T0 + 55_000
    assert shown.quality["loop"][0, 0] == STALE
    assert shown.std["loop"][0, 0] > 3 * snapshots(run([loop(float(s)) for s in range(20)])[1])[-1].std["loop"][0, 0]


def test_a_long_silence_is_crossed_in_few_steps():
    twin, effects = run([loop(0.0), loop(3600.0), loop(3605.0)])
    assert len(snapshots(effects)) < 100
    assert twin.counts.skipped_ms > 3_000_000


def test_a_lying_sensor_is_marked_and_not_believed():
    good = [loop(float(s)) for s in range(60)]
    lie = [loop(float(s), supply_c=58.0) for s in range(60, 70)]
    _, effects = run([*good, *lie])
    shown = snapshots(effects)[-1]
    assert shown.quality["loop"][0, 0] == SUSPECT
    assert abs(shown.values["loop"][0, 0] - 38.0) < 2.0
    assert shown.residual["loop"][0, 0] > 15.0


def test_a_sensor_that_agrees_again_is_believed_again():
    events = [loop(float(s), supply_c=58.0 if 60 <= s < 65 else 38.0) for s in range(80)]
    assert snapshots(run(events)[1])[-1].quality["loop"][0, 0] == BELIEVED


@pytest.mark.parametrize("q", [BAD, UNCERTAIN])
def test_a_message_of_poor_quality_is_stored_but_not_assimilated(q: int):
    poor = msgspec.structs.replace(reading("loop", 0, 9.0, q=q, supply_c=40.0, return_c=40.0), values=np.full(6, 40.0))
    twin, effects = run([*(loop(float(s)) for s in range(9)), poor, loop(15.0)])
    assert any(isinstance(e, Record) and e.reading is poor for e in effects)
    assert twin.latest.values["loop"][0, 0] == 38.0


def test_missing_columns_spoil_no_others():
    partly = reading("loop", 0, 9.0, q=UNCERTAIN, supply_c=39.0)
    twin, _ = run([*(loop(float(s)) for s in range(9)), partly, loop(15.0), loop(20.0, supply_c=39.0)])
    assert twin.latest.values["loop"][0, 0] in (38.0, 39.0)


def test_past_twins_are_untouched():
    twin, _ = run([loop(float(s)) for s in range(10)])
    before = snapshot_lines(site(), twin.snapshot)
    run([loop(float(s), supply_c=45.0) for s in range(10, 20)], twin)
    assert snapshot_lines(site(), twin.snapshot) == before


def command(id_: str, name: str = "ping", expires: int = T0 + 1000) -> Command:
    return Command(T0, id_, "operator", expires, name, {}, "reply")


def test_a_command_is_answered_once_and_repeats_its_answer():
    twin, (first,) = advance(site(), fresh(), command("c1"))
    twin, _ = run([loop(float(s)) for s in range(10)], twin)
    _, (again,) = advance(site(), twin, command("c1"))
    assert isinstance(first, Answer) and first.ok and again == first


def test_expired_and_unknown_commands_are_refused_with_a_reason():
    _, (late,) = advance(site(), fresh(), command("c2", expires=T0 - 1))
    _, (odd,) = advance(site(), fresh(), command("c3", name="explode"))
    assert not late.ok and late.result["error"] == "expired"
    assert not odd.ok and "ping" in odd.result["allowed"]


def test_rejected_input_becomes_a_dead_letter_and_gateways_are_remembered():
    twin, (letter,) = advance(site(), fresh(), Rejected(T0, "json", "dc/x"))
    assert isinstance(letter, DeadLetter)
    twin, _ = advance(site(), twin, Gateway(T0, "h", False))
    assert twin.gateways == {"h": False}


def test_what_is_no_event_stops_loudly():
    with pytest.raises(TypeError):
        advance(site(), fresh(), object())
