"""What the twin shows of plant rooms, of the supply and of the site, and how sure it is of it: twin.engine.compiled_show, class by class."""
from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from config.classes import CLASSES
from twin.engine.compiled_show import AIR, LEVEL_K, both, put
from twin.estimate.blocks import CORE, DISTRICT_HEAT, FIRST_HEAT, HEATPUMP_HEAT, REJECTION_HEAT
from twin.kernels import woven
from twin.physics.water import capacity_flow
from twin.plant import nodes
from twin.plant.demand import cooler_power, tower_power
from twin.plant.facility import tower_water

# Of one loop: number, state and parameters of its core, inputs, flows, [CORE] doubts, W/K and m3/s of its main, W of all CDUs and how sure they are
Loop = namedtuple("Loop", ["number", "t", "core", "u", "flows", "doubt", "flow", "cdus", "cdus_std"])

FEED, UPS = 0.006, 0.05  # of a feed's power; of its losses (spread of efficiencies of one type)
METERED = 0.0035  # of the electric power of pumps and machines that a meter of class 0.5 shows


def _at(cls: str, *names: str) -> tuple[int, ...]:
    return tuple(CLASSES[cls].column(n) for n in names)


L_SUPPLY, L_RETURN, L_FLOW, L_AIR, L_HEAT = _at("loop", "supply_c", "return_c", "flow_lpm", "air_c", "heat_kw")
(P_POWER,) = _at("pump", "power_kw")
T_TOP, T_BOTTOM, T_CHARGE = _at("tank", "top_c", "bottom_c", "charge_pct")
K_IN, K_OUT, K_FAN, K_POWER, K_HEAT, K_APPROACH = _at("cooler", "in_c", "out_c", "fan_pct", "power_kw", "heat_kw", "approach_k")
W_SUPPLY, W_RETURN, W_FLOW, W_FAN, W_POWER, W_HEAT, W_APPROACH, W_WATER = _at(
    "tower", "supply_c", "return_c", "flow_lpm", "fan_pct", "power_kw", "heat_kw", "approach_k", "water_lph")
H_IN, H_OUT, H_LOAD, H_POWER, H_HEAT, H_COP = _at("heatpump", "source_in_c", "source_out_c", "load_pct", "power_kw", "heat_kw", "cop_ratio")
D_IN, D_OUT, D_SUPPLY, D_RETURN, D_FLOW, D_HEAT, D_APPROACH = _at(
    "district", "in_c", "out_c", "dh_supply_c", "dh_return_c", "dh_flow_lpm", "heat_kw", "approach_k")
S_IT, S_FACILITY, S_COOLING, S_LOSS, S_SOLD, S_REJECTED, S_STORED, S_PUE, S_ERF, S_MAX, S_MARGIN, S_AUDIT = _at(
    "site", "it_kw", "facility_kw", "cooling_kw", "loss_kw", "sold_kw", "rejected_kw", "stored_kw", "pue_ratio", "erf_ratio", "gpu_max_c", "gpu_margin_k",
    "audit_ratio")
F_POWER, F_LOSS = _at("feed", "power_kw", "loss_kw")
U_IN, U_OUT, U_LOAD, U_LOSS = _at("ups", "power_in_kw", "power_out_kw", "load_pct", "loss_kw")


@woven
def _node(out, at, h, node):
    """A core temperature as a sensor there would show it."""
    put(out, at, h.t[node], both(h.doubt[node], LEVEL_K))


@woven
def show_loop(at, h, out):
    flow, heat = h.flow + h.u.air_flow, h.cdus + h.flows.air_heat
    _node(out, at + L_SUPPLY, h, nodes.SUPPLY)
    _node(out, at + L_RETURN, h, nodes.PLANT_IN)
    _node(out, at + L_AIR, h, nodes.AIR)
    put(out, at + L_FLOW, flow, 0.005 * flow)
    put(out, at + L_HEAT, heat, both(h.cdus_std, AIR * abs(h.flows.air_heat)))


@woven
def show_pump(at, h, out):
    put(out, at + P_POWER, h.u.loop_pump, METERED * h.u.loop_pump)


@woven
def show_tank(at, cold_c, h, out):
    layers, n = 0.0, nodes.TANK_OUT - nodes.TANK_IN + 1
    for node in range(nodes.TANK_IN, nodes.TANK_OUT + 1):
        layers += h.t[node] / n
    hot = h.t[nodes.PLANT_IN]
    charge = (hot - layers) / max(hot - cold_c, 1.0)
    _node(out, at + T_TOP, h, nodes.TANK_IN)
    _node(out, at + T_BOTTOM, h, nodes.TANK_OUT)
    put(out, at + T_CHARGE, min(max(charge, 0.0), 1.0), 0.02 + h.doubt[nodes.TANK_OUT] / 5.0)


@woven
def _unexplained(h, heat, share, of, heat_w):
    """Heat of a machine: as sure as the filter is of what it had to add to its law."""
    return both(heat_w * h.doubt[FIRST_HEAT + heat], share * abs(of))


