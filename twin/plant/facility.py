"""The facility loop: what each part adds to the core network. One function a part, in the order of the water.

`c`, `u` and `t` are the loop's parameters (`twin.plant.types.Core`), inputs (`Inputs`) and core temperatures with the node axis
first: arrays [..., L] in numpy, the numbers of one loop where the same functions are compiled (`twin.plant.compiled_core`).
"""
from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from twin.physics.elementwise import ratio, where
from twin.physics.exchange import counterflow
from twin.physics.heat_pump import capacity_share, each_load
from twin.physics.heat_pump import power as lift_power
from twin.physics.machines import air_side_ua, draught, lorenz_cop
from twin.physics.tower import wet_slope_j_kg_k
from twin.physics.water import capacity_flow
from twin.physics.water_use import entering_air, make_up, pad_evaporation, tower_evaporation
from twin.plant import nodes, pipe
from twin.plant.network import Network, advect, affine_source, exchange, piped, source, to_ambient
from twin.plant.pipe import Outlet
from twin.plant.types import Core, Inputs, Parameters, State

Array = np.ndarray
ROOM = tuple(pairwise(nodes.INDEX[n] for n in nodes.PLANT))  # plant room in series
TANK = tuple(pairwise((nodes.TRIM, *(nodes.INDEX[n] for n in nodes.TANK), nodes.SUPPLY)))  # from the plant room through the tank
LAYERS = TANK[1:-1]  # neighbours of the tank
WATER_EXPONENT = 0.6  # of a tower's transfer: Kroger, Air-cooled heat exchangers and cooling towers, 2004, section 4.4; 0.67 at Frontier
PLENTY = 1e12  # W/K, a stream that does not change its temperature
CHILLED_MIN_C = 4.0  # water chillers stop above freezing
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
    """Every conductance [..., L] of the core for one step, from flows and actuators."""
    flow = p.wiring.cdus_to_loops(np.maximum(inputs.fws_flow, 0.0))
    return loop_conductances(p.core, inputs, nodes.first(state.core), flow, dt)


@register_jitable
def loop_conductances(c: Core, u: Inputs, t: Array, cdu_flow: Array, dt: float) -> Conductances:
    """Every conductance of the core; `cdu_flow` [..., L] m3/s is that of all CDUs of a loop."""
    main = capacity_flow(cdu_flow + np.maximum(u.air_flow, 0.0))
    tower_flow = capacity_flow(u.tower_flow)
    return Conductances(
        loop=main,
        moved=main * dt * pipe.CELLS / c.pipe_capacity,
        air=counterflow(c.air_ua, PLENTY, capacity_flow(u.air_flow)),
        district=counterflow(c.district_ua, main, capacity_flow(u.dh_flow)),
        heatpump=_heatpump_source(c, u, t, main),
        cooler=counterflow(cooler_ua(c, u), main, cooler_air(c, u)),
        chiller=_chilled(c, u, t, main),
        ehx=counterflow(c.ehx_ua * u.ehx_on, main, tower_flow),
        tower=counterflow(air_side_ua(u.tower_fan, cells_ua(c, u)), tower_flow, PLENTY),
        tower_flow=tower_flow,
        air_in=entering_air(u.dry_bulb, u.wet_bulb, c.cooler_pads * u.pads_wet),
        drained=capacity_flow(u.make_up),
    )


@register_jitable
def cells_ua(c: Core, u: Inputs) -> Array:
    """Conductance [W/K] to the wet bulb of the tower cells in service at full fans, at their water and at this wet bulb."""
    loading = ratio(np.maximum(u.tower_flow, 0.0), c.tower_flow * u.tower_cells)
    return c.tower_ua * wet_slope_j_kg_k(u.wet_bulb) * u.tower_cells * loading**WATER_EXPONENT


@register_jitable
def cooler_ua(c: Core, u: Inputs) -> Array:
    """UA [W/K] of the coolers in service at the air that moves through them."""
    return air_side_ua(draught(u.cooler_fan), c.cooler_ua * u.cooler_on)


@register_jitable
def cooler_air(c: Core, u: Inputs) -> Array:
    """Capacity flow [W/K] of the air through the coolers in service; a little moves with the fans off."""
    return c.cooler_air * u.cooler_on * draught(u.cooler_fan)


def pad_water(p: Parameters, inputs: Inputs) -> Array:
    """Water [L] m3/s that the pads of the coolers take: evaporation and blow-down."""
    c = p.core
    cooled = inputs.dry_bulb - entering_air(inputs.dry_bulb, inputs.wet_bulb, c.cooler_pads * inputs.pads_wet)
    return make_up(pad_evaporation(cooler_air(c, inputs), cooled), 0.0, c.cooler_cycles)


@register_jitable
def tower_water(c: Core, u: Inputs, heat: Array, supply: Array) -> Array:
    """Make-up [m3/s] of a tower that rejects `heat` [W] and sends its water back at `supply` [degC]."""
    evaporation = tower_evaporation(heat, supply, u.wet_bulb)
    return make_up(evaporation, c.tower_drift * np.maximum(u.tower_flow, 0.0), c.tower_cycles)


@register_jitable
def _heatpump_source(c: Core, u: Inputs, t: Array, main: Array) -> Array:
    """Heat the evaporator takes [W]: the load asked for, what the drive can lift, never below the least load or outlet temperature."""
    able = _heatpump_able(c, u, t[nodes.HEATPUMP])
    room = main * np.maximum(t[nodes.DISTRICT] - c.heatpump_min_out, 0.0)
    return _staged(np.minimum(u.heatpump_load * c.heatpump_source, room), able, c.heatpump_units, c.heatpump_min_load)


