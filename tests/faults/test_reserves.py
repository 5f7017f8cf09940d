"""Reserves of the hidden plant that fail when they are needed, and facility water that is lost."""
from __future__ import annotations

import pytest

from config.classes import CLASSES
from config.load import load_site
from sensors.faults import parse
from sensors.simulate import simulated
from sensors.truth.observe import observe
from sensors.truth.plant import Truth

VALENCE = load_site("valence")
END = 1_790_000_000_000


def column(cls: str, name: str) -> int:
    return CLASSES[cls].measured.index(name)


def run(fault: str, seconds: int, step: float = 10.0) -> tuple[Truth, Truth]:
    """The same plant healthy and with the fault."""
    pair = simulated(VALENCE, 4, END), simulated(VALENCE, 4, END, [parse(fault)])
    for _ in range(int(seconds / step)):
        for truth in pair:
            truth.step(step)
    return pair


def test_gensets_that_do_not_start_leave_the_load_to_the_battery():
    _, good = run("feed_loss:feed/a:0", 120, 1.0)
    _, bad = run("genset_failure:genset/genset-a:0", 120, 1.0)
    assert good.state.feed["genset_w"][0] > 0.0 and bad.state.feed["genset_w"][0] == 0.0
    assert bad.state.feed["battery"][0] < good.state.feed["battery"][0]


def test_a_stuck_transfer_switch_lets_the_gensets_run_for_nothing():
    _, ill = run("transfer_failure:feed/a:0", 60, 1.0)
    shown = dict(zip(CLASSES["genset"].measured, observe(ill, "genset")[0], strict=True))
    assert shown["running_count"] == 9 and shown["power_kw"] == 0.0


def test_a_weak_battery_falls_faster_and_a_bypassed_ups_loses_nothing():
    healthy, dark = run("feed_loss:feed/a:0", 8, 1.0)
    _, weak = run("battery_weak:ups/ups-a:0:2", 8, 1.0)
    spent = [healthy.state.feed["battery"][0] - t.state.feed["battery"][0] for t in (dark, weak)]
    assert spent[1] == pytest.approx(3 * spent[0], rel=0.02)
    _, passed = run("ups_bypass:ups/ups-a:0", 8, 1.0)
    assert passed.state.feed["ups_lost_w"][0] == pytest.approx(0.05 * healthy.state.feed["ups_lost_w"][0], rel=0.01)


def test_lost_facility_water_shows_as_pressure():
    healthy, ill = run("loop_leak:loop/fws:0:5", 600)
    pressure = [observe(t, "loop")[0, column("loop", "pressure_kpa")] for t in (healthy, ill)]
    gas = 0.02 * (2 * ill.p.hall.main[0] + ill.p.hall.tank[0])
    assert ill.state.hall["lost"][0] == pytest.approx(0.05)
    assert (pressure[1] + 101.3e3) / (pressure[0] + 101.3e3) == pytest.approx(gas / (gas + 0.05), rel=2e-3)


def test_a_stuck_valve_stays_where_it_was_and_a_driven_one_where_it_is_driven():
    healthy, ill = run("valve_stuck:cdu/cdu-02:0", 900)
    _, open_ = run("valve_stuck:cdu/cdu-02:0:0.9", 60)
    start = simulated(VALENCE, 4, END)
    assert ill.state.cdu["valve"][1] == start.state.cdu["valve"][1] and healthy.state.cdu["valve"][0] != start.state.cdu["valve"][0]
    assert open_.state.cdu["valve"][1] == 0.9


def test_a_facility_pump_that_trips_is_missed_at_once():
    """The others speed up at once; the loop asks for a spare one only when they cannot hold it."""
    healthy, ill = run("pump_trip:pump/pumps:0:1", 10, 5.0)
    gone = healthy.state.hall["pumps_running"][0] - ill.state.hall["pumps_running"][0]
    assert gone == 1.0 and ill.state.hall["pump_speed"][0] > healthy.state.hall["pump_speed"][0]
