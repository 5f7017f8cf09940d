"""Pumps and valves of both loops: the flows they make, in closed form.

Flows are quasi-steady: water follows a pump within a second, heat does not. Functions of one CDU or loop take `m` (Machinery), `x`
(Machines) and `t` (Targets): arrays in numpy, records of one where they are compiled (`twin.plant.compiled_drive`).
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from twin.physics import hydraulics as h
from twin.physics.elementwise import ratio, where
from twin.plant.machines import Machinery, Machines, Targets
from twin.plant.types import Parameters

Array = np.ndarray


class Pumped(NamedTuple):
    """Flows and pump powers of both loops."""

    rack: Array  # [..., R] m3/s
    fws: Array  # [..., C] m3/s
    air: Array  # [..., L] m3/s
    cdu_power: Array  # [..., C] W
    loop_power: Array  # [..., L] W
    cdu_dp: Array  # [..., C] Pa across the racks
    loop_dp: Array  # [..., L] Pa across the hall


class Stream(NamedTuple):
    """What a group of pumps moves."""

    flow: Array  # m3/s
    dp: Array  # Pa across what it serves
    power: Array  # W


def hydraulics(p: Parameters, m: Machinery, x: Machines, t: Targets) -> Pumped:
    """Both loops at the machines' present speeds and positions."""
    w = p.wiring
    racks = w.racks_to_cdus(m.rack)
    tcs = coolant(m, x, t, racks)
    branch = branch_conductance(m, x, t)
    water = facility_water(m, x, t, w.cdus_to_loops(branch) + m.air)
    root = np.sqrt(water.dp)
    return Pumped(
        rack=(tcs.flow / racks)[..., w.rack_cdu] * m.rack,
        fws=branch * root[..., w.cdu_loop],
        air=m.air * root,
        cdu_power=tcs.power,
        loop_power=water.power,
        cdu_dp=tcs.dp,
        loop_dp=water.dp,
    )


@register_jitable
def coolant(m: Machinery, x: Machines, t: Targets, racks: Array) -> Stream:
    """Coolant of a CDU through racks of conductance `racks` [m3/(s Pa^0.5)] together."""
    running = np.minimum(m.cdu_needed, t.cdu_pumps) * (t.cdu_powered > 0.5)
    system = m.cdu_inside * t.filter + 1.0 / np.square(racks)
    flow = h.pumped_flow(x.cdu_speed, running, m.cdu_head * t.cdu_head, m.cdu_flow, system)
    return Stream(flow, np.square(flow / racks), _power(x.cdu_speed, flow, running, m.cdu_flow, m.cdu_power))


@register_jitable
def branch_conductance(m: Machinery, x: Machines, t: Targets) -> Array:
    """Conductance [m3/(s Pa^0.5)] of a CDU's facility side with its valve where it is, or where it is stuck."""
    return h.valved(m.branch, m.valve, where(np.isnan(t.valve_stuck), x.valve, t.valve_stuck))


@register_jitable
def facility_water(m: Machinery, x: Machines, t: Targets, hall: Array) -> Stream:
    """Facility water through a hall of conductance `hall` [m3/(s Pa^0.5)]."""
    on = np.minimum(x.pumps_on, t.loop_pumps) * (t.loop_powered > 0.5)
    system = m.main + where(hall > 0.0, 1.0 / np.square(where(hall > 0.0, hall, 1.0)), np.inf)
    flow = h.pumped_flow(x.pump_speed, on, m.loop_head, m.loop_flow, system)
    return Stream(flow, np.square(ratio(flow, hall)), _power(x.pump_speed, flow, on, m.loop_flow, m.loop_power))


@register_jitable
def _power(speed: Array, flow: Array, running: Array, rated_flow: Array, rated_power: Array) -> Array:
    """Power [W] of pumps whose system takes `flow`."""
    return h.pump_power(speed, h.through_pumps(speed, flow, running, rated_flow), running, rated_flow, rated_power)
