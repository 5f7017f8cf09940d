"""What the machines do during a step: controllers move actuators, loops find their flows, GPUs throttle.

`drive` turns targets into the inputs of the thermal step. What controls one CDU or loop takes `m` (Machinery), `x` (Machines) and `t`
(Targets): arrays in numpy, records of one where the same functions are compiled (`twin.plant.compiled_drive`); `core` are the loop's
temperatures with the node axis first.
"""
from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from twin.physics import hydraulics as h
from twin.physics.elementwise import clip, where
from twin.physics.water_use import entering_air
from twin.plant import nodes
from twin.plant.controls import Pi, Staging, by_hand, pi, stage
from twin.plant.machines import Machinery, Machines, Targets
from twin.plant.pumped import Pumped, hydraulics
from twin.plant.types import Core, Inputs, Parameters, State

Array = np.ndarray

# Tunings that a site does not state: slow enough not to chase the loop's own delay (about a minute), fast enough for a load step.
CDU_SPEED = Pi(gain=0.12, reset_s=4.0, low=0.3, rate=0.1)  # per relative error of differential pressure; sampled water that follows at once: stable while gain 2 / speed < 1
PUMP_SPEED = Pi(gain=0.12, reset_s=6.0, low=0.3, rate=0.05)  # likewise
FAN_LOW, FAN_RATE = -1.0, 0.02  # below 0 the bypass opens; 1/s
PUMPS = Staging(up=0.95, down=0.55, wait_s=30.0, run_s=300.0)
CHILLER = Pi(gain=0.05, reset_s=180.0, rate=1 / 180)  # per K above the set point and the band that the coolers have to themselves
CHILLER_BAND_K = 0.5
PADS_ON, PADS_OFF = 0.98, 0.6  # fan speed at which pads are wetted and let dry
PADS_K = 3.0  # they stay wet while the outdoor air is not this much colder than the set point
BYPASS_K = 1.0  # water passes coolers by unless the air is this much colder; it stays until the air is as warm
THROTTLE_SPAN_K = 8.0  # from the slowdown temperature to the lowest clock
THROTTLE_LOWEST = 0.3  # share of power at the lowest clock
THROTTLE_LAG_S = 4.0
FULL = 1.0 - 1e-9  # share of power from which a recovering GPU is taken to be at full clock
RECOVER_K = 25.0  # a GPU that shut down is started again this far below its limit
RIDE = 0.5  # share of a step with power from which racks ride through it


def drive(p: Parameters, m: Machinery, x: Machines, state: State, t: Targets, dt: float) -> tuple[Machines, Inputs, Pumped]:
    """Machines after `dt` seconds, the inputs they give the thermal step, and the flows behind them."""
    now = hydraulics(p, m, x, t)
    x = control(p, m, x, state, t, now, dt)
    flows = hydraulics(p, m, x, t)
    x = throttle(p, x, state, t, dt)
    return replace(x, boot_s=booted(x.boot_s, t.rack_powered, p.leaves.restart, dt)), inputs(x, state, t, flows), flows


def control(p: Parameters, m: Machinery, x: Machines, state: State, t: Targets, now: Pumped, dt: float) -> Machines:
    """Every controller one step on."""
    cdus = cdu_control(m, x, t, state.tcs_supply, now.cdu_dp, dt)
    loops = loop_control(p.core, m, x, t, nodes.first(state.core), now.loop_dp, dt)
    return replace(x, **cdus._asdict(), **loops._asdict())


class CduControl(NamedTuple):
    """Of twin.plant.machines.Machines, [..., C]."""

    valve: Array
    valve_i: Array
    cdu_speed: Array
    cdu_speed_i: Array


@register_jitable
def cdu_control(m: Machinery, x: Machines, t: Targets, supply: Array, dp: Array, dt: float) -> CduControl:
    """Valve holds the coolant's supply temperature [degC], pumps hold the pressure across the racks [Pa]."""
    valve, valve_i = pi(Pi(m.valve_gain, m.valve_reset, h.SEAT, 1.0, m.valve_rate, 0.0), x.valve_i, x.valve, supply - t.tcs_supply, dt)
    speed, speed_i = pi(CDU_SPEED, x.cdu_speed_i, x.cdu_speed, 1.0 - dp / t.cdu_dp, dt)
    speed, speed_i = by_hand(t.cdu_speed_manual, speed, speed_i)
    return CduControl(valve, valve_i, speed, speed_i)


