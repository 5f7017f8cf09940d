"""The life cycle of alarms: every pair of the table, delays, grouping, floods, what operators may do."""
from __future__ import annotations

from dataclasses import replace

import pytest

from tests.alarms import Stage, finding, places
from twin.alarms import Refused, Request, command
from twin.alarms.rate import FLOOD_ID
from twin.alarms.rules import FLOOD_N, HIGH, LOW, MEDIUM, SHELF_MAX_MS, priority
from twin.alarms.state import Draft
from twin.alarms.table import SIGNALS, STATES, TABLE, allowed
from twin.estimate.findings import Place
from twin.events import Alarm

# rows: states A to I of ANSI/ISA-18.2; columns: signals in the order of SIGNALS; a dot is not allowed
LETTERS = """
    RAISE CLEAR LATCH ESCALATE SUPPRESS RELEASE ACK RESET SHELVE UNSHELVE REMOVE RESTORE
A   B     .     E     .        H        .       .   .     .      .        .      .
B   .     D     E     B        H        .       C   .     G      .        I      .
C   .     A     F     B        H        .       .   .     G      .        I      .
D   B     .     .     .        .        .       A   .     G      .        I      .
E   B     .     .     .        .        .       F   D     G      .        I      .
F   B     .     .     .        .        .       .   A     G      .        I      .
G   G     G     G     G        .        .       .   .     .      A        I      .
H   H     A     E     H        .        A       .   .     G      .        I      .
I   I     I     I     I        .        .       .   .     .      .        .      A
"""
STATE = dict(zip("ABCDEFGHI", STATES, strict=True))
HEAD, *ROWS = [line.split() for line in LETTERS.strip().splitlines()]
PAIRS = [(STATE[row[0]], signal.lower(), STATE.get(cell)) for row in ROWS for signal, cell in zip(HEAD, row[1:], strict=True)]
PUMP = "h1:pump:pumps:pump_trip"


def alarm(state: str) -> Alarm:
    return Alarm("x", "pump_trip", "pump", 0, "", -1, state, LOW, True, 0, 0, 0, 0, 60.0, "")


def test_the_matrix_has_every_pair() -> None:
    assert [s.lower() for s in HEAD] == list(SIGNALS) and len(PAIRS) == len(STATES) * len(SIGNALS)


@pytest.mark.parametrize(("state", "signal", "after"), PAIRS)
def test_every_pair_of_state_and_signal(state: str, signal: str, after: str | None) -> None:
    draft = Draft(5, {"x": alarm(state)}, 7, [])
    if after is None:
        with pytest.raises(KeyError):
            draft.send(alarm(state), signal)
        assert draft.changes == []
        return
    moved = draft.send(alarm(state), signal)
    assert moved.state == after and draft.alarms.get("x", replace(moved, state="normal")).state == after
    told = [(c.ts_ms, c.serial, c.before, c.alarm.state) for c in draft.changes]
    assert told == ([(5, 7, state, after)] if after != state or signal == "escalate" else [])


@pytest.mark.parametrize(("seconds", "expected"), [(0.0, HIGH), (179.0, HIGH), (180.0, MEDIUM), (1799.0, MEDIUM), (1800.0, LOW), (float("inf"), LOW)])
def test_priority_is_the_time_that_is_left(seconds: float, expected: int) -> None:
    assert priority(seconds) == expected


def test_raised_acknowledged_and_gone() -> None:
    stage = Stage().see(finding("pump_trip", "pump", 0, 600))
    assert stage.state(PUMP) == "unacknowledged" and stage[PUMP].priority == MEDIUM
    stage.ask("ack", PUMP)
    assert stage.state(PUMP) == "acknowledged" and stage[PUMP].author == "ann"
    stage.see(seconds=59)
    assert stage.state(PUMP) == "acknowledged"
    stage.see(seconds=1)
    assert stage.state(PUMP) == "normal"
    assert [c.change for c in stage.changes] == ["raise", "ack", "clear"]


def test_what_has_returned_waits_to_be_acknowledged_and_comes_back_as_the_same_alarm() -> None:
    stage = Stage().see(finding("pump_trip", "pump")).see(seconds=60)
    assert stage.state(PUMP) == "returned"
    stage.see(finding("pump_trip", "pump"))
    assert stage.state(PUMP) == "unacknowledged" and stage[PUMP].times == 2


def test_a_chattering_condition_is_one_alarm() -> None:
    stage = Stage()
    for _ in range(20):
        stage.see(finding("pump_trip", "pump")).see(seconds=30)
    assert [c.change for c in stage.changes] == ["raise"]


def test_a_limit_must_hold_for_its_delay() -> None:
    hot = finding("gpu_margin", "rack", 0, 0.0)
    stage = Stage().see(hot).see(hot, seconds=4.9)
    assert stage.shown() == []
    assert stage.see(seconds=0.05).see(hot, seconds=4).shown() == []  # interrupted: it starts anew
    assert stage.see(hot, seconds=5).shown() == ["h1:rack:r001:gpu_margin"]


