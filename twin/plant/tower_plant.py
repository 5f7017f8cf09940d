"""Hot-water loop behind a tower loop: coolant distribution units, plate exchangers, tower cells, their pumps and controls.

    CDUs -> return main -> plate exchangers -> supply main -> CDUs            hot water, flow by the CDU valves
            plate exchangers -> tower main -> cells -> basin -> exchangers    tower water, flow by pumps and cells

`step(params, state, inputs, dt_s)` is pure; the three types are frozen tuples of floats (main cells: arrays, cells along
axis 0), so the same source runs as Python on any batch shape and compiled by numba on one plant. One step of energy:
heat of the CDUs and others less heat of the cells is the change of the volumes, to rounding.

Controls as in a plant: fans hold the tower supply at max(floor, smoothed wet bulb + approach); tower flow per cell holds the
hot-water supply likewise; both controllers wind up past their actuators' limits by a little; cells start when hot water
stays far above the wet bulb with fans and flow spent, and stop when the flow per cell stays low.
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from twin.physics.tower import air_kg_s, fill_ntu, tower_heat_w
from twin.plant.staging import Rule, Stage, stage
from twin.plant.tower_parts import WATER_J_M3_K, chosen, conductance_w_k, lag, leaving_c, pi_step, pipe, plate_ua_w_k, tank, valve_flow_m3_s

WATER_KG_M3 = 998.5  # 15..25 degC within 0.15 %
HOT_CELLS = 16  # mixed cells of the return main: a front five minutes old is 75 s wide, CDUs being near and far
TOWER_CELLS = 8  # of the main to the towers


class TowerPlantParams(NamedTuple):
    """Units in the names; flows in m3/s, volumes in m3, gains in 1/K. `cell_` means one tower cell, `ehx_` one exchanger."""

    heat_other_w: float  # heat on the loop that the CDUs do not report
    return_m3: float
    supply_m3: float
    valve_s: float
    hot_other_m3_s: float  # past the CDU valves: other loads and bypasses
    hot_least_m3_s: float  # at the least speed of the pumps
    hot_most_m3_s: float
    cdu_supply_c: float
    cdu_secondary_w_k: float  # all units
    cdu_ua_w_k: float  # all units
    ehx_ua_w_k: float  # at the rated flows
    ehx_hot_m3_s: float
    ehx_cold_m3_s: float
    ehx_cells: float  # tower cells that bring one more exchanger into service
    ehx_offset: float  # exchangers = ceil((cells + offset) / ehx_cells)
    ehx_most: float
    supply_offset_k: float  # reading less truth of the hot-water supply sensor
    tower_meter: float  # reading over truth of the tower flow meter
    cell_ntu: float  # air side, at the rated flows
    water_exponent: float
    air_exponent: float
    cell_air_kg_s: float  # at full fan speed
    cell_water_kg_s: float  # at which cell_ntu holds
    basin_m3: float
    tower_main_m3: float
    pressure_pa: float
    wet_bulb_s: float  # smoothing of the wet bulb before the set points
    tower_floor_c: float
    tower_approach_k: float
    fan_gain: float
    fan_reset_s: float
    fan_least: float
    fan_most: float
    fan_windup: float  # how far the controller's output runs past fan_most, and must come back
    hot_floor_c: float
    hot_approach_k: float
    flow_gain: float  # share of the cell's flow range
    flow_reset_s: float
    flow_windup: float  # likewise, share of the cell's flow range
    cell_least_m3_s: float
    cell_most_m3_s: float
    cells_least: float
    cells_most: float
    cell_up_k: float  # hot-water supply over wet bulb above which a cell starts
    cell_up_position: float  # cell flow range that must be used before
    cell_up_s: float
    cell_down_m3_s: float  # flow of a cell below which one stops
    cell_down_s: float
    pumps_least: float
    pumps_most: float
    pump_up_m3_s: float  # flow of a pump above which one more starts
    pump_up_s: float
    pump_down_m3_s: float  # flow each remaining pump may take when one stops
    pump_down_s: float


class TowerPlantState(NamedTuple):
    return_c: np.ndarray  # cells of the return main
    supply_c: float  # mixed supply main, at the CDUs
    basin_c: float
    tower_main_c: np.ndarray  # cells of the main to the towers
    hot_m3_s: float
    fan: float  # controller's output; the fans turn at most fan_most
    fan_error_k: float
    cell_flow: float  # controller's output; cells pass at most 1 of their flow range
    flow_error_k: float
    wet_bulb_c: float  # smoothed
    cells: Stage
    pumps: Stage


class TowerPlantInputs(NamedTuple):
    """Heat and weather; the rest drives the model by measured values where `given` is 1 (all 0 in a prediction)."""

    heat_w: float
    wet_bulb_c: float
    given: float
    fan: float
    tower_m3_s: float
    cells: float


class TowerPlantOutputs(NamedTuple):
    """As instruments would read it, except that heat_tower_w is what the cells really give off."""

    hot_supply_c: float
    hot_return_c: float
    tower_supply_c: float
    tower_return_c: float
    hot_m3_s: float
    tower_m3_s: float
    fan: float
    cells: float
    pumps: float
    exchangers: float
    heat_tower_w: float


@register_jitable
def exchangers_in_service(p, cells):
    """Exchangers follow the cells: one more for every `ehx_cells` of them."""
    return np.minimum(np.ceil((cells + p.ehx_offset) / p.ehx_cells), p.ehx_most)


@register_jitable
def exchange_w(p, hot_c, cold_c, hot_m3_s, tower_m3_s, count):
    """Heat [W] from hot water entering at hot_c to tower water entering at cold_c through `count` exchangers alike."""
    n = np.maximum(count, 1.0)
    ua = n * plate_ua_w_k(p.ehx_ua_w_k, hot_m3_s / n / p.ehx_hot_m3_s, tower_m3_s / n / p.ehx_cold_m3_s)
    return conductance_w_k(ua, hot_m3_s * WATER_J_M3_K, tower_m3_s * WATER_J_M3_K) * (hot_c - cold_c)


@register_jitable
def cells_w(p, water_c, wet_bulb_c, tower_m3_s, fan, cells):
    """Heat [W] of `cells` cells alike that share the tower water."""
    n = np.maximum(cells, 1.0)
    water, air = tower_m3_s / n * WATER_KG_M3, air_kg_s(fan, p.cell_air_kg_s)
    ntu = fill_ntu(water / p.cell_water_kg_s, air / p.cell_air_kg_s, p.cell_ntu, p.water_exponent, p.air_exponent)
    return n * tower_heat_w(water_c, wet_bulb_c, water, air, ntu, p.pressure_pa)


@register_jitable
def control_fan(p, s, dt_s):
    """Controller's output and its error [K]: fans hold the basin at max(floor, wet bulb + approach)."""
    error = s.basin_c - np.maximum(p.tower_floor_c, s.wet_bulb_c + p.tower_approach_k)
    return pi_step(s.fan, error, s.fan_error_k, p.fan_gain, p.fan_reset_s, p.fan_least, p.fan_most + p.fan_windup, dt_s), error