class LoopControl(NamedTuple):
    """Of twin.plant.machines.Machines, [..., L]."""

    pump_speed: Array
    pump_speed_i: Array
    pumps_on: Array
    pumps_timer: Array
    pumps_since: Array
    fan: Array
    fan_i: Array
    heatpump: Array
    chiller: Array
    chiller_i: Array
    pads: Array
    economiser: Array


@register_jitable
def loop_control(c: Core, m: Machinery, x: Machines, t: Targets, core: Array, dp: Array, dt: float) -> LoopControl:
    """Pumps hold the pressure across the hall [Pa]; fans, heat pump, chillers, pads and bypass hold the facility supply."""
    over = core[nodes.TRIM] - t.fws_supply
    pump, pump_i = pi(PUMP_SPEED, x.pump_speed_i, x.pump_speed, 1.0 - dp / t.loop_dp, dt)
    pump, pump_i = by_hand(t.pump_speed_manual, pump, pump_i)
    on, timer, since = stage(PUMPS, x.pumps_on, x.pumps_timer, x.pumps_since, pump, t.pumps_least, np.minimum(m.loop_pumps, t.pumps_most), dt)
    fan, fan_i = pi(Pi(m.fan_gain, m.fan_reset, FAN_LOW, 1.0, FAN_RATE, 0.0), x.fan_i, x.fan, over, dt)
    fan, fan_i = by_hand(t.fan_manual, fan, fan_i)
    chiller, chiller_i = pi(CHILLER, x.chiller_i, x.chiller, over - CHILLER_BAND_K, dt)
    reach = m.heatpump_rate * dt
    heatpump = clip(_heatpump(m, t, core), x.heatpump - reach, x.heatpump + reach)
    return LoopControl(pump, pump_i, on, timer, since, fan, fan_i, heatpump, chiller, chiller_i, _pads(c, x, t, core),
                       _economiser(c, x, t, core))


@register_jitable
def _pads(c: Core, x: Machines, t: Targets, core: Array) -> Array:
    """Pads are wetted when the fans alone do not hold the set point, and dry when the fans do with ease and could without."""
    short = (x.fan >= PADS_ON) & (core[nodes.REJECTION] > t.fws_supply)
    ease = (x.fan <= PADS_OFF) & (t.dry_bulb <= t.fws_supply - PADS_K)
    return where(c.cooler_pads > 0.0, where(short, 1.0, where(ease, 0.0, x.pads)), 0.0)


@register_jitable
def _economiser(c: Core, x: Machines, t: Targets, core: Array) -> Array:
    """Where trim chillers stand behind them, coolers are passed by while they would warm the water."""
    colder = core[nodes.HEATPUMP] - entering_air(t.dry_bulb, t.wet_bulb, c.cooler_pads * x.pads)
    through = where(colder >= BYPASS_K, 1.0, where(colder <= 0.0, 0.0, x.economiser))
    return where(c.chiller_rated > 0.0, through, 1.0)


@register_jitable
def _heatpump(m: Machinery, t: Targets, core: Array) -> Array:
    """Load the heat pump may take: what is wanted, less where the water it leaves is too cold."""
    spare = core[nodes.HEATPUMP] - where(np.isnan(m.heatpump_least), t.fws_supply, m.heatpump_least)
    return clip(t.heatpump, 0.0, 1.0) * clip(1.0 + spare / 2.0, 0.0, 1.0)


def throttle(p: Parameters, x: Machines, state: State, t: Targets, dt: float) -> Machines:
    """GPUs lower their power near the limit and shut down at the shutdown temperature."""
    limit, stop = p.leaves.throttle[..., None], p.leaves.shutdown[..., None]
    return replace(x, throttle=throttled(x.throttle, state.die, limit, dt), off=shut_down(x.off, state.die, limit, stop))


