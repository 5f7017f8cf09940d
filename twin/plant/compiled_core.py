"""The core of one loop compiled, from the functions of `twin.plant.facility` and `twin.plant.step` that numpy runs on all loops."""
from __future__ import annotations

from twin.kernels import inner
from twin.plant import nodes, pipe
from twin.plant.compiled_cdu import cdu_ends, cdu_lines
from twin.plant.compiled_linear import solve
from twin.plant.compiled_pipe import outlet, push
from twin.plant.facility import Hall, connect, loop_conductances
from twin.plant.network import Network, store
from twin.plant.pipe import Outlet
from twin.plant.step import Sums, loop_flows


@inner()
def core_begin(loop, dt, plant, u):
    """Racks, CDUs and core solved under the loop's inputs `u`: conductances, and `plant.b` the core at the end of the step.

    Returns as well the heat [J] that CDUs and manifolds took up and the power [W] that entered them and the hall's air.
    """
    c = plant.core[loop]
    at, slope, water, air = cdu_lines(loop, dt, plant)
    g = loop_conductances(c, u, plant.temps[loop], water, dt)
    net = Network(plant.k, plant.b)
    plant.k[:], plant.b[:] = 0.0, 0.0
    store(net, plant.capacity[loop], plant.loss[loop], plant.temps[loop], c.ambient, dt)
    supply, back = outlet(plant.mains[loop, 0], g.moved), outlet(plant.mains[loop, 1], g.moved)
    connect(net, c, u, g, Hall(at, slope, air), Outlet(*supply), Outlet(*back))
    solve(plant.k, plant.b)
    stored, entered = cdu_ends(loop, plant.b[nodes.HALL_IN], plant)
    return g, stored, entered


@inner()
def core_end(loop, dt, plant, u, g, stored, entered):
    """Mains moved, the account written, the core at its new temperatures; returns residual over throughput.

    `stored` [J] and `entered` [W] are those of racks, their GPUs and CDUs.
    """
    c, mains = plant.core[loop], plant.mains[loop]
    rate = c.pipe_loss * dt / c.pipe_capacity
    changed, excess = push(mains[0], g.moved, plant.b[nodes.SUPPLY], c.ambient, rate, plant.cells)
    changed_back, excess_back = push(mains[1], g.moved, plant.b[nodes.HALL_OUT], c.ambient, rate, plant.cells)
    stored += c.pipe_capacity / pipe.CELLS * (changed + changed_back)
    sums = Sums(entered, stored, excess + excess_back)
    heat = loop_flows(c, plant.capacity[loop], plant.loss[loop], u, g, plant.temps[loop], plant.b, sums, dt)
    _write(plant.flows[loop], heat)
    for n in range(nodes.N):
        plant.temps[loop, n] = plant.b[n]
    return abs(heat.residual) / max(heat.throughput, 1e-300)


@inner()
def _write(to, heat):
    to.air_heat, to.district, to.heatpump_source, to.heatpump_power = heat.air_heat, heat.district, heat.heatpump_source, heat.heatpump_power
    to.cooler, to.chiller, to.chiller_power, to.ehx, to.tower = heat.cooler, heat.chiller, heat.chiller_power, heat.ehx, heat.tower
    to.losses, to.drained, to.stored = heat.losses, heat.drained, heat.stored
    to.residual, to.throughput = heat.residual, heat.throughput
