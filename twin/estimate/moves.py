"""The transition of every block of the filter, from the matrices of the physics step itself.

Renewed each minute and whenever the step's length changes: flows and conductances move little in between, and a covariance needs no more.
"""
from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass

import numpy as np

from twin.estimate import blocks, noise
from twin.plant import facility, nodes, pipe
from twin.plant.leaves import carried
from twin.plant.live import Lived
from twin.plant.network import network, store
from twin.plant.types import Inputs, Parameters, State

Array = np.ndarray
RENEW_S = 60.0


# core [L, M, M]; into [L, N, 2] what the contents of the mains do to the nodes; main [L] share of the mains' contents that stays; cdu [C, 2, 2] of supply
# and return, rack [R] of the coolant leaving: all else of those blocks stays; jump_rack [R], jump_cdu [C] K per W of a load that is not known;
# core_noise [L, M] variance that a step adds; heats [L, N, heats] K per unit of unexplained heat
Transition = namedtuple("Transition", ["core", "into", "main", "cdu", "rack", "jump_rack", "jump_cdu", "core_noise", "heats"])


@dataclass(frozen=True, slots=True)
class Moves:
    dt: float
    age_s: float
    of: Transition


def renewed(p: Parameters, state: State, u: Inputs, lived: Lived, heat_std: Array, dt: float) -> Moves:
    """Transitions of a step of `dt` from `state` under `u`."""
    g = facility.conductances(p, state, u, dt)
    net = network(nodes.first(state.core).shape)
    c, w = p.core, p.wiring
    before = nodes.first(state.core)
    store(net, nodes.first(c.capacity), nodes.first(c.loss), before, c.ambient, dt)
    supply, back = (pipe.outlet(state.mains[..., main, :], g.moved) for main in (0, 1))
    slope = w.cdus_to_loops(lived.plant.cdus["heat_slope"])
    facility.connect(net, c, u, g, facility.Hall(np.zeros_like(slope), slope, np.zeros_like(slope)), supply, back)
    inverse = np.linalg.inv(net.matrix())
    return Moves(dt, 0.0, Transition(*_core(p, inverse, g.loop, g.moved, dt), _cdu(p, u, lived, dt), _rack(p, u, dt), *_jumps(p, u, dt),
                                     _noise(heat_std, dt), noise.HEAT_W * inverse[:, :, list(blocks.HEATS)]))


def _core(p: Parameters, inverse: Array, main: Array, moved: Array, dt: float) -> tuple[Array, Array, Array]:
    loops = len(inverse)
    move = np.zeros((loops, blocks.CORE, blocks.CORE))
    n = np.arange(blocks.CORE)
    move[:, n, n] = 1.0
    move[:, : nodes.N, : nodes.N] = inverse * (p.core.capacity / dt)[..., None, :]
    heats, meters = slice(blocks.FIRST_HEAT, blocks.FIRST_OFFSET), slice(blocks.FIRST_METER, None)
    move[:, : nodes.N, heats] = noise.HEAT_W * inverse[:, :, list(blocks.HEATS)]
    move[:, n[heats], n[heats]] = move[:, n[meters], n[meters]] = np.exp(-dt / noise.HEAT_S)
    old = np.minimum(pipe.CELLS / np.maximum(moved, 1e-12), 1.0)  # share of what leaves a main that stood in it
    into = inverse[..., [nodes.HALL_IN, nodes.PLANT_IN]] * (main * old)[..., None, None]
    move[:, : nodes.N, [nodes.SUPPLY, nodes.HALL_OUT]] += into  # what is wrong for good where a main begins is wrong along it
    return move, into, np.clip(1.0 - moved / pipe.CELLS, 0.0, 1.0)


def _noise(heat_std: Array, dt: float) -> Array:
    per_node = np.full(nodes.N, noise.CORE_K_RT_S)
    per_node[[nodes.INDEX[t] for t in nodes.TANK]] = noise.TANK_K_RT_S
    per_node[nodes.AIR] = noise.AIR_K_RT_S
    out = np.empty((len(heat_std), blocks.CORE))
    out[:, : nodes.N] = per_node**2 * dt
    out[:, blocks.FIRST_HEAT : blocks.FIRST_OFFSET] = (heat_std**2 * -np.expm1(-2.0 * dt / noise.HEAT_S))[:, None]
    out[:, blocks.FIRST_OFFSET : blocks.FIRST_METER] = noise.OFFSET_RT_S**2 * dt
    out[:, blocks.FIRST_METER :] = (np.square(noise.METER_SHARE * heat_std) * -np.expm1(-2.0 * dt / noise.HEAT_S))[:, None]
    return out


def _cdu(p: Parameters, u: Inputs, lived: Lived, dt: float) -> Array:
    c_rack = carried(p.leaves, u.rack_flow)
    c = p.wiring.racks_to_cdus(c_rack)
    kr, ks = p.cdus.return_capacity / dt, p.cdus.supply_capacity / dt
    slope = p.wiring.racks_to_cdus(c_rack * lived.plant.racks["slope"]) / (kr + c)
    passed = c - lived.plant.cdus["g"]
    total = ks + c - passed * slope
    f = np.empty((len(c), 2, 2))
    f[:, 0, 0], f[:, 0, 1] = ks / total, passed * kr / ((kr + c) * total)
    f[:, 1, 0], f[:, 1, 1] = slope * f[:, 0, 0], kr / (kr + c) + slope * f[:, 0, 1]
    return f


def _rack(p: Parameters, u: Inputs, dt: float) -> Array:
    stored = p.leaves.manifold_capacity / dt
    return stored / (stored + carried(p.leaves, u.rack_flow))


def _jumps(p: Parameters, u: Inputs, dt: float) -> tuple[Array, Array]:
    c = carried(p.leaves, u.rack_flow)
    rack = 1.0 / (c + p.leaves.manifold_capacity / dt)
    cdu = 1.0 / (p.wiring.racks_to_cdus(c + p.leaves.manifold_capacity / dt) + p.cdus.return_capacity / dt)
    return noise.JUMP * rack, noise.JUMP * cdu
