"""The facility loop: what each part adds to the core network. One function a part, in the order of the water."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.physics.exchange import counterflow
from twin.physics.machines import air_side_ua, lorenz_cop
from twin.physics.water import capacity_flow
from twin.plant import nodes
from twin.plant.cdu import CduLines
from twin.plant.network import Network
from twin.plant.types import Inputs, Parameters, State

Array = np.ndarray


class Conductances(NamedTuple):
    """What the step used, [..., L]; heat is recomputed from these and the solved temperatures."""

    loop: Array  # W/K capacity flow of the main
    bypass: Array
    air: Array
    district: Array
    heatpump: Array  # W taken from the water
    cooler: Array
    ehx: Array
    tower: Array
    tower_flow: Array


def conductances(p: Parameters, state: State, inputs: Inputs) -> Conductances:
    """Every conductance of the core for one step, from flows and actuators."""
    c = p.core
    loop_flow = p.wiring.cdus_to_loops(np.maximum(inputs.fws_flow, 0.0)) + np.maximum(inputs.air_flow, 0.0)
    main = capacity_flow(loop_flow)
    tower_flow = capacity_flow(inputs.tower_flow)
    fan = inputs.cooler_fan
    air = c.cooler_air * inputs.cooler_on * np.maximum(fan, 0.03)
    return Conductances(
        loop=main,
        bypass=np.zeros_like(main),
        air=_air_coil(c.air_ua, capacity_flow(inputs.air_flow)),
        district=counterflow(c.district_ua, main, capacity_flow(inputs.dh_flow)),
        heatpump=_heatpump_source(p, state, inputs, main),
        cooler=counterflow(air_side_ua(fan, c.cooler_ua * inputs.cooler_on), main, air),
        ehx=counterflow(c.ehx_ua * inputs.ehx_on, main, tower_flow),
        tower=_tower(c.tower_ua, inputs, tower_flow),
        tower_flow=tower_flow,
    )


def _air_coil(ua: Array, water: Array) -> Array:
    return counterflow(ua, np.full_like(water, 1e12), water)


def _tower(ua: Array, inputs: Inputs, water: Array) -> Array:
    return counterflow(air_side_ua(inputs.tower_fan, ua * inputs.tower_cells), water, np.full_like(water, 1e12))


def _heatpump_source(p: Parameters, state: State, inputs: Inputs, main: Array) -> Array:
    """Heat the evaporator takes [W]: the load asked for, never below its minimum outlet temperature."""
    room = main * np.maximum(state.core[..., nodes.DISTRICT] - p.core.heatpump_min_out, 0.0)
    return np.minimum(inputs.heatpump_load * p.core.heatpump_source, room)


def heatpump_power(p: Parameters, inputs: Inputs, source: Array, source_out: Array) -> Array:
    """Electric power [W] of the heat pump that takes `source` [W] from water leaving at `source_out`."""
    cop = lorenz_cop(source_out, inputs.sink_out, np.maximum(p.core.heatpump_efficiency, 1e-6))
    return np.where(p.core.heatpump_source > 0, source / (cop - 1.0), 0.0)


def connect(p: Parameters, state: State, inputs: Inputs, g: Conductances, lines: CduLines, dt: float) -> Network:
    """Assemble the core network of every loop."""
    net = Network(p.core.capacity / dt, state.core)
    _mains(net, g.loop)
    _hall(net, p, inputs, g, lines)
    net.to_ambient(nodes.PLANT_IN, nodes.DISTRICT, g.district, inputs.dh_return)
    net.source(nodes.HEATPUMP, -g.heatpump)
    net.to_ambient(nodes.HEATPUMP, nodes.REJECTION, g.cooler, inputs.dry_bulb)
    _tower_loop(net, inputs, g)
    for node in range(nodes.N):
        net.to_ambient(node, node, p.core.loss[..., node], p.core.ambient)
    return net


def _mains(net: Network, c: Array) -> None:
    for source, node in zip(range(len(nodes.CHAIN) - 1), range(1, len(nodes.CHAIN)), strict=True):
        net.advect(source, node, c)
    net.advect(len(nodes.CHAIN) - 1, 0, c)


def _hall(net: Network, p: Parameters, inputs: Inputs, g: Conductances, lines: CduLines) -> None:
    """CDUs and fan coils in parallel: the water leaves the hall with the heat of all of them."""
    sums = p.wiring.cdus_to_loops
    net.affine_source(nodes.HALL_IN, nodes.HALL_OUT, sums(lines.heat.at), sums(lines.heat.slope))
    net.exchange(nodes.AIR, nodes.AIR, nodes.HALL_IN, nodes.HALL_OUT, g.air)
    net.source(nodes.AIR, p.wiring.racks_to_loops(inputs.air_power) + inputs.air_fan)
    net.source(nodes.FIRST, inputs.loop_pump)


def _tower_loop(net: Network, inputs: Inputs, g: Conductances) -> None:
    net.exchange(nodes.HEATPUMP, nodes.REJECTION, nodes.TOWER_SUPPLY, nodes.TOWER_RETURN, g.ehx)
    net.advect(nodes.TOWER_SUPPLY, nodes.TOWER_RETURN, g.tower_flow)
    net.advect(nodes.TOWER_RETURN, nodes.TOWER_SUPPLY, g.tower_flow)
    net.to_ambient(nodes.TOWER_RETURN, nodes.TOWER_SUPPLY, g.tower, inputs.wet_bulb)
