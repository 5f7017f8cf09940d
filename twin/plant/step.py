"""One step of the whole plant: condense the leaves, solve the core, expand, account for every joule."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from twin.plant import facility, leaves, nodes, pipe
from twin.plant.cdu import CduLines, cdu_lines
from twin.plant.facility import Conductances
from twin.plant.leaves import Gains
from twin.plant.network import Network, network, store
from twin.plant.types import Core, Flows, Inputs, Parameters, State

Array = np.ndarray


def step(p: Parameters, state: State, inputs: Inputs, dt: float) -> tuple[State, Flows]:
    """State after `dt` seconds under constant inputs, and the heat that moved.

    Implicit Euler on the whole network: first order in dt, stable for any dt > 0, energy exact to round-off.
    `twin.plant.driven` is the same compiled behind `drive`, for many GPUs or many steps.
    """
    solved = solve(p, state, inputs, dt)
    return solved.after, account(p, state, inputs, solved, dt)


class Solved(NamedTuple):
    """A step with the matrices that made it, for the estimator's transition."""

    after: State
    network: Network
    conductances: Conductances
    lines: CduLines
    gains: Gains
    gpu_power: Array  # [..., R] W, sum over the rack's GPUs
    leaf_stored: Array  # [..., R] J taken up by dies and plates


def solve(p: Parameters, state: State, inputs: Inputs, dt: float) -> Solved:
    """The step without its accounts."""
    leaf = leaves.gains(p.leaves, inputs.rack_flow, state.die.shape[-1], dt)
    condensed = leaves.condense(p.leaves, leaf, state, inputs)
    lines = cdu_lines(p, state, inputs, condensed, dt)
    g = facility.conductances(p, state, inputs, dt)
    network = _network(p, state, inputs, g, lines, dt)
    core = network.solve()
    arriving = core[..., p.wiring.cdu_loop, nodes.HALL_IN]
    supply = lines.supply(arriving)
    inlet = supply[..., p.wiring.rack_cdu]
    leaf_end = leaves.expand(p.leaves, leaf, state, inputs, inlet)
    after = State(leaf_end.die, leaf_end.plate, lines.manifold(inlet), supply, lines.back(arriving), core,
                  _mains(p, state, core, g, dt))
    return Solved(after, network, g, lines, leaf, condensed.power, leaf_end.stored)


def _network(p: Parameters, state: State, inputs: Inputs, g: Conductances, lines: CduLines, dt: float) -> Network:
    """The core of every loop with all that is connected to it."""
    w, c, before = p.wiring, p.core, nodes.first(state.core)
    net = network(before.shape)
    store(net, _over_batch(c.capacity, before), _over_batch(c.loss, before), before, c.ambient, dt)
    supply, back = (pipe.outlet(state.mains[..., main, :], g.moved) for main in (0, 1))
    hall = facility.Hall(w.cdus_to_loops(lines.heat.at), w.cdus_to_loops(lines.heat.slope), w.racks_to_loops(inputs.air_power))
    facility.connect(net, c, inputs, g, hall, supply, back)
    return net


def _mains(p: Parameters, state: State, core: Array, g: Conductances, dt: float) -> Array:
    """Contents of both mains after the step."""
    ends = np.stack([core[..., nodes.SUPPLY], core[..., nodes.HALL_OUT]], axis=-1)
    moved = np.broadcast_to(g.moved[..., None], ends.shape)
    ambient = np.broadcast_to(p.core.ambient[..., None], ends.shape)
    rate = np.broadcast_to((p.core.pipe_loss * dt / p.core.pipe_capacity)[..., None], ends.shape)
    return pipe.cool(pipe.push(state.mains, moved, ends), ambient, rate)


class Sums(NamedTuple):
    """What racks, CDUs and mains bring into the account of their loop, [..., L]."""

    entered: Array  # W from outside into racks, CDUs and hall air
    stored: Array  # J taken up by racks, CDUs and mains
    excess: Array  # K over ambient, sum over the cells of both mains