def test_water_latches_until_reset() -> None:
    id = "h1:rack:r003:leak_detected"
    stage = Stage().see(finding("leak_detected", "rack", 2, 0.0)).see(seconds=60)
    assert stage.state(id) == "latched_unacknowledged"
    assert stage.ask("ack", id).state(id) == "latched"
    assert stage.ask("reset", id).state(id) == "normal"


def test_more_urgent_is_announced_again_and_never_less_urgent_while_it_lasts() -> None:
    stage = Stage().see(finding("pump_trip", "pump", 0, 4000)).ask("ack", PUMP).see(finding("pump_trip", "pump", 0, 100))
    assert (stage.state(PUMP), stage[PUMP].priority) == ("unacknowledged", HIGH)
    assert stage.see(finding("pump_trip", "pump", 0, 4000))[PUMP].priority == HIGH


def test_a_shelf_has_an_end_and_what_still_holds_comes_back() -> None:
    stage = Stage().see(finding("pump_trip", "pump")).ask("shelve", PUMP, minutes=10)
    assert stage.see(finding("pump_trip", "pump"), seconds=599).state(PUMP) == "shelved"
    assert stage.see(finding("pump_trip", "pump"), seconds=1).state(PUMP) == "unacknowledged"
    assert [c.change for c in stage.changes] == ["raise", "shelve", "unshelve", "raise"]


def test_what_ended_on_the_shelf_does_not_come_back_unless_it_latches() -> None:
    wet = "h1:rack:r003:leak_detected"
    stage = Stage().see(finding("pump_trip", "pump"), finding("leak_detected", "rack", 2, 0.0))
    for id in (PUMP, wet):
        stage.ask("shelve", id, minutes=10)
    stage.see(seconds=100).see(seconds=500)
    assert (stage.state(PUMP), stage.state(wet)) == ("normal", "latched_unacknowledged")


def test_out_of_service_until_restored() -> None:
    stage = Stage().see(finding("pump_trip", "pump")).ask("remove", PUMP, note="bearing").see(seconds=3600).see(finding("pump_trip", "pump"))
    assert (stage.state(PUMP), stage[PUMP].note) == ("out_of_service", "bearing")
    assert stage.ask("restore", PUMP).state(PUMP) == "unacknowledged"


@pytest.mark.parametrize(("verb", "id", "author", "minutes", "said"), [
    ("ack", "nothing", "ann", 0, "no alarm 'nothing'"), ("ack", PUMP, "", 0, "author"), ("open", PUMP, "ann", 0, "ack, reset"),
    ("shelve", PUMP, "ann", 0, "minutes"), ("shelve", PUMP, "ann", SHELF_MAX_MS / 60_000 + 1, "at most 720"),
    ("shelve", PUMP, "ann", float("nan"), "minutes"), ("reset", PUMP, "ann", 0, "possible: ack, shelve, remove")])
def test_a_refusal_says_why_and_changes_nothing(verb: str, id: str, author: str, minutes: float, said: str) -> None:
    stage = Stage().see(finding("pump_trip", "pump"))
    with pytest.raises(Refused, match=said):
        command(stage.alarms, Request(verb, id, author, minutes), stage.now_ms)


def test_what_is_offered_is_what_is_accepted() -> None:
    assert {s: set(allowed(s)) for s in STATES} == {s: {v for v in TABLE[s] if v in ("ack", "reset", "shelve", "unshelve", "remove", "restore")} for s in STATES}


# one cause, one alarm


def test_alike_at_many_racks_of_a_cdu_is_one_alarm() -> None:
    hot = [finding("gpu_margin", "rack", row, 0.0) for row in range(8)]
    stage = Stage().see(*hot).see(*hot, seconds=5)
    assert stage.shown() == ["h1:cdu:cdu-01:gpu_margin_many"]
    assert "at 8 places of h1/cdu/cdu-01" in stage["h1:cdu:cdu-01:gpu_margin_many"].text


def test_alike_in_the_whole_hall_is_one_alarm_of_the_loop() -> None:
    hot = [finding("gpu_margin", "rack", row, 0.0) for row in range(144)]
    stage = Stage().see(*hot).see(*hot, seconds=5)
    assert stage.shown() == ["h1:loop:fws:gpu_margin_many"]
    assert "at 144 places" in stage["h1:loop:fws:gpu_margin_many"].text


def test_alike_at_a_sensor_of_each_cdu_is_one_alarm_of_the_loop() -> None:
    warm = [finding("supply_band", "cdu", row, 900.0, column="tcs_supply_c") for row in range(6)]
    assert Stage().see(*warm).see(*warm, seconds=60).shown() == ["h1:loop:fws:supply_band_many"]
    assert len(Stage().see(*warm[:3]).see(*warm[:3], seconds=60).shown()) == 3