@woven
def show_cooler(at, d, h, out):
    power, heat = cooler_power(h.core, h.u), h.flows.cooler
    _node(out, at + K_IN, h, nodes.HEATPUMP)
    _node(out, at + K_OUT, h, nodes.REJECTION)
    out.values[at + K_FAN] = h.u.cooler_fan
    put(out, at + K_POWER, power, 0.15 * power)
    put(out, at + K_HEAT, heat, _unexplained(h, REJECTION_HEAT, 0.02, heat, d.heat_w))
    put(out, at + K_APPROACH, h.t[nodes.REJECTION] - h.u.dry_bulb, both(h.doubt[nodes.REJECTION], d.dry_bulb))


@woven
def show_tower(at, h, out):
    supply, heat = h.t[nodes.TOWER_SUPPLY], h.flows.tower
    _node(out, at + W_SUPPLY, h, nodes.TOWER_SUPPLY)
    _node(out, at + W_RETURN, h, nodes.TOWER_RETURN)
    out.values[at + W_FLOW], out.values[at + W_FAN] = h.u.tower_flow, h.u.tower_fan
    out.values[at + W_POWER], out.values[at + W_WATER] = tower_power(h.core, h.u), tower_water(h.core, h.u, heat, supply)
    put(out, at + W_HEAT, heat, 0.03 * abs(heat))
    put(out, at + W_APPROACH, supply - h.u.wet_bulb, h.doubt[nodes.TOWER_SUPPLY] + 0.2)


@woven
def show_heatpump(at, d, h, out):
    source, power = h.flows.heatpump_source, h.flows.heatpump_power
    heat, std = source + power, _unexplained(h, HEATPUMP_HEAT, 0.005, source, d.heat_w)
    cop = heat / power if power > 1.0 else np.nan
    _node(out, at + H_IN, h, nodes.DISTRICT)
    _node(out, at + H_OUT, h, nodes.HEATPUMP)
    out.values[at + H_LOAD] = h.u.heatpump_load
    put(out, at + H_POWER, power, METERED * power)
    put(out, at + H_HEAT, heat, std)
    put(out, at + H_COP, cop, (std / heat if heat > 1.0 else np.nan) * cop)


@woven
def show_district(at, d, h, out):
    """The network's water passes the plate, then the heat pump."""
    u, f, water = h.u, h.flows, capacity_flow(h.u.dh_flow)
    flowing = water > 1.0
    leaving = u.dh_return + (f.district / water if flowing else 0.0)
    supply, arriving = leaving + ((f.heatpump_source + f.heatpump_power) / water if flowing else 0.0), h.t[nodes.PLANT_IN]
    std = _unexplained(h, DISTRICT_HEAT, 0.005, f.district, d.heat_w)
    _node(out, at + D_IN, h, nodes.PLANT_IN)
    _node(out, at + D_OUT, h, nodes.DISTRICT)
    out.values[at + D_SUPPLY], out.values[at + D_RETURN], out.values[at + D_FLOW] = supply, u.dh_return, u.dh_flow
    put(out, at + D_HEAT, f.district, std)
    put(out, at + D_APPROACH, arriving - leaving, h.doubt[nodes.PLANT_IN] + std / max(capacity_flow(h.flow + u.air_flow), 1.0))


@woven
def core_doubt(loop, b, out):
    """[CORE] one standard deviation of each state of a loop's core."""
    for n in range(CORE):
        out[n] = math.sqrt(max(b.core_cov[loop, n, n], 0.0))


@woven
def show_site(at, it, feeds, base, plant, hottest, var, margin, racks, out):
    """Sums of many meters: their fixed errors average out over the racks, those of losses and cooling do not. feeds: sums of power and losses [W]."""
    facility, loss = feeds
    sold, rejected, stored, audit = 0.0, 0.0, 0.0, 0.0
    for loop in range(len(plant.flows)):
        f = plant.flows[loop]
        sold += f.district + f.heatpump_source + f.heatpump_power
        rejected += f.cooler + f.tower + f.chiller
        stored += f.stored
        audit = max(audit, abs(f.residual) / max(f.throughput, 1.0))
    cooling = facility - it - loss - base
    meters, more, std = 0.006 / math.sqrt(max(racks, 1)) * it, both(UPS * loss, 0.03 * cooling), math.sqrt(var)
    put(out, at + S_IT, it, meters)
    put(out, at + S_FACILITY, facility, both(meters, more))
    put(out, at + S_COOLING, cooling, 0.03 * cooling)
    put(out, at + S_LOSS, loss, UPS * loss)
    put(out, at + S_SOLD, sold, 0.02 * sold)
    put(out, at + S_REJECTED, rejected, 0.03 * rejected)
    out.values[at + S_STORED], out.values[at + S_AUDIT] = stored, audit
    put(out, at + S_PUE, facility / it if it > 0.0 else np.nan, more / it if it > 0.0 else np.nan)
    erf = sold / facility if facility > 0.0 else np.nan
    put(out, at + S_ERF, erf, 0.02 * erf if it > 0.0 else np.nan)
    put(out, at + S_MAX, hottest, std)
    put(out, at + S_MARGIN, margin, std)


@woven
def show_feed(at, power, loss, out):
    put(out, at + F_POWER, power, FEED * power)
    put(out, at + F_LOSS, loss, UPS * loss)


@woven
def show_ups(at, taken, given, rating, out):
    put(out, at + U_IN, taken, FEED * taken)
    put(out, at + U_OUT, given, FEED * given)
    put(out, at + U_LOAD, given / rating, FEED * given / rating)
    put(out, at + U_LOSS, taken - given, UPS * (taken - given))
