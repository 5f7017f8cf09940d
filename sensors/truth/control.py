"""The plant's own controllers. Proportional-integral in velocity form; gains hold at one second and at the coarse steps of history."""
from __future__ import annotations

import math

import numpy as np

from sensors.truth.effects import Effects
from sensors.truth.parameters import Parameters
from sensors.truth.state import State

CALM = 5.0  # s, longest step the integral parts count: a coarse step makes a controller slower, never unstable
VALVE_GAIN, VALVE_TIME, VALVE_STROKE = 0.012, 45.0, 40.0  # 1/K, s, s for the whole stroke
FAN_GAIN, FAN_TIME = 0.02, 40.0  # 1/K, s; water passed by mixes at once, so the gain stays under one over its 47 K on the coldest day
RATIO_TIME = 8.0  # s, drives that hold a difference of pressure
STAGE_UP, STAGE_DOWN, LEAST_RUN = 0.97, 0.62, 600.0  # speed, speed, s


def clamp(value: np.ndarray, low: np.ndarray | float, high: np.ndarray | float) -> np.ndarray:
    """As `np.clip`, at a quarter of its cost for a few values."""
    return np.minimum(np.maximum(value, low), high)


def approach(value: np.ndarray, target: np.ndarray, dt: float, tau: float) -> np.ndarray:
    return value + (target - value) * -math.expm1(-dt / tau)


def hold_pressure(speed: np.ndarray, dp: np.ndarray, wanted: np.ndarray, dt: float, low: float = 0.25) -> np.ndarray:
    """Speed that brings `dp` [Pa] to `wanted` in a square-law system, approached with the drive's ramp."""
    ratio = np.sqrt(wanted / np.maximum(dp, 0.02 * wanted))
    return clamp(approach(speed, speed * clamp(ratio, 0.5, 2.0), dt, RATIO_TIME), low, 1.0)


def cdu_valves(p: Parameters, s: State, e: Effects, dt: float) -> None:
    """Valves hold the TCS supply temperature; the stem follows its command outside its stiction band."""
    step = min(dt, CALM)
    error = s.tcs_supply - p.cdu.tcs_set
    change = VALVE_GAIN * e.valve_gain * ((error - s.valve_error) + error * step / VALVE_TIME)
    s.valve_command = clamp(s.valve_command + change, 0.02, 1.0)
    s.valve_error = error
    gap = s.valve_command - s.valve
    moved = np.where(np.abs(gap) > p.cdu.stiction + e.valve_stiction, gap, 0.0)
    before = s.valve
    s.valve = s.valve + clamp(moved, -dt / VALVE_STROKE, dt / VALVE_STROKE)
    s.valve = np.where(np.isnan(e.valve_stuck), s.valve, np.where(e.valve_stuck < 0, before, e.valve_stuck))


def cdu_pumps(p: Parameters, s: State, e: Effects, dt: float) -> np.ndarray:
    """Speeds hold the pressure across the racks; returns units running over units needed."""
    running = clamp(p.cdu.pumps - e.cdu_pumps, 0.0, p.cdu.needed)
    s.cdu_speed = hold_pressure(s.cdu_speed, s.flows.get("cdu_dp", p.cdu.dp_set), p.cdu.dp_set, dt)
    return running / p.cdu.needed


def facility_pumps(p: Parameters, s: State, e: Effects, dt: float) -> np.ndarray:
    """Speed holds the loop's pressure difference, units come and go with it, a tripped one is replaced when the rest cannot hold it; returns units running."""
    s.pump_speed = hold_pressure(s.pump_speed, s.flows.get("loop_dp", p.hall.dp_set), p.hall.dp_set, dt)
    s.pump_timer = s.pump_timer + dt
    free = s.pump_timer > LEAST_RUN
    up = free & (s.pump_speed > STAGE_UP) & (s.pump_count < p.hall.pumps)
    down = free & (s.pump_speed < STAGE_DOWN) & (s.pump_count > 1) & ~up
    s.pump_count = s.pump_count + up - down
    s.pump_timer = np.where(up | down, 0.0, s.pump_timer)
    return np.maximum(s.pump_count - e.pump_out, 0.0)


def coils(p: Parameters, s: State, dt: float) -> None:
    """Fan coils hold the hall's air."""
    target = clamp(0.6 + 0.15 * (s.air - p.hall.air_set), 0.25, 1.0)
    s.coil_speed = approach(s.coil_speed, target, dt, 60.0)


def fans(p: Parameters, s: State, water: np.ndarray, dt: float) -> None:
    """Fans of dry coolers or towers hold the temperature of the water they send; below zero the bypass opens."""
    error = water - p.hall.fws_set
    step = min(dt, CALM)
    s.fan = clamp(s.fan + FAN_GAIN * ((error - s.fan_error) + error * step / FAN_TIME), -1.0, 1.0)
    s.fan_error = error


def tower_stages(p: Parameters, s: State, dt: float) -> None:
    """Tower cells follow the fans, exchangers and tower pumps follow the cells, each change at least ten minutes after the last."""
    s.stage_timer = s.stage_timer + dt
    free = s.stage_timer > LEAST_RUN
    up = free & (s.fan > 0.95) & (s.cells < p.hall.tower_cells)
    down = free & (s.fan < 0.45) & (s.cells > 1) & ~up
    s.cells = s.cells + up - down
    s.stage_timer = np.where(up | down, 0.0, s.stage_timer)
    share = s.cells / np.maximum(p.hall.tower_cells, 1.0)
    s.exchangers, s.tower_pumps = np.ceil(share * p.hall.exchangers), np.ceil(share * p.hall.tower_pumps)


def heat_pump(p: Parameters, s: State, wanted: np.ndarray, dt: float) -> None:
    """Load follows what the network wants (share of capacity) at 1/180 s; off below the least load, at least ten minutes each way."""
    s.hp_timer = s.hp_timer + dt
    on = s.hp_load > 0
    call = wanted >= np.where(on, 0.8, 1.1) * p.hall.hp_min
    turn = (call != on) & (s.hp_timer > LEAST_RUN) & (p.hall.hp_source > 0)
    s.hp_timer = np.where(turn, 0.0, s.hp_timer)
    stay = np.where(turn, call, on)
    target = np.where(stay, clamp(wanted, p.hall.hp_min, 1.0), 0.0)
    ramp = clamp(target - s.hp_load, -dt / 180.0, dt / 180.0)
    s.hp_load = np.where(stay, np.maximum(s.hp_load + ramp, p.hall.hp_min), np.maximum(s.hp_load - dt / 60.0, 0.0))
