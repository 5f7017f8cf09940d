"""What enters equals what leaves plus what is stored, for any input, at any step, on any site."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plants import EQUIPPED, SITES, batch, designed, disturbed, scrambled
from twin.physics.water_use import entering_air
from twin.plant import nodes
from twin.plant.step import step
from twin.plant.types import Flows, State

seeds = st.integers(0, 2**32 - 1)
steps = st.sampled_from([0.01, 1.0, 15.0, 60.0, 3600.0])


@pytest.mark.parametrize("site", SITES)
@given(seed=seeds, dt=steps)
@settings(max_examples=25, deadline=None)
def test_first_law(site: str, seed: int, dt: float):
    rng = np.random.default_rng(seed)
    p, state, inputs = designed(site)
    after, flows = step(p, disturbed(state, rng, 10.0), scrambled(inputs, rng), dt)
    assert np.all(np.abs(flows.residual) <= 1e-9 * flows.throughput)
    assert all(np.isfinite(getattr(after, f)).all() for f in State.__dataclass_fields__)
    assert all(np.isfinite(getattr(flows, f)).all() for f in Flows.__dataclass_fields__)


@pytest.mark.parametrize("site", SITES)
def test_stopped_plant_is_finite_and_carries_no_heat(site: str):
    p, state, inputs = designed(site)
    still = {f: np.zeros_like(getattr(inputs, f)) for f in
             ("rack_flow", "fws_flow", "air_flow", "cdu_pump", "loop_pump", "heatpump_load", "dh_flow", "cooler_fan", "cooler_on",
              "tower_fan", "tower_cells", "tower_flow", "ehx_on")}
    after, flows = step(p, state, replace(inputs, **still), 60.0)
    assert np.all(flows.cdu_heat == 0.0) and np.all(flows.cooler == 0.0) and np.all(flows.district == 0.0)
    assert np.isfinite(after.die).all() and np.isfinite(after.core).all()
    assert np.all(np.abs(flows.residual) <= 1e-9 * flows.throughput)


@given(seed=seeds, dt=steps)
@settings(max_examples=40, deadline=None)
def test_no_heat_from_cold_to_hot_without_work(seed: int, dt: float):
    rng = np.random.default_rng(seed)
    p, state, inputs = designed(EQUIPPED)
    u = scrambled(inputs, rng)
    after, f = step(p, disturbed(state, rng, 10.0), u, dt)
    t, arriving = after.core, after.core[p.wiring.cdu_loop, nodes.HALL_IN]
    assert np.all(f.cdu_heat * (after.tcs_return - arriving) >= -1e-3)
    assert np.all(f.district * (t[..., nodes.PLANT_IN] - u.dh_return) >= -1e-3)
    air = entering_air(u.dry_bulb, u.wet_bulb, p.core.cooler_pads * u.pads_wet)
    assert np.all(f.cooler * (t[..., nodes.HEATPUMP] - air) >= -1e-3)
    assert np.all((f.heatpump_source == 0.0) | (f.heatpump_power > 0.0))
    assert np.all((f.chiller == 0.0) | (f.chiller_power > 0.0))


@given(seed=seeds)
@settings(max_examples=10, deadline=None)
def test_a_batch_row_equals_its_single_run(seed: int):
    rng = np.random.default_rng(seed)
    p, state, inputs = designed("valence")
    states = [disturbed(state, rng, 5.0) for _ in range(3)]
    us = [scrambled(inputs, rng) for _ in range(3)]
    together, flows = step(p, *batch(states, us), 1.0)
    for i in range(3):
        alone, single = step(p, states[i], us[i], 1.0)
        for f in State.__dataclass_fields__:
            np.testing.assert_allclose(getattr(together, f)[i], getattr(alone, f), rtol=0, atol=1e-9)
        np.testing.assert_allclose(flows.cdu_heat[i], single.cdu_heat, rtol=1e-9, atol=1e-3)