def account(p: Parameters, before: State, inputs: Inputs, solved: Solved, dt: float) -> Flows:
    """Heat that moved in a solved step."""
    w, after = p.wiring, solved.after
    entered = w.racks_to_loops(solved.gpu_power + inputs.other_power + inputs.air_power) + w.cdus_to_loops(inputs.cdu_pump)
    excess = (after.mains - p.core.ambient[..., None, None]).sum((-1, -2))
    sums = Sums(entered, _stored(p, before, solved), excess)
    return Flows(
        rack_liquid=solved.gpu_power - solved.leaf_stored / dt + inputs.other_power,
        cdu_heat=solved.lines.heat(after.core[..., w.cdu_loop, nodes.HALL_IN]),
        **loop_flows(p.core, nodes.first(p.core.capacity), nodes.first(p.core.loss), inputs, solved.conductances,
                     nodes.first(before.core), nodes.first(after.core), sums, dt)._asdict(),
    )


class LoopFlows(NamedTuple):
    """Heat [..., L] W of every part of a loop, as in twin.plant.types.Flows."""

    air_heat: Array
    district: Array
    heatpump_source: Array
    heatpump_power: Array
    cooler: Array
    chiller: Array
    chiller_power: Array
    ehx: Array
    tower: Array
    losses: Array
    drained: Array
    stored: Array
    residual: Array
    throughput: Array


@register_jitable
def loop_flows(c: Core, capacity: Array, loss: Array, u: Inputs, g: Conductances, before: Array, t: Array, sums: Sums,
               dt: float) -> LoopFlows:
    """Heat of every part of a loop, from its core `before` and after (`t`) the step; capacity J/K and loss W/K a node. Node axes first."""
    hot = t[nodes.HEATPUMP]
    district = g.district * (t[nodes.PLANT_IN] - u.dh_return)
    cooler = g.cooler * (hot - g.air_in)
    tower = g.tower * (t[nodes.TOWER_RETURN] - u.wet_bulb)
    losses = _main_losses(c, sums.excess, dt)
    stored = sums.stored / dt
    for node in range(len(t)):
        losses = losses + loss[node] * (t[node] - c.ambient)
        stored = stored + capacity[node] * (t[node] - before[node]) / dt
    entered = sums.entered + u.loop_pump + u.air_fan
    drained = g.drained * (t[nodes.PLANT_IN] - c.make_up)
    left = district + g.heatpump + cooler + g.chiller + tower + losses + drained
    return LoopFlows(
        air_heat=g.air * (t[nodes.AIR] - t[nodes.HALL_IN]),
        district=district,
        heatpump_source=g.heatpump,
        heatpump_power=facility.heatpump_power(c, u, g.heatpump, hot),
        cooler=cooler,
        chiller=g.chiller,
        chiller_power=facility.chiller_power(c, u, g.chiller, t[nodes.TRIM]),
        ehx=g.ehx * (hot - t[nodes.TOWER_SUPPLY]),
        tower=tower,
        losses=losses,
        drained=drained,
        stored=stored,
        residual=entered - left - stored,
        throughput=np.abs(entered) + np.abs(left) + np.abs(stored),
    )


@register_jitable
def _main_losses(c: Core, excess: Array, dt: float) -> Array:
    """Heat [..., L] W the contents of both mains lost, from their excess over ambient after the loss."""
    growth = np.expm1(c.pipe_loss * dt / c.pipe_capacity)
    return c.pipe_capacity / pipe.CELLS / dt * growth * excess


def _over_batch(x: Array, like: Array) -> Array:
    """Parameters [L, N] beside temperatures [N, ..., L]: node axis first, ones for the batch."""
    return nodes.first(x).reshape(like.shape[0], *(1,) * (like.ndim - 2), like.shape[-1])


def _stored(p: Parameters, before: State, solved: Solved) -> Array:
    """Heat [..., L] J that went into the racks, CDUs and mains of a loop."""
    w, after = p.wiring, solved.after
    racks = solved.leaf_stored + p.leaves.manifold_capacity * (after.manifold - before.manifold)
    cdus = p.cdus.supply_capacity * (after.tcs_supply - before.tcs_supply)
    cdus = cdus + p.cdus.return_capacity * (after.tcs_return - before.tcs_return)
    mains = p.core.pipe_capacity / pipe.CELLS * (after.mains - before.mains).sum((-1, -2))
    return w.racks_to_loops(racks) + w.cdus_to_loops(cdus) + mains