@register_jitable
def _chilled(c: Core, u: Inputs, t: Array, main: Array) -> Array:
    """Heat the trim chillers take [W], within the same limits, never below 4 degC."""
    able = _chiller_able(c, u, t[nodes.TRIM])
    room = main * np.maximum(t[nodes.REJECTION] - CHILLED_MIN_C, 0.0)
    return _staged(np.minimum(u.chiller_load * c.chiller_rated, room), able, c.chiller_units, c.chiller_min_load)


@register_jitable
def _heatpump_able(c: Core, u: Inputs, out: Array) -> Array:
    """Source heat [W] all machines can lift from water leaving at `out`."""
    return c.heatpump_source * capacity_share(lorenz_cop(out, u.sink_out, c.heatpump_efficiency), c.heatpump_cop)


@register_jitable
def _chiller_able(c: Core, u: Inputs, out: Array) -> Array:
    return c.chiller_rated * capacity_share(lorenz_cop(out, u.dry_bulb + CONDENSER_K, c.chiller_efficiency), c.chiller_cop)


@register_jitable
def _staged(asked: Array, able: Array, units: Array, min_load: Array) -> Array:
    """Heat [W] a group of `units` takes of what is asked, at most `able`, nothing below the least load of one."""
    heat = np.minimum(asked, able)
    return where(each_load(ratio(heat, able), units, min_load) > 0, heat, 0.0)


@register_jitable
def chiller_power(c: Core, u: Inputs, chilled: Array, out: Array) -> Array:
    """Electric power [W] of the trim chillers that leave the water at `out`, condensing above outdoors."""
    each = each_load(ratio(chilled, _chiller_able(c, u, out)), c.chiller_units, 0.0)
    return lift_power(chilled, out, u.dry_bulb + CONDENSER_K, c.chiller_efficiency, each)


@register_jitable
def heatpump_power(c: Core, u: Inputs, taken: Array, out: Array) -> Array:
    """Electric power [W] of the heat pump that takes `taken` [W] from water leaving at `out`."""
    each = each_load(ratio(taken, _heatpump_able(c, u, out)), c.heatpump_units, 0.0)
    return lift_power(taken, out, u.sink_out, c.heatpump_efficiency, each)


class Hall(NamedTuple):
    """What racks and CDUs of a loop give its water and air [..., L]: heat = at + slope * T[hall_in]."""

    at: Array  # W
    slope: Array  # W/K
    air_power: Array  # W to hall air


@register_jitable
def connect(net: Network, c: Core, u: Inputs, g: Conductances, hall: Hall, supply: Outlet, back: Outlet) -> None:
    """Add every part of the loop to its network; `supply` and `back` are what the mains deliver."""
    piped(net, nodes.SUPPLY, nodes.HALL_IN, g.loop, supply)
    piped(net, nodes.HALL_OUT, nodes.PLANT_IN, g.loop, back)
    _plant(net, c, u, g.loop)
    _hall(net, u, g, hall)
    to_ambient(net, nodes.PLANT_IN, nodes.DISTRICT, g.district, u.dh_return)
    source(net, nodes.HEATPUMP, -g.heatpump)
    to_ambient(net, nodes.HEATPUMP, nodes.REJECTION, g.cooler, g.air_in)
    source(net, nodes.TRIM, -g.chiller)
    to_ambient(net, nodes.PLANT_IN, nodes.PLANT_IN, g.drained, c.make_up)
    _tower_loop(net, u, g)


@register_jitable
def _plant(net: Network, c: Core, u: Inputs, flow: Array) -> None:
    """Plant room in series; the tank takes its share, the rest passes it."""
    for upstream, node in ROOM:
        advect(net, upstream, node, flow)
    through = flow * u.tank_share
    for upstream, node in TANK:
        advect(net, upstream, node, through)
    advect(net, nodes.TRIM, nodes.SUPPLY, flow - through)
    for upper, lower in LAYERS:
        exchange(net, upper, upper, lower, lower, c.tank_conduction)


@register_jitable
def _hall(net: Network, u: Inputs, g: Conductances, hall: Hall) -> None:
    """CDUs and fan coils in parallel: the water leaves the hall with the heat of all of them."""
    advect(net, nodes.HALL_IN, nodes.HALL_OUT, g.loop)
    affine_source(net, nodes.HALL_IN, nodes.HALL_OUT, hall.at, hall.slope)
    exchange(net, nodes.AIR, nodes.AIR, nodes.HALL_IN, nodes.HALL_OUT, g.air)
    source(net, nodes.AIR, hall.air_power + u.air_fan)
    source(net, nodes.SUPPLY, u.loop_pump)


@register_jitable
def _tower_loop(net: Network, u: Inputs, g: Conductances) -> None:
    exchange(net, nodes.HEATPUMP, nodes.REJECTION, nodes.TOWER_SUPPLY, nodes.TOWER_RETURN, g.ehx)
    advect(net, nodes.TOWER_SUPPLY, nodes.TOWER_RETURN, g.tower_flow)
    advect(net, nodes.TOWER_RETURN, nodes.TOWER_SUPPLY, g.tower_flow)
    to_ambient(net, nodes.TOWER_RETURN, nodes.TOWER_SUPPLY, g.tower, u.wet_bulb)
