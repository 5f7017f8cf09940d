"""One step of the whole plant: condense the leaves, solve the core, expand, account for every joule."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.plant import facility, leaves, nodes, pipe
from twin.plant.cdu import CduLines, cdu_lines
from twin.plant.facility import Conductances
from twin.plant.leaves import Gains
from twin.plant.types import Flows, Inputs, Parameters, State

Array = np.ndarray


def step(p: Parameters, state: State, inputs: Inputs, dt: float) -> tuple[State, Flows]:
    """State after `dt` seconds under constant inputs, and the heat that moved.

    Implicit Euler on the whole network: first order in dt, stable for any dt > 0, energy exact to round-off.
    `twin.plant.runner` is the same compiled, for many GPUs or many steps.
    """
    solved = solve(p, state, inputs, dt)
    return solved.after, account(p, state, inputs, solved, dt)


class Solved(NamedTuple):
    """A step with the matrices that made it, for the estimator's transition."""

    after: State
    network: facility.Network
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
    network = facility.connect(p, state, inputs, g, lines, dt)
    core = network.solve()
    arriving = core[..., p.wiring.cdu_loop, nodes.HALL_IN]
    supply = lines.supply(arriving)
    inlet = supply[..., p.wiring.rack_cdu]
    leaf_end = leaves.expand(p.leaves, leaf, state, inputs, inlet)
    after = State(leaf_end.die, leaf_end.plate, lines.manifold(inlet), supply, lines.back(arriving), core,
                  _mains(p, state, core, g, dt))
    return Solved(after, network, g, lines, leaf, condensed.power, leaf_end.stored)


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
        **loop_flows(p, before.core, after.core, inputs, solved.conductances, sums, dt),
    )


def loop_flows(p: Parameters, before: Array, t: Array, inputs: Inputs, g: Conductances, sums: Sums, dt: float) -> dict[str, Array]:
    """Heat [..., L] W of every part of a loop, from its core [..., L, N] before and after the step."""
    hot = t[..., nodes.HEATPUMP]
    district = g.district * (t[..., nodes.PLANT_IN] - inputs.dh_return)
    cooler = g.cooler * (hot - g.air_in)
    tower = g.tower * (t[..., nodes.TOWER_RETURN] - inputs.wet_bulb)
    losses = np.sum(p.core.loss * (t - p.core.ambient[..., None]), axis=-1) + _main_losses(p, sums.excess, dt)
    entered = sums.entered + inputs.loop_pump + inputs.air_fan
    drained = g.drained * (t[..., nodes.PLANT_IN] - p.core.make_up)
    left = district + g.heatpump + cooler + g.chiller + tower + losses + drained
    stored = (np.sum(p.core.capacity * (t - before), axis=-1) + sums.stored) / dt
    return {
        "air_heat": g.air * (t[..., nodes.AIR] - t[..., nodes.HALL_IN]),
        "district": district,
        "heatpump_source": g.heatpump,
        "heatpump_power": facility.heatpump_power(p, inputs, g.heatpump, hot),
        "cooler": cooler,
        "chiller": g.chiller,
        "chiller_power": facility.chiller_power(p, inputs, g.chiller, t[..., nodes.TRIM]),
        "ehx": g.ehx * (hot - t[..., nodes.TOWER_SUPPLY]),
        "tower": tower,
        "losses": losses,
        "drained": drained,
        "stored": stored,
        "residual": entered - left - stored,
        "throughput": np.abs(entered) + np.abs(left) + np.abs(stored),
    }


def _main_losses(p: Parameters, excess: Array, dt: float) -> Array:
    """Heat [..., L] W the contents of both mains lost, from their excess over ambient after the loss."""
    growth = np.expm1(p.core.pipe_loss * dt / p.core.pipe_capacity)
    return p.core.pipe_capacity / pipe.CELLS / dt * growth * excess


def _stored(p: Parameters, before: State, solved: Solved) -> Array:
    """Heat [..., L] J that went into the racks, CDUs and mains of a loop."""
    w, after = p.wiring, solved.after
    racks = solved.leaf_stored + p.leaves.manifold_capacity * (after.manifold - before.manifold)
    cdus = p.cdus.supply_capacity * (after.tcs_supply - before.tcs_supply)
    cdus = cdus + p.cdus.return_capacity * (after.tcs_return - before.tcs_return)
    mains = p.core.pipe_capacity / pipe.CELLS * (after.mains - before.mains).sum((-1, -2))
    return w.racks_to_loops(racks) + w.cdus_to_loops(cdus) + mains
