"""One step of the whole plant: condense the leaves, solve the core, expand, account for every joule."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.plant import facility, nodes
from twin.plant.cdu import CduLines, cdu_lines
from twin.plant.facility import Conductances
from twin.plant.leaves import Gains, condense, expand, gains
from twin.plant.types import Flows, Inputs, Parameters, State

Array = np.ndarray


def step(p: Parameters, state: State, inputs: Inputs, dt: float) -> tuple[State, Flows]:
    """State after `dt` seconds under constant inputs, and the heat that moved.

    Implicit Euler on the whole network: first order in dt, stable for any dt > 0, energy exact to round-off.
    """
    solved = solve(p, state, inputs, dt)
    return solved.after, _flows(p, state, solved.after, inputs, solved.conductances, solved.lines, dt)


class Solved(NamedTuple):
    """A step with the matrices that made it, for the estimator's transition."""

    after: State
    network: facility.Network
    conductances: Conductances
    lines: CduLines
    gains: Gains


def solve(p: Parameters, state: State, inputs: Inputs, dt: float) -> Solved:
    """The step without its accounts."""
    leaf = gains(p.leaves, inputs.rack_flow, state.die.shape[-1], dt)
    lines = cdu_lines(p, state, inputs, condense(p.leaves, leaf, state, inputs), dt)
    g = facility.conductances(p, state, inputs)
    network = facility.connect(p, state, inputs, g, lines, dt)
    after = _expand(p, state, inputs, leaf, lines, network.solve())
    return Solved(after, network, g, lines, leaf)


def account(p: Parameters, before: State, inputs: Inputs, solved: Solved, dt: float) -> Flows:
    """Heat that moved in a solved step."""
    return _flows(p, before, solved.after, inputs, solved.conductances, solved.lines, dt)


def _expand(p: Parameters, state: State, inputs: Inputs, leaf: Gains, lines: CduLines, core: Array) -> State:
    arriving = core[..., p.wiring.cdu_loop, nodes.HALL_IN]
    supply = lines.supply(arriving)
    inlet = supply[..., p.wiring.rack_cdu]
    die, plate = expand(p.leaves, leaf, state, inputs, inlet)
    return State(die, plate, lines.manifold(inlet), supply, lines.back(arriving), core)


def _flows(p: Parameters, before: State, after: State, inputs: Inputs, g: Conductances, lines: CduLines, dt: float) -> Flows:
    t = after.core
    w = p.wiring
    cdu_heat = lines.heat(t[..., w.cdu_loop, nodes.HALL_IN])
    stored = _stored(p, before, after, dt)
    hot = t[..., nodes.HEATPUMP]
    district = g.district * (t[..., nodes.PLANT_IN] - inputs.dh_return)
    cooler = g.cooler * (hot - inputs.dry_bulb)
    tower = g.tower * (t[..., nodes.TOWER_RETURN] - inputs.wet_bulb)
    losses = np.sum(p.core.loss * (t - p.core.ambient[..., None]), axis=-1)
    entered = (
        w.racks_to_loops(inputs.gpu_power.sum(-1) + inputs.other_power + inputs.air_power)
        + w.cdus_to_loops(inputs.cdu_pump) + inputs.loop_pump + inputs.air_fan
    )
    left = district + g.heatpump + cooler + tower + losses
    return Flows(
        rack_liquid=_rack_liquid(p, before, after, inputs, dt),
        cdu_heat=cdu_heat,
        air_heat=g.air * (t[..., nodes.AIR] - t[..., nodes.HALL_IN]),
        district=district,
        heatpump_source=g.heatpump,
        heatpump_power=facility.heatpump_power(p, inputs, g.heatpump, t[..., nodes.HEATPUMP]),
        cooler=cooler,
        ehx=g.ehx * (hot - t[..., nodes.TOWER_SUPPLY]),
        tower=tower,
        losses=losses,
        stored=stored,
        residual=entered - left - stored,
        throughput=np.abs(entered) + np.abs(left) + np.abs(stored),
    )


def _leaf_store(p: Parameters, before: State, after: State) -> Array:
    die = p.leaves.die_capacity * (after.die - before.die).sum(-1)
    return die + p.leaves.plate_capacity * (after.plate - before.plate).sum(-1)


def _rack_liquid(p: Parameters, before: State, after: State, inputs: Inputs, dt: float) -> Array:
    """Heat [W] that reached the coolant of each rack: power less what the dies and plates kept."""
    return inputs.gpu_power.sum(-1) - _leaf_store(p, before, after) / dt + inputs.other_power


def _stored(p: Parameters, before: State, after: State, dt: float) -> Array:
    w = p.wiring
    racks = _leaf_store(p, before, after) + p.leaves.manifold_capacity * (after.manifold - before.manifold)
    cdus = p.cdus.supply_capacity * (after.tcs_supply - before.tcs_supply)
    cdus = cdus + p.cdus.return_capacity * (after.tcs_return - before.tcs_return)
    core = np.sum(p.core.capacity * (after.core - before.core), axis=-1)
    return (w.racks_to_loops(racks) + w.cdus_to_loops(cdus) + core) / dt
