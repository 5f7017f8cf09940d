"""Of every joule that enters the supply it is known where it went, for any state, input and step."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.supplies import fields, lossy, random_inputs, random_state, supply
from twin.plant.supply import step

seeds = st.integers(0, 2**32 - 1)
steps = st.sampled_from([0.01, 1.0, 15.0, 60.0, 3600.0])


@pytest.mark.parametrize("site", ["valence", "frontier", "grand-est"])
@given(seed=seeds, dt=steps)
@settings(max_examples=80, deadline=None)
def test_what_enters_leaves_is_lost_or_is_stored(site: str, seed: int, dt: float):
    rng = np.random.default_rng(seed)
    p = lossy(supply(site))
    s, u = random_state(p, rng), random_inputs(p, rng)
    after, f = step(p, s, u, dt)
    entered = (f.feed + f.genset).sum()
    used = (f.powered * u.loads).sum()
    stored = (after.battery - s.battery).sum() / dt
    scale = entered + used + np.abs(after.battery - s.battery).sum() / dt + 1.0
    assert abs(entered - used - f.loss.sum() - stored) <= 1e-9 * scale + 1e-9 * s.battery.sum() / dt
    assert np.all(np.abs(f.residual) <= 1e-9 * (f.feed + f.genset + f.battery + 1.0))
    np.testing.assert_allclose(f.output + f.direct, _delivered(p, f), rtol=1e-9, atol=1e-9 * scale)


def _delivered(p, f) -> np.ndarray:
    """By feed, from the stages: what the bus gave less what was lost and stored on the way."""
    return f.feed - f.transformer_loss + f.genset + f.battery - f.charge - f.ups_loss - f.pdu_loss - f.busway_loss


@given(seed=seeds, dt=steps)
@settings(max_examples=80, deadline=None)
def test_nothing_is_negative_infinite_or_beyond_its_limit(seed: int, dt: float):
    rng = np.random.default_rng(seed)
    p = lossy(supply("valence"))
    s, u = random_state(p, rng), random_inputs(p, rng)
    after, f = step(p, s, u, dt)
    flows = fields(f)
    flows.pop("residual")
    assert all(np.isfinite(v).all() and (v >= -1e-6).all() for v in flows.values())
    assert all(np.isfinite(v).all() and (v >= -1e-3).all() for v in fields(after).values())
    assert (f.powered <= 1 + 1e-12).all() and (after.battery <= p.battery * (1 + 1e-12)).all()
    assert (f.genset <= p.genset_rating * u.genset_able * (1 + 1e-12)).all() and (f.battery <= p.battery_power).all()
    assert (f.feed * (1 - u.grid_ok) == 0).all() and (f.genset * (u.genset_able == 0) == 0).all()


def test_a_dead_site_is_dark_and_still():
    p = supply("valence")
    rng = np.random.default_rng(0)
    s = random_state(p, rng).shift(battery=np.zeros_like(p.battery))
    u = random_inputs(p, rng)
    u = type(u)(np.zeros(2), np.zeros(2), u.transfer_delay_s, u.battery_health, u.loads)
    after, f = step(p, s, u, 60.0)
    assert (f.powered == 0).all() and (f.feed == 0).all() and (f.loss == 0).all() and (after.battery == 0).all()


def test_groups_on_no_live_feed_get_nothing_and_others_all():
    p = supply("grand-est")
    u = random_inputs(p, np.random.default_rng(1))
    closed = np.array([0.0, 0.0, 1.0, 1.0])
    empty = random_state(p, np.random.default_rng(1)).shift(battery=np.zeros(4), position=np.zeros(4))
    _, f = step(p, empty, type(u)(closed, np.zeros(4), u.transfer_delay_s, np.ones(4), u.loads), 1.0)
    dark = (p.ups_member + p.bus_member)[:2].sum(0) * ((p.ups_member + p.bus_member)[2:].sum(0) == 0) > 0
    lit = (p.ups_member + p.bus_member)[2:].sum(0) > 0
    assert (f.powered[dark] == 0).all() and np.allclose(f.powered[lit], 1.0) and dark.any()