def test_many_sensors_of_one_asset_are_one_alarm_of_the_asset() -> None:
    stuck = [finding("stuck", "cdu", 2, column=c) for c in ("tcs_supply_c", "tcs_return_c", "dp_kpa", "level_pct")]
    assert Stage().see(*stuck).shown() == ["h1:cdu:cdu-03:stuck_many"]


def test_supply_that_is_too_hot_explains_what_it_feeds() -> None:
    warm = finding("supply_band", "loop", 0, 900.0, column="supply_c")
    below = [*(finding("supply_band", "cdu", row, 900.0, column="tcs_supply_c") for row in range(18)), finding("gpu_margin", "rack", 3, 0.0)]
    stage = Stage().see(warm, *below).see(warm, *below, seconds=60)
    assert stage.shown() == ["h1:loop:fws:supply_band:supply_c"] and stage["h1:loop:fws:supply_band:supply_c"].priority == HIGH


def test_supply_that_is_too_cold_explains_nothing_hot() -> None:
    cold, hot = finding("supply_band", "loop", 0, column="supply_c"), finding("gpu_margin", "rack", 3, 0.0)
    assert len(Stage().see(cold, hot).see(cold, hot, seconds=60).shown()) == 2


def test_three_are_three() -> None:
    hot = [finding("gpu_margin", "rack", row, 0.0) for row in range(3)]
    assert len(Stage().see(*hot).see(*hot, seconds=5).shown()) == 3


def test_a_cause_stands_for_what_is_downstream_and_is_as_urgent() -> None:
    hot = [finding("gpu_margin", "rack", row, 0.0) for row in range(8)]
    trip = finding("pump_trip", "pump", 0, 4000)
    stage = Stage().see(*hot).see(*hot, seconds=5).see(trip, *hot)
    assert stage.shown() == [PUMP] and stage[PUMP].priority == HIGH
    assert {a.parent for a in stage.alarms.alarms.values() if a.fault == "gpu_margin"} == {PUMP}


def test_a_consequence_that_outlives_its_cause_is_announced() -> None:
    hot = finding("gpu_margin", "rack", 0, 0.0)
    stage = Stage().see(finding("pump_trip", "pump"), hot).see(finding("pump_trip", "pump"), hot, seconds=5)
    assert stage.shown() == [PUMP]
    stage.see(hot, seconds=60)
    assert stage.state("h1:rack:r001:gpu_margin") == "unacknowledged"


def test_the_fault_of_another_cdu_explains_nothing() -> None:
    hot = finding("gpu_margin", "rack", 0, 0.0)
    stage = Stage().see(finding("fouling", "cdu", 1), hot).see(finding("fouling", "cdu", 1), hot, seconds=5)
    assert stage.state("h1:rack:r001:gpu_margin") == "unacknowledged"


def test_a_gateway_explains_the_silence_of_its_hall_alone() -> None:
    dark = finding("gateway_offline", "gateway", -1, column="h1/gw-1")
    silent = finding("silent", "cdu", 0), finding("silent", "weather", 0)
    stage = Stage().see(dark, *silent).see(dark, *silent, seconds=30)
    assert stage.shown() == ["h1:gateway:gw-1:gateway_offline", "site:weather:outdoor:silent"]


def test_a_leak_is_never_a_consequence() -> None:
    stage = Stage().see(finding("pump_trip", "pump"), finding("leak_detected", "rack", 0, 0.0))
    assert len(stage.shown()) == 2


# floods


def different(n: int, consequence_s: float) -> list:
    return [finding(f"fault_{i:03d}", "cdu", i % 18, consequence_s) for i in range(n)]


def test_more_than_ten_in_ten_minutes_are_one() -> None:
    many = different(25, 4000.0)
    stage = Stage().see(*many)
    assert len(stage.shown()) == FLOOD_N + 1 and "15 more" in stage[FLOOD_ID].text
    stage.see(*many, seconds=600)  # the next ten come in
    assert len(stage.shown()) == 2 * FLOOD_N + 1
    stage.see(*many, seconds=600)
    assert len(stage.shown()) == 25 + 1 and stage.state(FLOOD_ID) == "returned"


def test_urgent_ones_come_through_a_flood_but_not_without_end() -> None:
    many = different(25, 4000.0)
    stage = Stage().see(*many).see(*many, finding("leak_detected", "rack", 0, 0.0))
    assert stage.state("h1:rack:r001:leak_detected") == "unacknowledged"
    assert len(Stage().see(*different(100, 0.0)).shown()) == 2 * FLOOD_N + 1


def test_names_of_places() -> None:
    assert places().id("stuck", Place("cdu", 6, "tcs_supply_c")) == "h1:cdu:cdu-07:stuck:tcs_supply_c"
    assert places().id("plate_blocked", Place("rack", 6, part=12)) == "h1:rack:r007:plate_blocked:12"
    assert places().name(Place("rack", 6, part=12)) == "h1/rack/r007 GPU 12"
