"""Transients with a closed form, and the order of convergence that implicit Euler claims."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import expm

from tests.plants import designed
from twin.physics.water import capacity_flow
from twin.plant.leaves import expand, gains
from twin.plant.step import step


def _gpu_error(dt: float, seconds: float = 32.0) -> float:
    """Largest die error [K] after a power step, against the matrix exponential of the two-node GPU."""
    p, state, inputs = designed("valence")
    g = gains(p.leaves, inputs.rack_flow, state.die.shape[-1], dt)
    cd, cp, link, film = p.leaves.die_capacity[0], p.leaves.plate_capacity[0], p.leaves.die_plate[0], g.film[0]
    a = np.array([[-link / cd, link / cd], [link / cp, -(link + film) / cp]])
    power, inlet = 1000.0, 40.0
    steady = np.linalg.solve(a, -np.array([power / cd, film * inlet / cp]))
    exact = steady + expm(a * seconds) @ (np.array([45.0, 42.0]) - steady)
    state = replace(state, die=np.full_like(state.die, 45.0), plate=np.full_like(state.plate, 42.0))
    inputs = replace(inputs, gpu_power=np.full_like(inputs.gpu_power, power))
    for _ in range(round(seconds / dt)):
        end = expand(p.leaves, g, state, inputs, np.full(state.manifold.shape, inlet))
        state = replace(state, die=end.die, plate=end.plate)
    return abs(state.die[0, 0] - exact[0])


def test_two_node_gpu_reaches_the_matrix_exponential():
    assert _gpu_error(1 / 64) < 0.02


def test_error_halves_with_the_step():
    errors = [_gpu_error(dt) for dt in (1.0, 0.5, 0.25, 0.125)]
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert np.all(np.abs(orders - 1.0) < 0.1), orders


def test_rack_manifold_is_first_order():
    """With nothing else changing, the coolant leaving a rack follows its inlet with time constant capacity / flow."""
    p, state, inputs = designed("valence")
    quiet = replace(inputs, gpu_power=np.zeros_like(inputs.gpu_power), other_power=np.zeros_like(inputs.other_power))
    flat = replace(state, die=np.full_like(state.die, 42.0), plate=np.full_like(state.plate, 42.0),
                   manifold=np.full_like(state.manifold, 52.0),
                   tcs_supply=np.full_like(state.tcs_supply, 42.0), tcs_return=np.full_like(state.tcs_return, 42.0))
    huge = replace(p, cdus=replace(p.cdus, supply_capacity=p.cdus.supply_capacity * 1e9, return_capacity=p.cdus.return_capacity * 1e9))
    tau = p.leaves.manifold_capacity[0] / capacity_flow(inputs.rack_flow)[0]
    x, dt = flat, tau / 2000
    for _ in range(2000):
        x, _ = step(huge, x, quiet, dt)
    assert x.manifold[0] - 42.0 == pytest.approx(10.0 * np.exp(-1.0), rel=2e-3)


def test_steady_state_carries_all_heat_out():
    p, state, inputs = designed("valence")
    for _ in range(200):
        state, flows = step(p, state, inputs, 600.0)
    assert np.abs(flows.stored).max() < 1e-3 * flows.throughput.max()
    entered = inputs.gpu_power.sum() + inputs.other_power.sum() + inputs.air_power.sum() + inputs.cdu_pump.sum()
    entered += inputs.loop_pump.sum() + inputs.air_fan.sum()
    left = (flows.district + flows.heatpump_source + flows.cooler + flows.tower + flows.losses).sum()
    assert left == pytest.approx(entered, rel=1e-3)
