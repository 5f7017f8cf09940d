"""The tower plant keeps its energy, its second law and its reason: first law to rounding, nothing below the wet bulb, finite at rest."""
from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.calibrate.frontier import load_plan
from twin.physics.exchange import counterflow
from twin.physics.tower import tower_heat_w
from twin.plant.tower_parts import conductance_w_k
from twin.plant.tower_plant import TowerPlantInputs, TowerPlantParams, TowerPlantState, step, stored_j
from twin.plant.tower_run import OUTPUTS, run, state_from_readings

PLAN = load_plan()


def plant(cells: float = 11.0, wet_bulb_c: float = 5.0) -> tuple[TowerPlantParams, TowerPlantState]:
    p = PLAN.params()
    return p, state_from_readings(p, 15.0, 36.0, 14.0, 24.0, 0.27, 0.6, 0.8, cells, 3.0, wet_bulb_c)


@settings(max_examples=40, deadline=None)
@given(heat=st.floats(0, 3.5e7), wet=st.floats(-5, 25), cells=st.integers(7, 14), dt=st.floats(1, 15))
def test_heat_in_less_heat_out_is_stored(heat: float, wet: float, cells: int, dt: float) -> None:
    p, s = plant(cells, wet)
    for _ in range(20):
        before = stored_j(p, s)
        s, seen = step(p, s, TowerPlantInputs(heat, wet, 0.0, 0.0, 0.0, 0.0), dt)
        change = (heat + p.heat_other_w - seen.heat_tower_w) * dt
        assert stored_j(p, s) - before == pytest.approx(change, abs=1e-9 * before)


@settings(deadline=None)
@given(water=st.floats(0, 60), wet=st.floats(-5, 30), flow=st.floats(0, 90), air=st.floats(0, 120))
def test_a_cell_never_cools_below_the_wet_bulb_nor_heats_from_it(water: float, wet: float, flow: float, air: float) -> None:
    heat = tower_heat_w(water, wet, flow, air, 1.8)
    assert np.isfinite(heat)
    assert heat * (water - wet) >= 0
    assert abs(heat) <= max(flow, 1e-9) * 4186.0 * abs(water - wet) * (1 + 1e-9) + 1e-6


@settings(deadline=None)
@given(ua=st.floats(0, 1e7), hot=st.floats(0, 3e6), cold=st.floats(0, 3e6))
def test_conductance_is_that_of_the_plant_network(ua: float, hot: float, cold: float) -> None:
    assert conductance_w_k(ua, hot, cold) == pytest.approx(counterflow(ua, hot, cold), rel=1e-6, abs=1e-3)


def test_compiled_equals_python() -> None:
    p, s = plant()
    rng = np.random.default_rng(1)
    table = np.column_stack([rng.uniform(6e6, 26e6, 300), rng.uniform(3, 15, 300), *np.zeros((4, 300))])
    assert run(p, s, table, 15.0)[0] == pytest.approx(run(p, s, table, 15.0, compiled=False)[0], rel=1e-9)


def settled(wet_bulb_c: float, heat_w: float = 25e6) -> dict[str, float]:
    p, s = plant(wet_bulb_c=wet_bulb_c)
    table = np.tile([heat_w, wet_bulb_c, 0.0, 0.0, 0.0, 0.0], (5760, 1))
    return dict(zip(OUTPUTS, np.mean(run(p, s, table, 15.0)[0][-960:], axis=0), strict=True))


def test_warmer_air_gives_warmer_water_and_more_load_more_fan() -> None:
    days = [settled(w) for w in (6.0, 10.0, 14.0, 18.0)]
    for name in ("tower_supply_c", "hot_supply_c"):
        assert all(a[name] < b[name] for a, b in pairwise(days)), name
    assert all(a["hot_m3_s"] <= b["hot_m3_s"] + 1e-6 for a, b in pairwise(days))  # to the open valve
    assert all(0.3 <= d["fan"] <= 0.9941 for d in days)
    assert settled(10.0, 8e6)["fan"] < days[1]["fan"]


def seconds_at_most_flow(windup: float) -> float:
    """How long cells keep passing their most after 8 h of too much heat have ended."""
    p, s = plant(8.0, wet_bulb_c=10.0)
    p = p._replace(flow_windup=windup, cells_least=8.0, cells_most=8.0)
    s = run(p, s, np.tile([35e6, 10.0, 0.0, 0.0, 0.0, 0.0], (1920, 1)), 15.0)[1]
    flow = run(p, s, np.tile([12e6, 10.0, 0.0, 0.0, 0.0, 0.0], (480, 1)), 15.0)[0][:, OUTPUTS.index("tower_m3_s")]
    most = 8.0 * p.cell_most_m3_s * p.tower_meter
    assert np.max(flow) == pytest.approx(most) and flow[-1] < 0.9 * most
    return 15.0 * np.sum(flow > most * (1 - 1e-9))


def test_a_wound_up_controller_lets_go_later_and_never_passes_the_nozzles() -> None:
    assert seconds_at_most_flow(0.0) < seconds_at_most_flow(0.3) < seconds_at_most_flow(0.6)
