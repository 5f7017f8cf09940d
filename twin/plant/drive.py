"""What the machines do during a step: controllers move actuators, loops find their flows, GPUs throttle.

`drive` turns targets into the inputs of the thermal step. Flows are quasi-steady: water follows a pump within a second, heat does not.
"""
from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from twin.physics import hydraulics as h
from twin.physics.water_use import entering_air
from twin.plant import nodes
from twin.plant.controls import Pi, Staging, pi, stage
from twin.plant.machines import Machinery, Machines, Targets
from twin.plant.types import Inputs, Parameters, State

Array = np.ndarray

# Tunings as commissioned: slow enough not to chase the loop's own delay (about a minute), fast enough for a load step.
VALVE = Pi(gain=0.06, reset_s=40.0, low=0.02, rate=1 / 30)  # per K of TCS supply above its set point; 30 s stroke
CDU_SPEED = Pi(gain=0.4, reset_s=8.0, low=0.3, rate=0.1)  # per relative error of differential pressure
PUMP_SPEED = Pi(gain=0.3, reset_s=15.0, low=0.3, rate=0.05)
FAN = Pi(gain=0.04, reset_s=240.0, low=-1.0, rate=0.02)  # per K of water leaving the plant above its set point; below 0 the bypass opens
PUMPS = Staging(up=0.95, down=0.55, wait_s=30.0, run_s=300.0)
CHILLER = Pi(gain=0.05, reset_s=180.0, rate=1 / 180)  # per K above the set point and the band that the coolers have to themselves
CHILLER_BAND_K = 0.5
PADS_ON, PADS_OFF = 0.98, 0.6  # fan speed at which pads are wetted and let dry
PADS_K = 3.0  # they stay wet while the outdoor air is not this much colder than the set point
BYPASS_K = 1.0  # water passes coolers by unless the air is this much colder; it stays until the air is as warm
HEATPUMP_RATE = 1.0 / 600.0  # large machines take ten minutes from stop to full load
THROTTLE_SPAN_K = 8.0  # from the slowdown temperature to the lowest clock
THROTTLE_LOWEST = 0.3  # share of power at the lowest clock
THROTTLE_LAG_S = 4.0
RECOVER_K = 25.0  # a GPU that shut down is started again this far below its limit


class Pumped(NamedTuple):
    """Flows and pump powers of both loops."""

    rack: Array  # [..., R] m3/s
    fws: Array  # [..., C] m3/s
    air: Array  # [..., L] m3/s
    cdu_power: Array  # [..., C] W
    loop_power: Array  # [..., L] W
    cdu_dp: Array  # [..., C] Pa across the racks
    loop_dp: Array  # [..., L] Pa across the hall


def drive(p: Parameters, m: Machinery, x: Machines, state: State, t: Targets, dt: float) -> tuple[Machines, Inputs, Pumped]:
    """Machines after `dt` seconds, the inputs they give the thermal step, and the flows behind them."""
    now = hydraulics(p, m, x, t)
    x = control(p, m, x, state, t, now, dt)
    flows = hydraulics(p, m, x, t)
    x = throttle(p, x, state, t, dt)
    return x, inputs(x, sold(state, t), flows), flows


def sold(state: State, t: Targets) -> Targets:
    """The network passes the exchanger only where the water that returns from the hall is warmer: heat is sold, never bought."""
    return replace(t, dh_flow=np.where(state.core[..., nodes.PLANT_IN] > t.dh_return, t.dh_flow, 0.0))


def hydraulics(p: Parameters, m: Machinery, x: Machines, t: Targets) -> Pumped:
    """Both loops solved in closed form at the machines' present speeds and positions."""
    w = p.wiring
    racks = w.racks_to_cdus(m.rack)
    running = np.minimum(m.cdu_needed, t.cdu_pumps) * (t.cdu_powered > 0.5)
    inside = m.cdu_inside * t.filter
    head = m.cdu_head * t.cdu_head
    tcs = h.pumped_flow(x.cdu_speed, running, head, m.cdu_flow, inside + 1.0 / np.square(racks))
    position = np.where(np.isnan(t.valve_stuck), x.valve, t.valve_stuck)
    branch = h.valved(m.branch, m.valve, position)
    hall = w.cdus_to_loops(branch) + m.air
    on = np.minimum(x.pumps_on, t.loop_pumps) * (t.loop_powered > 0.5)
    with np.errstate(divide="ignore"):
        system = m.main + 1.0 / np.square(hall)
    total = h.pumped_flow(x.pump_speed, on, m.loop_head, m.loop_flow, system)
    dp = np.square(np.divide(total, hall, out=np.zeros_like(total), where=hall > 0))
    root = np.sqrt(dp)
    return Pumped(
        rack=(tcs / racks)[..., w.rack_cdu] * m.rack,
        fws=branch * root[..., w.cdu_loop],
        air=m.air * root,
        cdu_power=h.pump_power(x.cdu_speed, tcs, running, m.cdu_flow, m.cdu_power),
        loop_power=h.pump_power(x.pump_speed, total, on, m.loop_flow, m.loop_power),
        cdu_dp=np.square(tcs / racks),
        loop_dp=dp,
    )