@register_jitable
def control_flow(p, s, dt_s):
    """Controller's output and its error [K]: cell flow holds the hot-water supply at max(floor, wet bulb + approach)."""
    error = s.supply_c - np.maximum(p.hot_floor_c, s.wet_bulb_c + p.hot_approach_k)
    return pi_step(s.cell_flow, error, s.flow_error_k, p.flow_gain, p.flow_reset_s, 0.0, 1.0 + p.flow_windup, dt_s), error


@register_jitable
def stage_cells(p, s, fan, cell_m3_s, dt_s):
    rule = Rule(p.cells_least, p.cells_most, p.cell_up_s, p.cell_down_s)
    spent = (fan > 0.95 * p.fan_most) & (s.cell_flow >= p.cell_up_position)
    up = spent & (s.supply_c - s.wet_bulb_c > p.cell_up_k)
    return stage(rule, s.cells, up, cell_m3_s < p.cell_down_m3_s, dt_s)


@register_jitable
def stage_pumps(p, s, tower_m3_s, dt_s):
    rule = Rule(p.pumps_least, p.pumps_most, p.pump_up_s, p.pump_down_s)
    spare = tower_m3_s < p.pump_down_m3_s * (s.pumps.count - 1.0)
    return stage(rule, s.pumps, tower_m3_s > p.pump_up_m3_s * s.pumps.count, spare, dt_s)


