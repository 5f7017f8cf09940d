"""Machines standing where they make these flows: so that a future begins without a bump."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.physics import hydraulics as h
from twin.physics.exchange import counterflow
from twin.physics.water import capacity_flow
from twin.physics.water_use import entering_air
from twin.plant import nodes
from twin.plant.facility import cooler_air, cooler_ua
from twin.plant.machines import Machinery, Machines, at_rest
from twin.plant.types import Inputs, Parameters, State

Array = np.ndarray
POSITIONS = np.concatenate([np.linspace(-1.0, 0.0, 101), np.linspace(0.0, 1.0, 401)[1:]])


def poised(p: Parameters, m: Machinery, u: Inputs, running: Array | None = None) -> Machines:
    """Machines whose positions and speeds give the flows and loads of `u`: the pump and valve laws turned round.

    `running` [L] facility pumps are on, as many as the design needs when left out.
    """
    on = m.loop_needed.copy() if running is None else running
    w = p.wiring
    rack = w.racks_to_cdus(m.rack)
    coolant = w.racks_to_cdus(u.rack_flow)
    speed = _speed(coolant, np.maximum(m.cdu_needed, 1.0), m.cdu_head, m.cdu_flow, m.cdu_inside + 1.0 / rack**2)
    main = w.cdus_to_loops(u.fws_flow) + u.air_flow
    hall = main / np.sqrt(m.loop_dp)
    pump = _speed(main, np.maximum(on, 1.0), m.loop_head, m.loop_flow, m.main + 1.0 / np.maximum(hall, 1e-12) ** 2)
    valve = position(m, u.fws_flow / np.sqrt(m.loop_dp)[w.cdu_loop])
    through = np.where(p.core.ehx_ua > 0, u.tower_cells, u.cooler_on)
    fan = np.where(through < 1.0, through - 1.0, np.where(p.core.ehx_ua > 0, u.tower_fan, u.cooler_fan))
    rest = at_rest(m, u.gpu_power.shape)
    return replace(rest, valve=valve, valve_i=valve, cdu_speed=speed, cdu_speed_i=speed, pump_speed=pump, pump_speed_i=pump, pumps_on=on, fan=fan, fan_i=fan,
                   heatpump=u.heatpump_load, chiller=u.chiller_load, chiller_i=u.chiller_load, pads=u.pads_wet)


def _speed(flow: Array, running: Array, head: Array, rated: Array, system: Array) -> Array:
    """Relative speed at which pumps move `flow` through `system`, within what drives can do."""
    own = (h.SHUTOFF - 1.0) * head / np.square(rated * running)
    return np.clip(np.sqrt((own + system) * np.square(flow) / (h.SHUTOFF * head)), 0.3, 1.0)


def position(m: Machinery, conductance: Array) -> Array:
    """Position [C] of CDU valves at which their branches have this conductance [m3/(s Pa^0.5)]."""
    y2 = np.square(conductance)
    return h.opening(np.sqrt(m.valve * y2 / np.maximum(1.0 - m.branch * y2, 1e-9)))


def cooling(p: Parameters, x: Machines, u: Inputs, state: State, heat: Array) -> Machines:
    """Machines whose fans take `heat` [L] W out of the water that arrives: fans that stand still reject something too, and a start that does not
    know it warms the loop until its controllers do. NaN leaves a loop as it is, and so does a tower."""
    ua, arriving, warm = _taken(p, u, state)
    taken = ua * np.maximum(arriving - warm, 0.0)
    at = np.array([np.interp(w, taken[:, i], POSITIONS) for i, w in enumerate(np.nan_to_num(heat))])
    known = np.isfinite(heat) & (heat > 0.0) & (p.core.ehx_ua <= 0.0) & (taken[-1] > 0.0)
    fan = np.where(known, at, x.fan)
    return replace(x, fan=fan, fan_i=fan)


def _taken(p: Parameters, u: Inputs, state: State) -> tuple[Array, Array, Array]:
    """Conductance [n, L] W/K of the coolers at each of the positions; water and air arriving [L] degC."""
    c, at = p.core, POSITIONS[:, None]
    fan, through = np.maximum(at, 0.0), 1.0 + np.minimum(at, 0.0)
    v = replace(u, cooler_fan=fan, cooler_on=through)
    main = capacity_flow(p.wiring.cdus_to_loops(u.fws_flow) + u.air_flow)
    ua = counterflow(cooler_ua(c, v), np.broadcast_to(main, fan.shape), cooler_air(c, v))
    return ua, state.core[:, nodes.HEATPUMP], entering_air(u.dry_bulb, u.wet_bulb, c.cooler_pads * u.pads_wet)
