"""Against closed forms: one exchanger side, the two-node GPU, the order of convergence, parallel pumps."""
from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from scipy.linalg import expm

from tests.plants import designed
from tests.validation.check import check
from twin.physics import hydraulics
from twin.plant.leaves import expand, gains

POWER_W, INLET_C, START_C, SPAN_S = 1000.0, 40.0, (45.0, 42.0), 32.0


@cache
def die_error(dt: float) -> float:
    """Error of a die [K] after 32 s under a power step, against the matrix exponential of die and plate."""
    p, state, inputs = designed("valence")
    g = gains(p.leaves, inputs.rack_flow, state.die.shape[-1], dt)
    die, plate, link, film = p.leaves.die_capacity[0], p.leaves.plate_capacity[0], p.leaves.die_plate[0], g.film[0]
    a = np.array([[-link / die, link / die], [link / plate, -(link + film) / plate]])
    steady = np.linalg.solve(a, -np.array([POWER_W / die, film * INLET_C / plate]))
    exact = steady + expm(a * SPAN_S) @ (np.array(START_C) - steady)
    state = replace(state, die=np.full_like(state.die, START_C[0]), plate=np.full_like(state.plate, START_C[1]))
    inputs = replace(inputs, gpu_power=np.full_like(inputs.gpu_power, POWER_W))
    for _ in range(round(SPAN_S / dt)):
        end = expand(p.leaves, g, state, inputs, np.full(state.manifold.shape, INLET_C))
        state = replace(state, die=end.die, plate=end.plate)
    return float(abs(state.die[0, 0] - exact[0]))


@check("analytic", "matrix exponential of die and plate", 0.1, "K")
def gpu_step() -> float:
    """Die 32 s after a step of 1 kW, steps of 1/8 s"""
    return die_error(0.125)


@check("analytic", "matrix exponential of die and plate", 0.1, "1")
def order_of_convergence() -> float:
    """Order in the step from 1 to 1/8 s less the claimed first order of implicit Euler; greatest difference"""
    errors = np.array([die_error(dt) for dt in (1.0, 0.5, 0.25, 0.125)])
    return float(np.max(np.abs(np.log2(errors[:-1] / errors[1:]) - 1.0)))


@check("analytic", "n pumps on a quadratic system solved by hand", 1e-9, "1")
def parallel_pumps() -> float:
    """Flow of one to four alike pumps: q^2 = 1.25 H / (r + 0.25 H / (n Q)^2)"""
    head, flow, r = 2.5e5, 0.125, 3e6
    return max(abs(float(hydraulics.pumped_flow(1.0, n, head, flow, r)) / (1.25 * head / (r + 0.25 * head / (n * flow) ** 2)) ** 0.5 - 1.0)
               for n in range(1, 5))
