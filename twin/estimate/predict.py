"""Time update: the plant's own step moves the mean, its own matrices move the covariances."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.estimate import noise
from twin.estimate.belief import Belief
from twin.physics.water import capacity_flow
from twin.plant import nodes, pipe
from twin.plant.step import Solved, solve
from twin.plant.types import Inputs, Parameters

Array = np.ndarray


def predict(p: Parameters, belief: Belief, inputs: Inputs, dt: float) -> tuple[Belief, Solved]:
    """The belief `dt` seconds later, and the solved step for its accounts."""
    own = replace(p, leaves=replace(p.leaves, plate_factor=p.leaves.plate_factor / belief.resistance))
    solved = solve(own, belief.state, inputs, dt)
    return (
        Belief(
            state=solved.after,
            core_cov=_core(p, solved, belief, dt),
            main_var=_mains(solved, belief.main_var, dt),
            cdu_cov=_cdu(p, solved, inputs, belief.cdu_cov, dt),
            manifold_var=_manifold(p, inputs, belief.manifold_var, dt),
            die_var=_die(p, solved, belief, dt),
            resistance=belief.resistance,
            resistance_var=belief.resistance_var + noise.RESISTANCE_RT_S**2 * dt,
        ),
        solved,
    )


def _core(p: Parameters, solved: Solved, belief: Belief, dt: float) -> Array:
    """A P A' + B V B' + Q with A = K^-1 C/dt and B = K^-1 c, the matrices of the physics step itself; V doubts the mains."""
    cov = belief.core_cov
    storage = p.core.capacity / dt
    inverse = np.linalg.inv(solved.network.matrix())
    transition = inverse * storage[..., None, :]
    moved = transition @ cov @ np.swapaxes(transition, -1, -2)
    into = inverse[..., [nodes.HALL_IN, nodes.PLANT_IN]] * solved.conductances.loop[..., None, None]
    moved += into * belief.main_var[..., None, :] @ np.swapaxes(into, -1, -2)
    n = np.arange(cov.shape[-1])
    moved[..., n, n] += noise.CORE_K_RT_S**2 * dt
    return 0.5 * (moved + np.swapaxes(moved, -1, -2))


def _mains(solved: Solved, var: Array, dt: float) -> Array:
    """Fresh water replaces doubtful contents."""
    keep = np.clip(1.0 - solved.conductances.moved / pipe.CELLS, 0.0, 1.0)[..., None]
    return keep**2 * var + noise.CORE_K_RT_S**2 * dt


def _cdu(p: Parameters, solved: Solved, inputs: Inputs, cov: Array, dt: float) -> Array:
    c = p.wiring.racks_to_cdus(capacity_flow(inputs.rack_flow))
    kr, ks = p.cdus.return_capacity / dt, p.cdus.supply_capacity / dt
    manifold = p.wiring.racks_to_cdus(capacity_flow(inputs.rack_flow) * solved.lines.manifold.slope)
    slope, passed = manifold / (kr + c), c - solved.lines.g
    total = ks + c - passed * slope
    f = np.empty(cov.shape)
    f[..., 0, 0], f[..., 0, 1] = ks / total, passed * kr / ((kr + c) * total)
    f[..., 1, 0], f[..., 1, 1] = slope * f[..., 0, 0], kr / (kr + c) + slope * f[..., 0, 1]
    moved = f @ cov @ np.swapaxes(f, -1, -2) + np.eye(2) * noise.CDU_K_RT_S**2 * dt
    return 0.5 * (moved + np.swapaxes(moved, -1, -2))


def _manifold(p: Parameters, inputs: Inputs, var: Array, dt: float) -> Array:
    store = p.leaves.manifold_capacity / dt
    keep = store / (store + capacity_flow(inputs.rack_flow))
    return keep**2 * var + noise.RACK_K_RT_S**2 * dt


def _die(p: Parameters, solved: Solved, belief: Belief, dt: float) -> Array:
    """Die variance decays with the die's own time constant to coolant; the resistance's doubt feeds it."""
    g = solved.gains
    film = np.maximum(g.film, 1e-3)
    slowness = 1.0 / (p.leaves.die_plate) + 1.0 / film
    tau = (p.leaves.die_capacity + p.leaves.plate_capacity) * slowness
    keep = (1.0 / (1.0 + dt / tau))[..., None]
    return keep**2 * belief.die_var + noise.DIE_K_RT_S**2 * dt * (1.0 - keep) + 1e-4 * dt
