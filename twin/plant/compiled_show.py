"""What a driven run shows of itself, written by compiled code: hottest die and power of each rack, values of CDUs and loops."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.kernels import inner
from twin.physics.water import VOLUMETRIC
from twin.plant import compiled_drive as cd
from twin.plant import compiled_types as ct
from twin.plant import nodes
from twin.plant.demand import cooler_power, tower_power

Array = np.ndarray
CDUS = ct.record(("tcs_supply", "tcs_return", "heat", "tcs_flow", "fws_flow", "pump"))  # degC, degC, W, m3/s, m3/s, W
MOTORS = ("rack_power", "cdu_power", "pump", "air_fan", "cooler_power", "tower_power")  # W of all racks, of the CDUs' pumps, facility pumps, fan coils ...
LOOPS = ct.record((*ct.FLOWS.names, "flow", *MOTORS))  # W as in twin.plant.types.Flows, m3/s of the main, W


class Shown(NamedTuple):
    """Rows [n] of values at the ends of steps; powers and flows are those during the step."""

    hottest: Array  # [n, R] degC of a rack's hottest die
    gpu: Array  # [n, R] W of a rack's GPUs
    cdus: Array  # [n, C] records CDUS
    cdu_machines: Array  # [n, C] valve, speed and integrals as in twin.plant.machines.Machines
    loops: Array  # [n, L] records LOOPS
    loop_machines: Array  # [n, L] as in twin.plant.machines.Machines
    core: Array  # [n, L, N] degC


def shown(plant: ct.Plant, rows: int) -> Shown:
    """Room for so many rows."""
    racks, cdus, loops = len(plant.racks), len(plant.cdus), len(plant.core)
    return Shown(np.empty((rows, racks)), np.empty((rows, racks)), np.empty((rows, cdus), CDUS), np.empty((rows, cdus), cd.CDU_STATE),
                 np.empty((rows, loops), LOOPS), np.empty((rows, loops), cd.LOOP_STATE), np.empty((rows, *plant.temps.shape)))


@inner()
def show_machines(row, loop, plant, d, out):
    """Machines, CDUs and what racks take beside their GPUs, before the next step moves them."""
    out.loop_machines[row, loop] = d.x_loops[loop]
    power, beside = 0.0, 0.0
    for i in range(plant.cdu_first[loop], plant.cdu_first[loop + 1]):
        out.cdu_machines[row, i] = d.x_cdus[i]
        cdu, to = plant.cdus[i], out.cdus[row, i]
        to.tcs_supply, to.tcs_return, to.heat = cdu.tcs_supply, cdu.tcs_return, cdu.heat
        to.tcs_flow, to.fws_flow, to.pump = d.cdus[i].stream * d.cdus[i].racks, cdu.fws_flow, cdu.pump
        power += cdu.pump
        for r in range(plant.rack_first[i], plant.rack_first[i + 1]):
            beside += plant.racks[r].other + plant.racks[r].air
    out.loops[row, loop].cdu_power, out.loops[row, loop].rack_power = power, beside


@inner()
def show(row, loop, plant, u, g, out):
    """Racks, account and core at the end of the step."""
    to, of, c = out.loops[row, loop], plant.flows[loop], plant.core[loop]
    for r in range(plant.rack_first[plant.cdu_first[loop]], plant.rack_first[plant.cdu_first[loop + 1]]):
        hottest = plant.die[r, 0]
        for k in range(plant.die.shape[1]):
            hottest = max(hottest, plant.die[r, k])
        out.hottest[row, r], out.gpu[row, r] = hottest, plant.racks[r].gpu
        to.rack_power += plant.racks[r].gpu
    for n in range(nodes.N):
        out.core[row, loop, n] = plant.temps[loop, n]
    to.air_heat, to.district, to.heatpump_source, to.heatpump_power = of.air_heat, of.district, of.heatpump_source, of.heatpump_power
    to.cooler, to.chiller, to.chiller_power, to.ehx, to.tower = of.cooler, of.chiller, of.chiller_power, of.ehx, of.tower
    to.losses, to.drained, to.stored, to.residual, to.throughput = of.losses, of.drained, of.stored, of.residual, of.throughput
    to.flow, to.pump, to.air_fan = g.loop / VOLUMETRIC, u.loop_pump, u.air_fan
    to.cooler_power, to.tower_power = cooler_power(c, u), tower_power(c, u)
