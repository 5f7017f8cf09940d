"""The plant's own controllers. Proportional-integral in velocity form; gains hold at one second and at the coarse steps of history.

`p`, `s`, `e` are one asset's parameters, state and effects of faults; its state is written in place.
"""
from __future__ import annotations

import math

import numpy as np
from numba.extending import register_jitable

CALM = 5.0  # s, longest step the integral parts count: a coarse step makes a controller slower, never unstable
VALVE_GAIN, VALVE_TIME, VALVE_STROKE = 0.012, 45.0, 40.0  # 1/K, s, s for the whole stroke
FAN_GAIN, FAN_TIME = 0.02, 40.0  # 1/K, s; water passed by mixes at once, so the gain stays under one over its 47 K on the coldest day
RATIO_TIME = 8.0  # s, drives that hold a difference of pressure
STAGE_UP, STAGE_DOWN, LEAST_RUN = 0.97, 0.62, 600.0  # speed, speed, s


@register_jitable
def clamp(value, low, high):
    return min(max(value, low), high)


@register_jitable
def approach(value, target, dt, tau):
    return value + (target - value) * -math.expm1(-dt / tau)


@register_jitable
def hold_pressure(speed, dp, wanted, dt, low=0.25):
    """Speed that brings `dp` [Pa] to `wanted` in a square-law system, approached with the drive's ramp."""
    ratio = math.sqrt(wanted / max(dp, 0.02 * wanted))
    return clamp(approach(speed, speed * clamp(ratio, 0.5, 2.0), dt, RATIO_TIME), low, 1.0)


@register_jitable
def cdu_valve(p, s, e, dt):
    """The valve holds the TCS supply temperature; the stem follows its command outside its stiction band."""
    step = min(dt, CALM)
    error = s.tcs_supply - p.tcs_set
    change = VALVE_GAIN * e.valve_gain * ((error - s.valve_error) + error * step / VALVE_TIME)
    s.valve_command = clamp(s.valve_command + change, 0.02, 1.0)
    s.valve_error = error
    gap = s.valve_command - s.valve
    moved = gap if abs(gap) > p.stiction + e.valve_stiction else 0.0
    if math.isnan(e.valve_stuck):
        s.valve = s.valve + clamp(moved, -dt / VALVE_STROKE, dt / VALVE_STROKE)
    elif e.valve_stuck >= 0:
        s.valve = e.valve_stuck


@register_jitable
def cdu_pumps(p, s, e, dt):
    """Speeds hold the pressure across the racks; units running over units needed."""
    s.cdu_speed = hold_pressure(s.cdu_speed, s.cdu_dp, p.dp_set, dt)
    s.cdu_share = clamp(p.pumps - e.cdu_pumps, 0.0, p.needed) / p.needed


@register_jitable
def facility_pumps(p, s, e, dt):
    """Speed holds the loop's pressure difference, units come and go with it, a tripped one is replaced when the rest cannot hold it."""
    s.pump_speed = hold_pressure(s.pump_speed, s.loop_dp, p.dp_set, dt)
    s.pump_timer = s.pump_timer + dt
    free = s.pump_timer > LEAST_RUN
    if free and s.pump_speed > STAGE_UP and s.pump_count < p.pumps:
        s.pump_count, s.pump_timer = s.pump_count + 1.0, 0.0
    elif free and s.pump_speed < STAGE_DOWN and s.pump_count > 1:
        s.pump_count, s.pump_timer = s.pump_count - 1.0, 0.0
    s.pumps_running = max(s.pump_count - e.pump_out, 0.0)


@register_jitable
def coils(p, s, dt):
    """Fan coils hold the hall's air."""
    s.coil_speed = approach(s.coil_speed, clamp(0.6 + 0.15 * (s.air - p.air_set), 0.25, 1.0), dt, 60.0)


@register_jitable
def fans(p, s, water, dt):
    """Fans of dry coolers or towers hold the temperature of the water they send; below zero the bypass opens."""
    error = water - p.fws_set
    step = min(dt, CALM)
    s.fan = clamp(s.fan + FAN_GAIN * ((error - s.fan_error) + error * step / FAN_TIME), -1.0, 1.0)
    s.fan_error = error


@register_jitable
def tower_stages(p, s, dt):
    """Tower cells follow the fans, exchangers and tower pumps follow the cells, each change at least ten minutes after the last."""
    s.stage_timer = s.stage_timer + dt
    free = s.stage_timer > LEAST_RUN
    if free and s.fan > 0.95 and s.cells < p.tower_cells:
        s.cells, s.stage_timer = s.cells + 1.0, 0.0
    elif free and s.fan < 0.45 and s.cells > 1:
        s.cells, s.stage_timer = s.cells - 1.0, 0.0
    share = s.cells / max(p.tower_cells, 1.0)
    s.exchangers, s.tower_pumps = np.ceil(share * p.exchangers), np.ceil(share * p.tower_pumps)


@register_jitable
def heat_pump(p, s, wanted, dt):
    """Load follows what the network wants (share of capacity) at 1/180 s; off below the least load, at least ten minutes each way."""
    s.hp_timer = s.hp_timer + dt
    on = s.hp_load > 0
    call = wanted >= (0.8 if on else 1.1) * p.hp_min
    if call != on and s.hp_timer > LEAST_RUN and p.hp_source > 0:
        s.hp_timer, on = 0.0, call
    if on:
        ramp = clamp(clamp(wanted, p.hp_min, 1.0) - s.hp_load, -dt / 180.0, dt / 180.0)
        s.hp_load = max(s.hp_load + ramp, p.hp_min)
    else:
        s.hp_load = max(s.hp_load - dt / 60.0, 0.0)
