"""The facility loop: what each part adds to the core network. One function a part, in the order of the water."""
from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from twin.physics.exchange import counterflow
from twin.physics.heat_pump import capacity_share, each_load
from twin.physics.heat_pump import power as lift_power
from twin.physics.machines import air_side_ua, lorenz_cop
from twin.physics.water import capacity_flow
from twin.physics.water_use import entering_air, make_up, pad_evaporation, tower_evaporation
from twin.plant import nodes, pipe
from twin.plant.cdu import CduLines
from twin.plant.network import Network
from twin.plant.types import Inputs, Parameters, State

Array = np.ndarray
CHILLED_MIN_C = 4.0  # water chillers stop above freezing
STILL_AIR = 0.03  # share of the rated air that moves with the fans off (assumption)
CONDENSER_K = 10.0  # condensing over outdoor air, air-cooled chiller (ASHRAE Handbook HVAC Systems 2020, ch. 43: 8 .. 14 K)


class Conductances(NamedTuple):
    """What the step used, [..., L]; heat is recomputed from these and the solved temperatures."""

    loop: Array  # W/K capacity flow of the main
    moved: Array  # [..., L] cells the contents of the mains move by
    air: Array
    district: Array
    heatpump: Array  # W taken from the water
    cooler: Array
    chiller: Array  # W taken from the water
    ehx: Array
    tower: Array
    tower_flow: Array
    air_in: Array  # degC before the coils of the coolers
    drained: Array  # W/K capacity flow of the make-up


def conductances(p: Parameters, state: State, inputs: Inputs, dt: float) -> Conductances:
    """Every conductance of the core for one step, from flows and actuators."""
    c = p.core
    loop_flow = p.wiring.cdus_to_loops(np.maximum(inputs.fws_flow, 0.0)) + np.maximum(inputs.air_flow, 0.0)
    main = capacity_flow(loop_flow)
    tower_flow = capacity_flow(inputs.tower_flow)
    fan = inputs.cooler_fan
    return Conductances(
        loop=main,
        moved=main * dt * pipe.CELLS / c.pipe_capacity,
        air=_air_coil(c.air_ua, capacity_flow(inputs.air_flow)),
        district=counterflow(c.district_ua, main, capacity_flow(inputs.dh_flow)),
        heatpump=_heatpump_source(p, state, inputs, main),
        cooler=counterflow(air_side_ua(fan, c.cooler_ua * inputs.cooler_on), main, cooler_air(p, inputs)),
        chiller=_chilled(p, state, inputs, main),
        ehx=counterflow(c.ehx_ua * inputs.ehx_on, main, tower_flow),
        tower=_tower(c.tower_ua, inputs, tower_flow),
        tower_flow=tower_flow,
        air_in=entering_air(inputs.dry_bulb, inputs.wet_bulb, c.cooler_pads * inputs.pads_wet),
        drained=capacity_flow(inputs.make_up),
    )


def cooler_air(p: Parameters, inputs: Inputs) -> Array:
    """Capacity flow [W/K] of the air through the coolers in service; a little moves with the fans off."""
    return p.core.cooler_air * inputs.cooler_on * np.maximum(inputs.cooler_fan, STILL_AIR)


def pad_water(p: Parameters, inputs: Inputs) -> Array:
    """Water [L] m3/s that the pads of the coolers take: evaporation and blow-down."""
    c = p.core
    cooled = inputs.dry_bulb - entering_air(inputs.dry_bulb, inputs.wet_bulb, c.cooler_pads * inputs.pads_wet)
    return make_up(pad_evaporation(cooler_air(p, inputs), cooled), 0.0, c.cooler_cycles)


def tower_water(p: Parameters, inputs: Inputs, heat: Array, supply: Array) -> Array:
    """Make-up [L] m3/s of a tower that rejects `heat` [W] and sends its water back at `supply` [degC]."""
    c = p.core
    evaporation = tower_evaporation(heat, supply, inputs.wet_bulb)
    return make_up(evaporation, c.tower_drift * np.maximum(inputs.tower_flow, 0.0), c.tower_cycles)


def _air_coil(ua: Array, water: Array) -> Array:
    return counterflow(ua, np.full_like(water, 1e12), water)


def _tower(ua: Array, inputs: Inputs, water: Array) -> Array:
    return counterflow(air_side_ua(inputs.tower_fan, ua * inputs.tower_cells), water, np.full_like(water, 1e12))


def _heatpump_source(p: Parameters, state: State, inputs: Inputs, main: Array) -> Array:
    """Heat the evaporator takes [W]: the load asked for, what the drive can lift, never below the least load or outlet temperature."""
    c = p.core
    able = _heatpump_able(p, inputs, state.core[..., nodes.HEATPUMP])
    room = main * np.maximum(state.core[..., nodes.DISTRICT] - c.heatpump_min_out, 0.0)
    return _staged(np.minimum(inputs.heatpump_load * c.heatpump_source, room), able, c.heatpump_units, c.heatpump_min_load)


def _chilled(p: Parameters, state: State, inputs: Inputs, main: Array) -> Array:
    """Heat the trim chillers take [W], within the same limits, never below 4 degC."""
    c = p.core
    able = _chiller_able(p, inputs, state.core[..., nodes.TRIM])
    room = main * np.maximum(state.core[..., nodes.REJECTION] - CHILLED_MIN_C, 0.0)
    return _staged(np.minimum(inputs.chiller_load * c.chiller_rated, room), able, c.chiller_units, c.chiller_min_load)


