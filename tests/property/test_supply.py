"""What must hold for any load, battery and delay."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.supplies import fields, lossy, random_inputs, random_state, site_loads, supply
from twin.plant.power import at_rest, undisturbed
from twin.plant.supply import step
from twin.plant.supply_types import SupplyInputs, SupplyState

seeds = st.integers(0, 2**32 - 1)


def ride_through_s(p, u, dt: float = 20.0) -> float:
    """Seconds the first UPS held in 40 minutes without a grid."""
    s, held = at_rest(p), 0.0
    for _ in range(120):
        s, f = step(p, s, u, dt)
        held += float(f.ups_on[0]) * dt
    return held


@given(low=st.floats(0.05, 1.5), more=st.floats(0.0, 1.0), health=st.floats(0.1, 1.0), worse=st.floats(0.0, 0.9))
@settings(max_examples=15, deadline=None)
def test_more_load_or_an_older_battery_never_rides_longer(low: float, more: float, health: float, worse: float):
    p = supply("valence")
    dark = replace(undisturbed(p, low * site_loads(p)), grid_ok=np.zeros(2), genset_able=np.zeros(2), battery_health=np.full(2, health))
    base = ride_through_s(p, dark)
    assert ride_through_s(p, replace(dark, loads=(low + more) * site_loads(p))) <= base + 1e-6
    assert ride_through_s(p, replace(dark, battery_health=np.full(2, health * worse))) <= base + 1e-6


@given(seed=seeds, dt=st.sampled_from([0.2, 1.0, 30.0]))
@settings(max_examples=40, deadline=None)
def test_a_batch_row_equals_its_single_run(seed: int, dt: float):
    rng = np.random.default_rng(seed)
    p = lossy(supply("grand-est"))
    s, u = random_state(p, rng, (2, 3)), random_inputs(p, rng, (2, 3))
    after, flows = step(p, s, u, dt)
    for i in np.ndindex(2, 3):
        one = step(p, SupplyState(**{k: v[i] for k, v in fields(s).items()}), SupplyInputs(**{k: v[i] for k, v in fields(u).items()}), dt)
        for many, single in zip((after, flows), one, strict=True):
            for name, value in fields(single).items():
                np.testing.assert_allclose(fields(many)[name][i], value, rtol=1e-9, atol=1e-3, err_msg=name)


@given(seed=seeds, parts=st.integers(2, 30))
@settings(max_examples=40, deadline=None)
def test_timers_do_not_hang_on_the_step(seed: int, parts: int):
    """One long step ends where many short ones do: switch, start, ramp, and battery where it is not exhausted."""
    rng = np.random.default_rng(seed)
    p = supply("valence")
    s = random_state(p, rng).shift(battery=p.battery * rng.uniform(0.6, 0.9, 2))
    u = replace(random_inputs(p, rng), loads=site_loads(p), battery_health=np.ones(2))
    once, _ = step(p, s, u, 37.0)
    many = s
    for _ in range(parts):
        many, _ = step(p, many, u, 37.0 / parts)
    for name in ("position", "stable_s", "run_s", "genset_ramp_w"):
        np.testing.assert_allclose(getattr(many, name), getattr(once, name), rtol=1e-6, atol=1e-6, err_msg=name)


@given(seed=seeds, able=st.floats(0.0, 1.0))
@settings(max_examples=40, deadline=None)
def test_a_better_feed_never_takes_power_away(seed: int, able: float):
    rng = np.random.default_rng(seed)
    p = supply("valence")
    s, u = random_state(p, rng), random_inputs(p, rng)
    worse = replace(u, genset_able=u.genset_able * able)
    good, bad = step(p, s, replace(u, grid_ok=np.ones(2)), 1.0)[1], step(p, s, worse, 1.0)[1]
    on_grid = (s.position < 0.5).any()
    assert not on_grid or (good.powered >= bad.powered - 1e-9).all()
