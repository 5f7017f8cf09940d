"""A loop of PG25 where the sheet says so: heat and mass by its own fluid, compiled as in numpy."""
from __future__ import annotations

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from config.site import Site
from tests.conservation.test_compiled_driven import any_machines, any_targets
from tests.plants import disturbed
from tests.validation.datasheets import hall_with
from twin.physics.water import VOLUMETRIC
from twin.plant import stocks
from twin.plant.design import design
from twin.plant.drive import drive
from twin.plant.driven import DrivenRunner
from twin.plant.live import live, template
from twin.plant.machines import machinery
from twin.plant.operate import first_guess, operate
from twin.plant.step import step
from twin.plant.targets import targets
from twin.plant.types import Parameters, State

PG25 = "INCOMP::MPG[0.257]"


@cache
def hall() -> tuple[Site, Parameters]:
    return hall_with("deschutes")


def start() -> State:
    site, p = hall()
    return disturbed(first_guess(p, design(site)), np.random.default_rng(7), 3.0)


def same(found: State, expected: State) -> None:
    for f in fields(State):
        np.testing.assert_allclose(getattr(found, f.name), getattr(expected, f.name), rtol=1e-11, atol=1e-8, err_msg=f.name)


def test_coolant_warms_by_its_own_heat_capacity() -> None:
    site, p = hall()
    state = first_guess(p, design(site))
    inputs = operate(p, design(site), state, 1.0, 15.0, 11.0)
    after, flows = step(p, state, inputs, 1e5)
    carried = PropsSI("D", "T", 318.15, "P", 3e5, PG25) * PropsSI("C", "T", 318.15, "P", 3e5, PG25) * inputs.rack_flow
    rise = after.manifold - after.tcs_supply[p.wiring.rack_cdu]
    np.testing.assert_allclose(rise, flows.rack_liquid / carried, rtol=2e-3)
    assert flows.residual == pytest.approx(0.0, abs=1e-9 * flows.throughput.max())
    assert (p.cdus.volumetric < 0.98 * VOLUMETRIC).all()


def test_live_step_equals_numpy_step() -> None:
    site, p = hall()
    state = start()
    inputs = operate(p, design(site), state, 0.7, 15.0, 11.0)
    lived = live(template(p, state), p.leaves.plate_factor, state, inputs, 15.0)
    same(lived.after(), step(p, state, inputs, 15.0)[0])


def test_compiled_machines_equal_numpy_machines() -> None:
    site, p = hall()
    m, d, rng, state = machinery(site, p, design(site)), design(site), np.random.default_rng(3), start()
    x = any_machines(m, rng, p.leaves.plate_factor.shape)
    t = any_targets(targets(p, m, d, 0.7, 15.0, 11.0), rng, 1)[0]
    runner = DrivenRunner(p, m, state, x)
    runner.run(t, 5, 1.0)
    for _ in range(5):
        x, inputs, _ = drive(p, m, x, state, t, 1.0)
        state, _ = step(p, state, inputs, 1.0)
    same(runner.state(), state)


def test_a_leak_weighs_what_the_coolant_weighs() -> None:
    site, p = hall()
    state = first_guess(p, design(site))
    uniform = replace(state, tcs_supply=0.0 * state.tcs_supply + 45.0, tcs_return=0.0 * state.tcs_return + 45.0, manifold=0.0 * state.manifold + 45.0)
    v = stocks.volumes(p)
    leak = np.full_like(p.leaves.rated_flow, 1e-5)
    _, gone = stocks.advance(p, v, stocks.filled(p, v, uniform), uniform, v.rated_tcs, leak, np.zeros_like(v.loop), 60.0)
    racks = p.wiring.racks_to_cdus(np.ones_like(leak))
    np.testing.assert_allclose(gone.spilled, PropsSI("D", "T", 318.15, "P", 3e5, PG25) * 1e-5 * racks, rtol=1e-3)
