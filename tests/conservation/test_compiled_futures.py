"""Futures are the plant itself with the GPUs of a rack taken together."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.plants import designed, disturbed
from twin.plant.futures import Futures
from twin.plant.runner import Runner
from twin.plant.types import Inputs, Parameters, State


@pytest.fixture(scope="module")
def plant() -> tuple[Parameters, State, Inputs]:
    return designed("valence-2")


def members(inputs: Inputs) -> list[Inputs]:
    """Three loads in three weathers."""
    return [replace(inputs, gpu_power=inputs.gpu_power * k, dry_bulb=inputs.dry_bulb + k) for k in (0.5, 1.0, 1.3)]


def test_alike_gpus_lump_exactly(plant) -> None:
    p, state, inputs = plant
    state = replace(disturbed(state, np.random.default_rng(5), 4.0), die=state.die, plate=state.plate)
    loads = np.linspace(0.6, 1.2, 40)[:, None]
    found = Futures(p, state).run(members(inputs), 40, 15.0, loads, every=20)
    assert found.shape == (3, 2, *state.core.shape)
    for future, u in zip(found, members(inputs), strict=True):
        runner = Runner(p, state)
        for record, half in zip(future, (loads[:20], loads[20:]), strict=True):
            assert runner.run(u, 20, 15.0, half) <= 1e-9
            np.testing.assert_allclose(record, runner.core(), atol=1e-8)


def test_different_gpus_lump_within_a_tenth_of_a_kelvin(plant) -> None:
    p, state, inputs = plant
    rng = np.random.default_rng(6)
    p = replace(p, leaves=replace(p.leaves, plate_factor=rng.uniform(0.8, 1.0, p.leaves.plate_factor.shape)))
    inputs = replace(inputs, gpu_power=inputs.gpu_power * rng.uniform(0.8, 1.2, inputs.gpu_power.shape))
    found = Futures(p, state).run([inputs], 60, 15.0)
    runner = Runner(p, state)
    runner.run(inputs, 60, 15.0)
    np.testing.assert_allclose(found[0, 0], runner.core(), atol=0.1)


def test_futures_do_not_touch_each_other(plant) -> None:
    p, state, inputs = plant
    futures = Futures(p, state)
    first = futures.run(members(inputs), 10, 15.0)
    again = futures.run(members(inputs)[::-1], 10, 15.0)
    np.testing.assert_array_equal(first, again[::-1])
