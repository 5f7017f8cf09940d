"""Pumps, valves and controllers of one loop compiled, from the functions of `twin.plant.drive` and `twin.plant.pumped`.

`wants` are records of Targets a step, one row where they are held: row i is `i % rows`.
"""
from __future__ import annotations

import math
from collections import namedtuple
from dataclasses import fields

import numpy as np

from twin.kernels import inner
from twin.plant import compiled_types as ct
from twin.plant.drive import CduControl, LoopControl, cdu_control, loop_control, loop_inputs
from twin.plant.machines import Machinery, Machines, Targets
from twin.plant.pumped import branch_conductance, coolant, facility_water
from twin.plant.types import Parameters

Array = np.ndarray

LOOP = ct.record(("air", "main", "loop_head", "loop_flow", "loop_power", "loop_pumps", "fan_gain", "fan_reset", "heatpump_rate", "heatpump_least",  # Machinery
                  "dp"))  # Pa across the hall now
CDU = ct.record(("cdu_inside", "cdu_head", "cdu_flow", "cdu_power", "cdu_needed", "branch", "valve", "valve_gain", "valve_reset", "valve_rate",  # Machinery
                 "racks", "stream", "dp", "open"))  # conductance of its racks; now: m3/s of a unit of it, Pa, conductance of its branch
RACK = ct.record(("rack", "gpus", "plate_rated", "plate_base", "plate_flow", "plate_exponent", "throttle", "shutdown", "restart",
                  "alike", "scale", "hot"))  # 1: flow and film of the rack before; share of the pattern asked now; 1: a GPU is throttled or off
LOOP_STATE, CDU_STATE = ct.record(LoopControl._fields), ct.record(CduControl._fields)
CDU_TARGETS = ct.record(("tcs_supply", "cdu_dp", "cdu_powered", "cdu_pumps", "cdu_head", "filter", "valve_stuck", "cdu_speed_manual"))
RACK_TARGETS = ct.record(("other_power", "air_power", "rack_powered"))
LOOP_TARGETS = ct.record(f.name for f in fields(Targets) if f.name not in (*CDU_TARGETS.names, *RACK_TARGETS.names, "gpu_power"))

# Records loops [L], cdus [C], racks [R]; state of the machines x_loops [L], x_cdus [C], throttle and off [R, K], boot_s [R]
Driven = namedtuple("Driven", ["loops", "cdus", "racks", "x_loops", "x_cdus", "throttle", "off", "boot_s"])
# Records of targets loops [S, L], cdus [S, C], racks [S, R]; loads [S, 1 or R] that scale the GPUs' power
Wants = namedtuple("Wants", ["loops", "cdus", "racks", "loads"])


def driven(p: Parameters, m: Machinery, x: Machines, gpus: int) -> Driven:
    """Buffers of the machines; `gpus` of a rack."""
    racks = ct.table(RACK, len(m.rack), p.leaves)
    racks["rack"], racks["gpus"], racks["scale"] = m.rack, gpus, 1.0
    racks["alike"][1:] = (np.diff(p.wiring.rack_cdu) == 0) & (racks[1:] == racks[:-1])
    cdus = ct.table(CDU, len(m.cdu_head), m)
    cdus["racks"] = p.wiring.racks_to_cdus(m.rack)
    out = Driven(ct.table(LOOP, len(m.loop_head), m), cdus, racks, np.zeros(len(m.loop_head), LOOP_STATE), np.zeros(len(cdus), CDU_STATE),
                 np.empty_like(x.throttle), np.empty_like(x.off), np.empty_like(x.boot_s))
    put(out, x)
    return out


def put(to: Driven, x: Machines) -> None:
    """The machines in this state."""
    for table in (to.x_loops, to.x_cdus):
        for name in table.dtype.names:
            table[name] = getattr(x, name)
    to.throttle[:], to.off[:], to.boot_s[:] = x.throttle, x.off, x.boot_s


def get(of: Driven) -> Machines:
    """A copy of the machines' state."""
    rows = {name: table[name].copy() for table in (of.x_loops, of.x_cdus) for name in table.dtype.names}
    return Machines(**rows, throttle=of.throttle.copy(), off=of.off.copy(), boot_s=of.boot_s.copy())


@inner()
def drive_loop(loop, dt, plant, d, wants, step, core, known):
    """Machines of a loop one step on and its inputs; `core` are its temperatures, `known` says that its flows were for these targets."""
    if not known:
        pump(loop, plant, d, wants, step)
    m, x, t = d.loops[loop], d.x_loops[loop], wants.loops[step % len(wants.loops), loop]
    for i in range(plant.cdu_first[loop], plant.cdu_first[loop + 1]):
        _write_cdu(d.x_cdus[i], cdu_control(d.cdus[i], d.x_cdus[i], wants.cdus[step % len(wants.cdus), i], plant.cdus[i].tcs_supply, d.cdus[i].dp, dt))
    _write_loop(x, loop_control(plant.core[loop], m, x, t, core, m.dp, dt))
    power = pump(loop, plant, d, wants, step)
    return loop_inputs(x, t, core, m.air * math.sqrt(m.dp), power)


@inner()
def pump(loop, plant, d, wants, step):
    """Flows of both loops at the machines' speeds and positions; returns the power [W] of the facility pumps."""
    m = d.loops[loop]
    hall = m.air
    for i in range(plant.cdu_first[loop], plant.cdu_first[loop + 1]):
        cdu, x, t = d.cdus[i], d.x_cdus[i], wants.cdus[step % len(wants.cdus), i]
        tcs = coolant(cdu, x, t, cdu.racks)
        cdu.stream, cdu.dp, cdu.open = tcs.flow / cdu.racks, tcs.dp, branch_conductance(cdu, x, t)
        plant.cdus[i].pump = tcs.power
        hall += cdu.open
    water = facility_water(m, d.x_loops[loop], wants.loops[step % len(wants.loops), loop], hall)
    m.dp = water.dp
    root = math.sqrt(water.dp)
    for i in range(plant.cdu_first[loop], plant.cdu_first[loop + 1]):
        plant.cdus[i].fws_flow = d.cdus[i].open * root
    return water.power


@inner()
def _write_cdu(x, to):
    x.valve, x.valve_i, x.cdu_speed, x.cdu_speed_i = to.valve, to.valve_i, to.cdu_speed, to.cdu_speed_i


@inner()
def _write_loop(x, to):
    x.pump_speed, x.pump_speed_i = to.pump_speed, to.pump_speed_i
    x.pumps_on, x.pumps_timer, x.pumps_since = to.pumps_on, to.pumps_timer, to.pumps_since
    x.fan, x.fan_i, x.heatpump, x.chiller, x.chiller_i = to.fan, to.fan_i, to.heatpump, to.chiller, to.chiller_i
    x.pads, x.economiser = to.pads, to.economiser
