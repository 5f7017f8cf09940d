"""The compiled supply is the numpy supply: any state and input, and through feeds lost, batteries emptied, gensets that fail, grids back."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.supplies import fields, lossy, random_inputs, random_state, site_loads, supply
from twin.plant.compiled_supply import SupplyRunner
from twin.plant.power import at_rest, undisturbed
from twin.plant.supply import step
from twin.plant.supply_types import Supply, SupplyFlows, SupplyInputs, SupplyState

SITES = ["valence", "frontier", "grand-est", "fleet-2030"]


def oracle(p: Supply, s: SupplyState, u: SupplyInputs, dt: float) -> tuple[SupplyState, list[SupplyFlows], list[np.ndarray]]:
    flows, battery = [], []
    for row in u.loads:
        s, f = step(p, s, replace(u, loads=row), dt)
        flows.append(f)
        battery.append(s.battery)
    return s, flows, battery


def same(p: Supply, s: SupplyState, u: SupplyInputs, dt: float, scale: float) -> SupplyState:
    """Both ways from one state; returns the end."""
    course, (after, flows, battery) = SupplyRunner(p).run(s, u, dt), oracle(p, s, u, dt)
    for name, value in fields(after).items():
        np.testing.assert_allclose(getattr(course.after, name), value, rtol=1e-9, atol=1e-3, err_msg=name)
    for name in SupplyFlows.__dataclass_fields__:
        expected = np.stack([getattr(f, name) for f in flows])
        np.testing.assert_allclose(getattr(course.flows, name), expected, rtol=1e-9, atol=1e-9 * scale if name != "powered" else 1e-9, err_msg=name)
    np.testing.assert_allclose(course.battery, battery, rtol=1e-12, atol=1e-3)
    return after


@pytest.mark.parametrize("site", SITES)
@given(seed=st.integers(0, 2**32 - 1), dt=st.sampled_from([0.01, 1.0, 15.0, 60.0, 3600.0]))
@settings(max_examples=30, deadline=None)
def test_any_state_and_input(site: str, seed: int, dt: float) -> None:
    rng = np.random.default_rng(seed)
    p = lossy(supply(site))
    s, u = random_state(p, rng), random_inputs(p, rng)
    rows = u.loads * rng.uniform(0.0, 1.5, (4, len(u.loads)))
    same(p, s, replace(u, loads=rows), dt, rows.sum())


@pytest.mark.parametrize("site", ["valence", "grand-est"])
@pytest.mark.parametrize("dt", [1.0, 7.0])
def test_through_a_bad_day(site: str, dt: float) -> None:
    """A feed is lost and its gensets start; a second is lost, one of its gensets fails; all fail until batteries are empty; the grid comes back."""
    p = lossy(supply(site))
    rng, s, u = np.random.default_rng(1), at_rest(p), undisturbed(p, site_loads(p))
    one, all_ = np.ones(len(p.battery)), np.zeros(len(p.battery))
    first, half = np.where(np.arange(len(one)) == 0, 0.0, 1.0), np.where(np.arange(len(one)) == 1, 0.5, 1.0)
    low = []
    for grid, able, seconds in ((one, one, 30), (first, one, 120), (all_, half, 300), (all_, all_, 1500), (one, one, 2400)):
        rows = u.loads * rng.uniform(0.8, 1.2, (int(seconds / dt), len(u.loads)))
        s = same(p, s, replace(u, grid_ok=grid, genset_able=able, loads=rows), dt, rows[0].sum())
        low.append((s.battery / p.battery).min())
    assert low[3] < 1e-9 < low[4] and np.all(s.position == 0.0)


def test_loads_that_do_not_fit_are_refused() -> None:
    p = supply("valence")
    with pytest.raises(ValueError, match=r"loads of shape \(3, 2\)"):
        SupplyRunner(p).run(at_rest(p), undisturbed(p, np.zeros((3, 2))), 1.0)
