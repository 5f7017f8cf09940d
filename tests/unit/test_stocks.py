"""Pressure, levels and filters: closed forms, books that balance, and what pumps do when a loop runs dry."""
from __future__ import annotations

from dataclasses import replace

import CoolProp.CoolProp as coolprop
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load_site
from tests.plants import EQUIPPED, plant
from twin.physics.vessel import vessel_content, vessel_pressure, vessel_volume, water_density
from twin.plant import stocks
from twin.plant.drive import drive
from twin.plant.machines import at_rest, machinery
from twin.plant.operate import first_guess
from twin.plant.targets import targets

HOUR = 3600.0


def uniform(t: float):
    """The small hall with all its water at one temperature."""
    p, d = plant(EQUIPPED)
    s = first_guess(p, d)
    state = replace(s, **{f: np.full_like(getattr(s, f), t) for f in ("manifold", "tcs_supply", "tcs_return", "core", "mains")})
    return p, d, stocks.volumes(p), state


def still(p, v, s, state, dt=HOUR, loop_leak=0.0, rack_leak=0.0, flow=0.0):
    racks, loops = p.leaves.rated_flow.shape, v.loop.shape
    return stocks.advance(p, v, s, state, flow * v.rated_tcs, np.full(racks, rack_leak), np.full(loops, loop_leak), dt)


@pytest.mark.parametrize("t", [0.5, 10.0, 25.0, 45.0, 70.0, 95.0])
def test_density_is_that_of_water(t: float):
    assert water_density(t) == pytest.approx(coolprop.PropsSI("D", "T", t + 273.15, "P", 101325, "Water"), rel=2e-5)


def test_vessel_of_the_standard_reaches_its_end_pressure_when_all_has_swollen():
    volume = vessel_volume(0.8, 0.2, 150e3, 450e3)
    assert vessel_pressure(1.0, volume, 150e3, 0.01) == pytest.approx(450e3)
    assert vessel_content(450e3, volume, 150e3) == pytest.approx(1.0)


@given(taken=st.floats(-0.1, 2.0), more=st.floats(0.0, 0.5))
def test_pressure_rises_with_content_and_is_finite(taken: float, more: float):
    low, high = (vessel_pressure(np.array(x), 1.5, 150e3, 0.01) for x in (taken, taken + more))
    assert 0.0 <= low <= high and np.isfinite(high)


def test_pressure_follows_the_mean_water_temperature():
    p, _, v, cold = uniform(stocks.FILL_C)
    s = stocks.filled(p, v, cold)
    assert s.pressure[0] == pytest.approx(stocks.FILL_OFF_PA) and s.level == pytest.approx(stocks.NORMAL_LEVEL)
    warm = [still(p, v, s, uniform(t)[3], 1.0)[0] for t in (20.0, 40.0, 60.0)]
    pressures = [w.pressure[0] for w in warm]
    assert pressures == sorted(pressures) and pressures[0] > s.pressure[0] and pressures[-1] < stocks.RELIEF_PA
    assert all(w.water[0] == s.water[0] for w in warm)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_books_balance(seed: int):
    rng = np.random.default_rng(seed)
    p, _, v, state = uniform(float(rng.uniform(5, 80)))
    s = stocks.filled(p, v, uniform(10.0)[3])
    s = replace(s, water=s.water * rng.uniform(0, 1.1, s.water.shape), filling=np.round(rng.random(s.filling.shape)))
    dt = float(rng.choice([1.0, 60.0, HOUR]))
    rack_leak, loop_leak = rng.uniform(-1e-4, 1e-3, p.leaves.rated_flow.shape), rng.uniform(-1e-3, 1e-1, v.loop.shape)
    after, gone = stocks.advance(p, v, s, state, v.rated_tcs, rack_leak, loop_leak, dt)
    assert after.water - s.water == pytest.approx((gone.filled - gone.leaked - gone.relieved) * dt, abs=1e-6)
    assert after.coolant - s.coolant == pytest.approx(-gone.spilled * dt, abs=1e-6)
    assert np.all(after.water >= -1e-9) and np.all(after.coolant >= -1e-9) and np.all((after.level >= 0) & (after.level <= 1))
    assert np.all(after.pressure <= stocks.RELIEF_PA * (1 + 1e-9))


def test_a_leak_is_made_up_and_the_pressure_held():
    p, _, v, state = uniform(40.0)
    s = stocks.filled(p, v, state)
    leak = 0.3 * float(v.fill[0])
    drunk, lowest = 0.0, np.inf
    for _ in range(600):
        s, gone = still(p, v, s, state, 600.0, loop_leak=leak)
        drunk, lowest = drunk + gone.filled[0] * 600.0, min(lowest, s.pressure[0])
    assert lowest > 0.95 * stocks.FILL_ON_PA
    assert drunk == pytest.approx(leak * 990 * 600 * 600, rel=0.1)


def test_a_burst_main_empties_the_loop_and_trips_its_pumps():
    p, d, v, state = uniform(40.0)
    s = stocks.filled(p, v, state)
    for _ in range(60):
        s, _ = still(p, v, s, state, 60.0, loop_leak=20 * float(v.fill[0]))
    assert s.pressure[0] < stocks.DRY_PA and s.filling[0] == 1
    m = machinery(load_site(EQUIPPED), p, d)
    t = stocks.constrain(v, s, targets(p, m, d, 0.6, 15.0, 11.0))
    _, inputs, flows = drive(p, m, at_rest(m, p.leaves.plate_factor.shape), state, t, 1.0)
    assert np.all(flows.fws == 0) and np.all(inputs.loop_pump == 0) and inputs.make_up[0] == v.fill[0]


def test_a_leaking_rack_lowers_its_own_reservoir_until_the_pumps_stop():
    p, d, v, state = uniform(35.0)
    s = stocks.filled(p, v, state)
    first = s.level.copy()
    racks = np.zeros(p.leaves.rated_flow.shape)
    racks[0] = 1e-3 / 60.0  # a litre a minute
    for _ in range(90):
        s, _ = stocks.advance(p, v, s, state, v.rated_tcs, racks, np.zeros(v.loop.shape), 60.0)
    assert s.level[0] < stocks.TRIP_LEVEL < s.level[1] and s.level[1] == pytest.approx(first[1])
    m = machinery(load_site(EQUIPPED), p, d)
    t = stocks.constrain(v, s, targets(p, m, d, 0.6, 15.0, 11.0))
    _, _, flows = drive(p, m, at_rest(m, p.leaves.plate_factor.shape), state, t, 1.0)
    stopped = p.wiring.rack_cdu == 0
    assert np.all(flows.rack[stopped] == 0) and np.all(flows.rack[~stopped] > 0)


def test_filters_load_with_what_passes_them_and_cost_flow():
    p, d, v, state = uniform(35.0)
    s = stocks.filled(p, v, state)
    for _ in range(100):
        s, _ = still(p, v, s, state, stocks.FILTER_HOURS * 36.0, flow=1.0)
    assert s.filter == pytest.approx(1.0)
    m = machinery(load_site(EQUIPPED), p, d)
    clean = targets(p, m, d, 0.6, 15.0, 11.0)
    flows = [drive(p, m, at_rest(m, p.leaves.plate_factor.shape), state, t, 1e-6)[2].rack[0] for t in (clean, stocks.constrain(v, s, clean))]
    assert 0.9 * flows[0] < flows[1] < flows[0]
    assert np.all(stocks.cleaned(s, np.array([True, False])).filter == [0.0, s.filter[1]])