@register_jitable
def tower_flow_m3_s(p, position, cells):
    """Tower water [m3/s]: each running cell takes its share between the least and the most its nozzles pass."""
    return cells * (p.cell_least_m3_s + position * (p.cell_most_m3_s - p.cell_least_m3_s))


@register_jitable
def position_of(p, tower_m3_s, cells):
    position = (tower_m3_s / np.maximum(cells, 1.0) - p.cell_least_m3_s) / (p.cell_most_m3_s - p.cell_least_m3_s)
    return np.minimum(np.maximum(position, 0.0), 1.0)


@register_jitable
def step(p, s, u, dt_s):
    """(state, outputs) after dt_s [s]: flows from the state, heat around both loops, then controls and staging."""
    heat_w = u.heat_w + p.heat_other_w
    cells = chosen(s.cells.count, u.cells, u.given)
    fan = chosen(np.minimum(s.fan, p.fan_most), u.fan, u.given)
    tower = chosen(tower_flow_m3_s(p, np.minimum(s.cell_flow, 1.0), cells), u.tower_m3_s / p.tower_meter, u.given)
    valves = valve_flow_m3_s(
        u.heat_w, s.supply_c, p.cdu_supply_c, p.cdu_secondary_w_k, p.cdu_ua_w_k, 0.0, p.hot_most_m3_s - p.hot_other_m3_s)
    hot = lag(s.hot_m3_s, np.maximum(valves + p.hot_other_m3_s, p.hot_least_m3_s), p.valve_s, dt_s)

    return_c = pipe(s.return_c, s.supply_c + heat_w / (hot * WATER_J_M3_K), hot, p.return_m3, dt_s)
    hot_return_c = leaving_c(s.return_c, return_c)
    exchangers = exchangers_in_service(p, cells)
    passed_w = exchange_w(p, hot_return_c, s.basin_c, hot, tower, exchangers)
    hot_supply_c = hot_return_c - passed_w / (hot * WATER_J_M3_K)
    tower_return_c = s.basin_c + passed_w / (tower * WATER_J_M3_K)
    tower_main_c = pipe(s.tower_main_c, tower_return_c, tower, p.tower_main_m3, dt_s)
    arriving_c = leaving_c(s.tower_main_c, tower_main_c)
    tower_w = cells_w(p, arriving_c, u.wet_bulb_c, tower, fan, cells)
    cooled_c = arriving_c - tower_w / (tower * WATER_J_M3_K)

    fan_next, fan_error = control_fan(p, s, dt_s)
    flow_next, flow_error = control_flow(p, s, dt_s)
    cells_next = stage_cells(p, s, fan, tower / np.maximum(cells, 1.0), dt_s)
    following = Stage(chosen(cells_next.count, cells, u.given), cells_next.up_s, cells_next.down_s)
    after = TowerPlantState(
        return_c, tank(s.supply_c, hot_supply_c, hot, p.supply_m3, dt_s), tank(s.basin_c, cooled_c, tower, p.basin_m3, dt_s),
        tower_main_c, hot, chosen(fan_next, fan, u.given), fan_error,
        chosen(flow_next, position_of(p, tower, cells), u.given), flow_error,
        lag(s.wet_bulb_c, u.wet_bulb_c, p.wet_bulb_s, dt_s), following, stage_pumps(p, s, tower, dt_s))
    seen = TowerPlantOutputs(
        hot_supply_c + p.supply_offset_k, hot_return_c, s.basin_c, tower_return_c, hot, tower * p.tower_meter, fan,
        cells, s.pumps.count, exchangers, tower_w)
    return after, seen


def stored_j(p: TowerPlantParams, s: TowerPlantState) -> np.ndarray:
    """Heat [J] in all volumes above 0 degC: with the heats of a step this closes the first law."""
    mains = p.return_m3 * np.mean(s.return_c, axis=0) + p.tower_main_m3 * np.mean(s.tower_main_c, axis=0)
    return WATER_J_M3_K * (mains + p.supply_m3 * s.supply_c + p.basin_m3 * s.basin_c)
