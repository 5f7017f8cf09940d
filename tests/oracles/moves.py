"""Transitions of the filter's blocks as whole matrices; what numpy works out in the twin as well is taken from there."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.oracles.lived import Lived
from twin.estimate import blocks, noise
from twin.estimate.moves import _core, _jumps, _noise
from twin.plant import facility, nodes, pipe
from twin.plant.leaves import carried
from twin.plant.network import network, store
from twin.plant.types import Inputs, Parameters, State

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Moves:
    dt: float
    age_s: float
    core: Array  # [L, M, M]
    into: Array  # [L, N, 2] what the contents of the mains do to the nodes, beside what water entering them has in common with them
    main: Array  # [L, 1] share of the mains' contents that stays
    cdu: Array  # [C, 6, 6]
    rack: Array  # [R, 3, 3]
    jumps: tuple[Array, Array]  # [R], [C] K per W of a load that is not known
    core_noise: Array  # [L, M] variance that a step adds
    heats: Array  # [L, N, heats] K per unit of unexplained heat


def renewed(p: Parameters, state: State, u: Inputs, lived: Lived, heat_std: Array, dt: float) -> Moves:
    """Transitions of a step of `dt` from `state` under `u`."""
    g = facility.conductances(p, state, u, dt)
    net = network(nodes.first(state.core).shape)
    c, w = p.core, p.wiring
    before = nodes.first(state.core)
    store(net, nodes.first(c.capacity), nodes.first(c.loss), before, c.ambient, dt)
    supply, back = (pipe.outlet(state.mains[..., main, :], g.moved) for main in (0, 1))
    slope = w.cdus_to_loops(lived.heat_slope)
    facility.connect(net, c, u, g, facility.Hall(np.zeros_like(slope), slope, np.zeros_like(slope)), supply, back)
    inverse = np.linalg.inv(net.matrix())
    core, into, main = _core(p, inverse, g.loop, g.moved, dt)
    return Moves(dt, 0.0, core, into, main[:, None], _cdu(p, u, lived, dt), _rack(p, u, dt), _jumps(p, u, dt),
                 _noise(heat_std, dt), noise.HEAT_W * inverse[:, :, list(blocks.HEATS)])


def _cdu(p: Parameters, u: Inputs, lived: Lived, dt: float) -> Array:
    c_rack = carried(p.leaves, u.rack_flow)
    c = p.wiring.racks_to_cdus(c_rack)
    kr, ks = p.cdus.return_capacity / dt, p.cdus.supply_capacity / dt
    slope = p.wiring.racks_to_cdus(c_rack * lived.manifold_slope) / (kr + c)
    passed = c - lived.exchanger
    total = ks + c - passed * slope
    f = np.tile(np.eye(6), (len(c), 1, 1))
    f[..., 0, 0], f[..., 0, 1] = ks / total, passed * kr / ((kr + c) * total)
    f[..., 1, 0], f[..., 1, 1] = slope * f[..., 0, 0], kr / (kr + c) + slope * f[..., 0, 1]
    return f


def _rack(p: Parameters, u: Inputs, dt: float) -> Array:
    stored = p.leaves.manifold_capacity / dt
    f = np.tile(np.eye(3), (len(stored), 1, 1))
    f[:, 0, 0] = stored / (stored + carried(p.leaves, u.rack_flow))
    return f