def _heatpump_able(p: Parameters, inputs: Inputs, out: Array) -> Array:
    """Source heat [W] all machines can lift from water leaving at `out`."""
    c = p.core
    return c.heatpump_source * capacity_share(lorenz_cop(out, inputs.sink_out, c.heatpump_efficiency), c.heatpump_cop)


def _chiller_able(p: Parameters, inputs: Inputs, out: Array) -> Array:
    c = p.core
    return c.chiller_rated * capacity_share(lorenz_cop(out, inputs.dry_bulb + CONDENSER_K, c.chiller_efficiency), c.chiller_cop)


def _staged(asked: Array, able: Array, units: Array, min_load: Array) -> Array:
    """Heat [W] a group of `units` takes of what is asked, at most `able`, nothing below the least load of one."""
    heat = np.minimum(asked, able)
    return np.where(each_load(share(heat, able), units, min_load) > 0, heat, 0.0)


def share(part: Array, whole: Array) -> Array:
    """part / whole, nothing of nothing."""
    return np.divide(part, whole, out=np.zeros(np.broadcast_shapes(np.shape(part), np.shape(whole))), where=whole > 0)


def chiller_power(p: Parameters, inputs: Inputs, chilled: Array, out: Array) -> Array:
    """Electric power [W] of the trim chillers that leave the water at `out`, condensing above outdoors."""
    c = p.core
    each = each_load(share(chilled, _chiller_able(p, inputs, out)), c.chiller_units, 0.0)
    return lift_power(chilled, out, inputs.dry_bulb + CONDENSER_K, c.chiller_efficiency, each)


def heatpump_power(p: Parameters, inputs: Inputs, source: Array, source_out: Array) -> Array:
    """Electric power [W] of the heat pump that takes `source` [W] from water leaving at `source_out`."""
    c = p.core
    each = each_load(share(source, _heatpump_able(p, inputs, source_out)), c.heatpump_units, 0.0)
    return lift_power(source, source_out, inputs.sink_out, c.heatpump_efficiency, each)


def connect(p: Parameters, state: State, inputs: Inputs, g: Conductances, lines: CduLines, dt: float) -> Network:
    """Assemble the core network of every loop."""
    net = Network(p.core.capacity / dt, state.core)
    _mains(net, state, g)
    _plant(net, p, inputs, g.loop)
    _hall(net, p, inputs, g, lines)
    net.to_ambient(nodes.PLANT_IN, nodes.DISTRICT, g.district, inputs.dh_return)
    net.source(nodes.HEATPUMP, -g.heatpump)
    net.to_ambient(nodes.HEATPUMP, nodes.REJECTION, g.cooler, g.air_in)
    net.source(nodes.TRIM, -g.chiller)
    net.to_ambient(nodes.PLANT_IN, nodes.PLANT_IN, g.drained, p.core.make_up)
    _tower_loop(net, inputs, g)
    for node in range(nodes.N):
        net.to_ambient(node, node, p.core.loss[..., node], p.core.ambient)
    return net


def _mains(net: Network, state: State, g: Conductances) -> None:
    for main, (source, node) in enumerate(((nodes.SUPPLY, nodes.HALL_IN), (nodes.HALL_OUT, nodes.PLANT_IN))):
        net.piped(source, node, g.loop, pipe.outlet(state.mains[..., main, :], g.moved))
    net.advect(nodes.HALL_IN, nodes.HALL_OUT, g.loop)


def _plant(net: Network, p: Parameters, inputs: Inputs, c: Array) -> None:
    """Plant room in series; the tank takes its share, the rest passes it."""
    for source, node in pairwise(nodes.PLANT):
        net.advect(nodes.INDEX[source], nodes.INDEX[node], c)
    through = c * inputs.tank_share
    chain = [nodes.TRIM, *(nodes.INDEX[n] for n in nodes.TANK), nodes.SUPPLY]
    for source, node in pairwise(chain):
        net.advect(source, node, through)
    net.advect(nodes.TRIM, nodes.SUPPLY, c - through)
    for upper, lower in pairwise(chain[1:-1]):
        net.exchange(upper, upper, lower, lower, p.core.tank_conduction)


def _hall(net: Network, p: Parameters, inputs: Inputs, g: Conductances, lines: CduLines) -> None:
    """CDUs and fan coils in parallel: the water leaves the hall with the heat of all of them."""
    sums = p.wiring.cdus_to_loops
    net.affine_source(nodes.HALL_IN, nodes.HALL_OUT, sums(lines.heat.at), sums(lines.heat.slope))
    net.exchange(nodes.AIR, nodes.AIR, nodes.HALL_IN, nodes.HALL_OUT, g.air)
    net.source(nodes.AIR, p.wiring.racks_to_loops(inputs.air_power) + inputs.air_fan)
    net.source(nodes.SUPPLY, inputs.loop_pump)


def _tower_loop(net: Network, inputs: Inputs, g: Conductances) -> None:
    net.exchange(nodes.HEATPUMP, nodes.REJECTION, nodes.TOWER_SUPPLY, nodes.TOWER_RETURN, g.ehx)
    net.advect(nodes.TOWER_SUPPLY, nodes.TOWER_RETURN, g.tower_flow)
    net.advect(nodes.TOWER_RETURN, nodes.TOWER_SUPPLY, g.tower_flow)
    net.to_ambient(nodes.TOWER_RETURN, nodes.TOWER_SUPPLY, g.tower, inputs.wet_bulb)