def control(p: Parameters, m: Machinery, x: Machines, state: State, t: Targets, now: Pumped, dt: float) -> Machines:
    """Every controller one step on."""
    valve, valve_i = pi(VALVE, x.valve_i, x.valve, state.tcs_supply - t.tcs_supply, dt)
    cdu, cdu_i = pi(CDU_SPEED, x.cdu_speed_i, x.cdu_speed, 1.0 - now.cdu_dp / t.cdu_dp, dt)
    pump, pump_i = pi(PUMP_SPEED, x.pump_speed_i, x.pump_speed, 1.0 - now.loop_dp / t.loop_dp, dt)
    lowest = np.ones_like(x.pumps_on)
    on, timer, since = stage(PUMPS, x.pumps_on, x.pumps_timer, x.pumps_since, pump, lowest, m.loop_pumps, dt)
    fan, fan_i = pi(FAN, x.fan_i, x.fan, state.core[..., nodes.TRIM] - t.fws_supply, dt)
    chiller, chiller_i = pi(CHILLER, x.chiller_i, x.chiller, state.core[..., nodes.TRIM] - t.fws_supply - CHILLER_BAND_K, dt)
    reach = HEATPUMP_RATE * dt
    heatpump = np.clip(_heatpump(p, state, t), x.heatpump - reach, x.heatpump + reach)
    return replace(x, valve=valve, valve_i=valve_i, cdu_speed=cdu, cdu_speed_i=cdu_i, pump_speed=pump, pump_speed_i=pump_i,
                   pumps_on=on, pumps_timer=timer, pumps_since=since, fan=fan, fan_i=fan_i, heatpump=heatpump,
                   chiller=chiller, chiller_i=chiller_i, pads=_pads(p, x, state, t), economiser=_economiser(p, x, state, t))


def _pads(p: Parameters, x: Machines, state: State, t: Targets) -> Array:
    """Pads are wetted when the fans alone do not hold the set point, and dry when the fans do with ease and could without."""
    short = (x.fan >= PADS_ON) & (state.core[..., nodes.REJECTION] > t.fws_supply)
    ease = (x.fan <= PADS_OFF) & (t.dry_bulb <= t.fws_supply - PADS_K)
    return np.where(p.core.cooler_pads > 0, np.where(short, 1.0, np.where(ease, 0.0, x.pads)), 0.0)


def _economiser(p: Parameters, x: Machines, state: State, t: Targets) -> Array:
    """Where trim chillers stand behind them, coolers are passed by while they would warm the water."""
    colder = state.core[..., nodes.HEATPUMP] - entering_air(t.dry_bulb, t.wet_bulb, p.core.cooler_pads * x.pads)
    through = np.where(colder >= BYPASS_K, 1.0, np.where(colder <= 0.0, 0.0, x.economiser))
    return np.where(p.core.chiller_rated > 0, through, 1.0)


def _heatpump(p: Parameters, state: State, t: Targets) -> Array:
    """Load the heat pump may take: what is wanted, less as the water it leaves nears the facility set point."""
    spare = state.core[..., nodes.HEATPUMP] - t.fws_supply
    return np.clip(t.heatpump, 0.0, 1.0) * np.clip(1.0 + spare / 2.0, 0.0, 1.0)


def throttle(p: Parameters, x: Machines, state: State, t: Targets, dt: float) -> Machines:
    """GPUs lower their power near the limit and shut down at the shutdown temperature."""
    limit, stop = p.leaves.throttle[..., None], p.leaves.shutdown[..., None]
    wanted = np.clip(1.0 - (1.0 - THROTTLE_LOWEST) * (state.die - limit) / THROTTLE_SPAN_K, THROTTLE_LOWEST, 1.0)
    moved = x.throttle + (wanted - x.throttle) * (dt / (dt + THROTTLE_LAG_S))
    off = np.where(state.die >= stop, 1.0, np.where(state.die < limit - RECOVER_K, 0.0, x.off))
    return replace(x, throttle=moved, off=off)


def inputs(x: Machines, t: Targets, flows: Pumped) -> Inputs:
    """Inputs of the thermal step from machines and flows."""
    fan, through = np.maximum(x.fan, 0.0) * (t.fan_powered > 0.5), 1.0 + np.minimum(x.fan, 0.0)
    return Inputs(
        gpu_power=t.gpu_power * x.throttle * (1.0 - x.off) * t.rack_powered[..., None],
        other_power=t.other_power * t.rack_powered,
        air_power=t.air_power * t.rack_powered,
        rack_flow=flows.rack,
        fws_flow=flows.fws,
        cdu_pump=flows.cdu_power,
        loop_pump=flows.loop_power,
        air_flow=flows.air,
        air_fan=t.air_fan * (t.fan_powered > 0.5),
        heatpump_load=x.heatpump * (t.heatpump_powered > 0.5),
        sink_out=t.sink_out,
        dh_return=t.dh_return,
        dh_flow=t.dh_flow,
        cooler_fan=fan,
        cooler_on=t.fans_able * x.economiser * through,
        chiller_load=np.minimum(x.chiller, t.chiller) * (t.chiller_powered > 0.5),
        tank_share=t.tank_share,
        tower_fan=fan,
        tower_cells=t.fans_able * through,
        tower_flow=t.tower_flow,
        ehx_on=np.ones_like(fan),
        dry_bulb=t.dry_bulb,
        wet_bulb=t.wet_bulb,
        pads_wet=x.pads,
        make_up=t.make_up,
    )
