"""The compiled plant equals the numpy plant, for any state and inputs, and is as exact about energy."""
from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.plants import designed, disturbed, scrambled
from twin.plant.runner import Runner
from twin.plant.step import step
from twin.plant.types import Flows, Inputs, Parameters, State

seeds = st.integers(0, 2**32 - 1)
steps = st.sampled_from([0.01, 1.0, 15.0, 60.0, 3600.0])


def random_plant(site: str, rng: np.random.Generator) -> tuple[Parameters, State, Inputs]:
    """A site with plates of any fouling, in any state, under any inputs."""
    p, state, inputs = designed(site)
    fouled = replace(p.leaves, plate_factor=rng.uniform(0.3, 1.0, p.leaves.plate_factor.shape))
    return replace(p, leaves=fouled), disturbed(state, rng, 5.0), scrambled(inputs, rng)


def stepped(p: Parameters, state: State, inputs: Inputs, dt: float, loads: np.ndarray) -> tuple[State, Flows]:
    """As many single steps of the numpy plant as there are rows of loads."""
    for row in loads:
        state, flows = step(p, state, replace(inputs, gpu_power=inputs.gpu_power * row[:, None]), dt)
    return state, flows


@pytest.mark.parametrize("site", ["valence", "valence-2", "frontier"])
@given(seed=seeds, dt=steps)
@settings(max_examples=12, deadline=None)
def test_compiled_steps_equal_numpy_steps(site: str, seed: int, dt: float) -> None:
    rng = np.random.default_rng(seed)
    p, state, inputs = random_plant(site, rng)
    loads = rng.uniform(0.0, 1.5, (4, len(p.wiring.rack_cdu)))
    expected, flows = stepped(p, state, inputs, dt, loads)
    runner = Runner(p, state)
    worst = runner.run(inputs, len(loads), dt, loads)
    found, heat = runner.state(), runner.flows()
    for f in fields(State):
        np.testing.assert_allclose(getattr(found, f.name), getattr(expected, f.name), rtol=1e-11, atol=1e-8, err_msg=f.name)
    scale = flows.throughput.max()
    for f in fields(Flows):
        np.testing.assert_allclose(getattr(heat, f.name), getattr(flows, f.name), rtol=1e-9, atol=1e-10 * scale, err_msg=f.name)
    assert worst <= 1e-9


@given(seed=seeds)
@settings(max_examples=5, deadline=None)
def test_runs_join(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, state, inputs = random_plant("valence", rng)
    once, twice = Runner(p, state), Runner(p, state)
    once.run(inputs, 6, 1.0)
    for part in (1, 3, 2):
        twice.run(inputs, part, 1.0)
    for f in fields(State):
        np.testing.assert_allclose(getattr(twice.state(), f.name), getattr(once.state(), f.name), rtol=1e-12, atol=1e-9)



@given(seed=seeds)
@settings(max_examples=5, deadline=None)
def test_loads_go_on_where_the_last_run_left_them_or_elsewhere(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, state, inputs = random_plant("valence", rng)
    runner = Runner(p, state)
    for load in (1.0, 1.0, 0.4, 0.4, 1.2):
        row = np.full((1, len(p.wiring.rack_cdu)), load)
        state, _ = stepped(p, state, inputs, 1.0, row)
        assert runner.run(inputs, 1, 1.0, row) <= 1e-9
    np.testing.assert_allclose(runner.state().die, state.die, rtol=1e-11, atol=1e-8)
    assert np.abs(runner.flows().residual).max() <= 1e-9 * runner.flows().throughput.max()


@pytest.mark.parametrize(("steps", "shape"), [(0, (1, 1)), (3, (2, 1)), (3, (3, 7))])
def test_loads_that_do_not_fit_are_refused(steps: int, shape: tuple[int, int]) -> None:
    p, state, inputs = designed("valence")
    with pytest.raises(ValueError, match="steps with loads of shape"):
        Runner(p, state).run(inputs, steps, 1.0, np.ones(shape))
