"""The whole plant step: whatever happens to feeds, machines and water, what the supply gives is what the plant takes, and no joule or litre is lost."""
from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load_site
from tests.conservation.test_compiled_driven import any_machines, any_targets
from tests.plants import EQUIPPED, disturbed
from tests.supplies import random_state
from twin.plant import demand
from twin.plant.machines import Targets
from twin.plant.operate import first_guess
from twin.plant.supply_types import KINDS
from twin.plant.targets import targets
from twin.plant.whole import Advanced, Plant, Whole, World, advance_whole, begin, build, calm, copies

SHIPPED = ("valence", "valence-2", "frontier", "marseille", "grand-est-1", "grand-est-2", "grand-est", "fleet-2030", EQUIPPED)
seeds = st.integers(0, 2**32 - 1)


@cache
def plant(name: str) -> Plant:
    """A site with two GPUs a rack: the laws are the same and fleets stay small."""
    full = build(load_site(name))
    leaves = replace(full.p.leaves, plate_factor=full.p.leaves.plate_factor[:, :2])
    return replace(full, p=replace(full.p, leaves=leaves))


def any_world(pl: Plant, rng: np.random.Generator) -> World:
    f = pl.supply.battery.shape
    w = calm(pl)
    return World(rng.integers(0, 2, f) * 1.0, rng.choice([0.0, 0.1, 1.0], f), rng.choice([0.0, 1.0, 30.0], f), rng.choice([0.0, 0.5, 1.0], f),
                 w.rack_leak + rng.uniform(0, 1e-4, w.rack_leak.shape), w.loop_leak + rng.uniform(0, 1e-2, w.loop_leak.shape))


def anything(pl: Plant, rng: np.random.Generator) -> tuple[Whole, Targets, World]:
    whole = begin(pl, disturbed(first_guess(pl.p, pl.d), rng, 5.0), any_machines(pl.m, rng, pl.p.leaves.plate_factor.shape))
    t = targets(pl.p, pl.m, pl.d, 0.7, 25.0, 18.0)
    scale = rng.choice([1.0, 36.0])  # as much as all GPUs of the rack
    t = any_targets(replace(t, gpu_power=t.gpu_power * scale), rng, 1)[0]
    return replace(whole, supply=random_state(pl.supply, rng)), t, any_world(pl, rng)


def by_kind(x: np.ndarray) -> dict[str, np.ndarray]:
    """[X] by kind, each [L]."""
    return dict(zip(KINDS, x[:-1].reshape(len(KINDS), -1), strict=True))


def taken(pl: Plant, a: Advanced) -> dict[str, np.ndarray]:
    """Electric power [L] W by kind, from the thermal step's own inputs and flows."""
    w = pl.p.wiring
    return {"rack": w.racks_to_loops(demand.rack_power(a.inputs)), "cdu": w.cdus_to_loops(a.inputs.cdu_pump), "pump": a.inputs.loop_pump,
            "air_fan": a.inputs.air_fan, "heat_pump": a.heat.heatpump_power, "chiller": a.heat.chiller_power}


@pytest.mark.parametrize("site", SHIPPED)
@given(seed=seeds, dt=st.sampled_from([0.1, 1.0, 15.0, 300.0]))
@settings(max_examples=6, deadline=None)
def test_given_is_taken_and_nothing_is_lost(site: str, seed: int, dt: float) -> None:
    pl, rng = plant(site), np.random.default_rng(seed)
    whole, t, world = anything(pl, rng)
    a = advance_whole(pl, whole, t, world, dt)
    round_off = 1e-14 * 50.0 * (pl.p.core.capacity.sum(-1) + 2.0 * pl.p.core.pipe_capacity) / dt  # of the heat held, at some 50 degC
    assert np.all(np.abs(a.heat.residual) <= 1e-9 * a.heat.throughput + round_off), "first law of heat"
    given_w, scale = (a.power.output + a.power.direct).sum(), a.loads.sum() + 1.0
    assert np.all(np.abs(a.power.residual) <= 1e-9 * scale), "first law of the supply"
    assert (a.power.powered * a.loads).sum() == pytest.approx(given_w, abs=1e-9 * scale), "what feeds give is what groups get"
    got = by_kind(a.power.powered * a.loads)
    for kind, power in taken(pl, a).items():
        np.testing.assert_allclose(got[kind], power, rtol=1e-9, atol=1e-9 * scale, err_msg=kind)
    on = by_kind(a.power.powered)
    assert (a.inputs.tower_flow[on["tower"] <= 0.5] == 0).all() and (a.inputs.fws_flow[on["pump"][pl.p.wiring.cdu_loop] <= 0.5] == 0).all()
    s, held = whole.stocks, a.whole.stocks
    assert held.water - s.water == pytest.approx((a.water.filled - a.water.leaked - a.water.relieved) * dt, abs=1e-9 * s.water.max())
    assert held.coolant - s.coolant == pytest.approx(-a.water.spilled * dt, abs=1e-9 * s.coolant.max())
    assert finite(a.whole)


def finite(value: object) -> bool:
    if is_dataclass(value):
        return all(finite(getattr(value, f.name)) for f in fields(value))
    return bool(np.isfinite(value).all())


def row(value, i: int):
    return replace(value, **{f.name: row(getattr(value, f.name), i) for f in fields(value)}) if is_dataclass(value) else value[i]


def stack(values: list):
    one = values[0]
    if is_dataclass(one):
        return replace(one, **{f.name: stack([getattr(v, f.name) for v in values]) for f in fields(one)})
    return np.stack(values)


def same(found, expected) -> None:
    for f in fields(expected):
        a, b = getattr(found, f.name), getattr(expected, f.name)
        if is_dataclass(b):
            same(a, b)
        else:
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9 * (1.0 + np.abs(b).max()), err_msg=f.name)


@pytest.mark.parametrize("site", ["valence-2", "frontier", EQUIPPED])
@given(seed=seeds)
@settings(max_examples=4, deadline=None)
def test_a_row_of_a_batch_is_the_run_alone(site: str, seed: int) -> None:
    pl, rng = plant(site), np.random.default_rng(seed)
    runs = [anything(pl, rng) for _ in range(3)]
    batch = advance_whole(pl, *(stack([r[i] for r in runs]) for i in range(3)), 1.0)
    for i, run in enumerate(runs):
        alone = advance_whole(pl, *run, 1.0)
        same(row(batch.whole, i), alone.whole)
        same(row(batch.power, i), alone.power)


def test_one_plant_in_many_worlds() -> None:
    """A batch of worlds over one state, without copies of the targets."""
    pl = plant(EQUIPPED)
    whole, t = begin(pl, first_guess(pl.p, pl.d)), targets(pl.p, pl.m, pl.d, 0.7, 25.0, 18.0)
    grid = np.array([[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    many = advance_whole(pl, copies(whole, 3), t, replace(calm(pl), grid_ok=grid), 1.0)
    for i, ok in enumerate(grid):
        same(row(many.whole, i), advance_whole(pl, whole, t, replace(calm(pl), grid_ok=ok), 1.0).whole)