@register_jitable
def throttled(before: Array, die: Array, limit: Array, dt: float) -> Array:
    """Share of the asked power a GPU takes after `dt` seconds at `die` [degC]; below its limit 1 stays 1, and what is nearly 1 becomes it."""
    wanted = clip(1.0 - (1.0 - THROTTLE_LOWEST) * (die - limit) / THROTTLE_SPAN_K, THROTTLE_LOWEST, 1.0)
    moved = before + (wanted - before) * (dt / (dt + THROTTLE_LAG_S))
    return where((wanted == 1.0) & (moved > FULL), 1.0, moved)


@register_jitable
def shut_down(before: Array, die: Array, limit: Array, stop: Array) -> Array:
    """1 where a GPU has shut itself down; it starts again far below the limit."""
    return where(die >= stop, 1.0, where(die < limit - RECOVER_K, 0.0, before))


@register_jitable
def booted(before: Array, powered: Array, restart: Array, dt: float) -> Array:
    """Seconds [..., R] until the GPUs of racks are at work, after a step in which racks had power for a share of it. Without, they begin anew."""
    return where(powered < RIDE, restart, np.maximum(before - dt, 0.0))


class LoopInputs(NamedTuple):
    """Of twin.plant.types.Inputs, [..., L]."""

    loop_pump: Array
    air_flow: Array
    air_fan: Array
    heatpump_load: Array
    sink_out: Array
    dh_return: Array
    dh_flow: Array
    cooler_fan: Array
    cooler_on: Array
    chiller_load: Array
    tank_share: Array
    tower_fan: Array
    tower_cells: Array
    tower_flow: Array
    ehx_on: float
    dry_bulb: Array
    wet_bulb: Array
    pads_wet: Array
    make_up: Array


def inputs(x: Machines, state: State, t: Targets, flows: Pumped) -> Inputs:
    """Inputs of the thermal step from machines and flows; GPUs that boot take nothing yet, what else is in their racks does."""
    gpus = t.rack_powered * (x.boot_s <= 0.0)
    loops = loop_inputs(x, t, nodes.first(state.core), flows.air, flows.loop_power)._asdict()
    return Inputs(
        gpu_power=t.gpu_power * x.throttle * (1.0 - x.off) * gpus[..., None],
        other_power=t.other_power * t.rack_powered,
        air_power=t.air_power * t.rack_powered,
        rack_flow=flows.rack,
        fws_flow=flows.fws,
        cdu_pump=flows.cdu_power,
        **loops | {"ehx_on": np.ones_like(x.fan)},
    )


@register_jitable
def loop_inputs(x: Machines, t: Targets, core: Array, air_flow: Array, pump_power: Array) -> LoopInputs:
    """Inputs of a loop. The network passes the exchanger only where the water that returns from the hall is warmer: heat is sold,
    never bought."""
    fan, through = np.maximum(x.fan, 0.0) * (t.fan_powered > 0.5), 1.0 + np.minimum(x.fan, 0.0)
    return LoopInputs(
        loop_pump=pump_power,
        air_flow=air_flow,
        air_fan=t.air_fan * (t.fan_powered > 0.5),
        heatpump_load=x.heatpump * (t.heatpump_powered > 0.5),
        sink_out=t.sink_out,
        dh_return=t.dh_return,
        dh_flow=where(core[nodes.PLANT_IN] > t.dh_return, t.dh_flow, 0.0),
        cooler_fan=fan,
        cooler_on=t.fans_able * x.economiser * through,
        chiller_load=np.minimum(x.chiller, t.chiller) * (t.chiller_powered > 0.5),
        tank_share=t.tank_share,
        tower_fan=fan,
        tower_cells=t.fans_able * through,
        tower_flow=t.tower_flow,
        ehx_on=1.0,
        dry_bulb=t.dry_bulb,
        wet_bulb=t.wet_bulb,
        pads_wet=x.pads,
        make_up=t.make_up,
    )
