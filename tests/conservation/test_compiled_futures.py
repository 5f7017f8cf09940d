"""Futures are the driven plant itself with the GPUs of a rack taken together."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.load import load_site
from tests.plants import disturbed
from twin.plant.assembly import assemble
from twin.plant.design import design
from twin.plant.driven import DrivenRunner
from twin.plant.futures import Futures
from twin.plant.machines import Machinery, Machines, Targets, at_rest, machinery
from twin.plant.operate import first_guess
from twin.plant.targets import targets
from twin.plant.types import Parameters, State

Plant = tuple[Parameters, Machinery, State, Machines, Targets]


@pytest.fixture(scope="module")
def plant() -> Plant:
    site = load_site("valence-2")
    p, d = assemble(site), design(site)
    m = machinery(site, p, d)
    return p, m, first_guess(p, d), at_rest(m, p.leaves.plate_factor.shape), targets(p, m, d, 0.6, 15.0, 11.0)


def members(t: Targets) -> list[Targets]:
    """Three loads in three weathers."""
    return [replace(t, gpu_power=t.gpu_power * k, dry_bulb=t.dry_bulb + 10.0 * k) for k in (0.5, 1.0, 1.3)]


def test_alike_gpus_lump_exactly(plant: Plant) -> None:
    p, m, state, x, t = plant
    state = replace(disturbed(state, np.random.default_rng(5), 4.0), die=state.die, plate=state.plate)
    loads = np.linspace(0.6, 1.2, 40)[:, None]
    found = Futures(p, m, state, x).run(members(t), 40, 15.0, loads, every=20)
    assert found.core.shape == (3, 2, *state.core.shape)
    for i, future in enumerate(members(t)):
        shown = DrivenRunner(p, m, state, x).run(future, 40, 15.0, loads, every=20).shown
        np.testing.assert_allclose(found.core[i], shown.core, atol=1e-8)
        np.testing.assert_allclose(found.hottest[i], shown.hottest, atol=1e-8)
        np.testing.assert_allclose(found.cdus["heat"][i], shown.cdus["heat"], rtol=1e-8)


def test_different_gpus_lump_within_a_tenth_of_a_kelvin(plant: Plant) -> None:
    p, m, state, x, t = plant
    rng = np.random.default_rng(6)
    p = replace(p, leaves=replace(p.leaves, plate_factor=rng.uniform(0.8, 1.0, p.leaves.plate_factor.shape)))
    t = replace(t, gpu_power=t.gpu_power * rng.uniform(0.8, 1.2, t.gpu_power.shape))
    found = Futures(p, m, state, x).run([t], 60, 15.0)
    shown = DrivenRunner(p, m, state, x).run(t, 60, 15.0).shown
    np.testing.assert_allclose(found.core[0], shown.core, atol=0.1)


def test_futures_do_not_touch_each_other(plant: Plant) -> None:
    p, m, state, x, t = plant
    futures = Futures(p, m, state, x)
    first = futures.run(members(t), 10, 15.0)
    again = futures.run(members(t)[::-1], 10, 15.0)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b[::-1])
