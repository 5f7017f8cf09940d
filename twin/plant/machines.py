"""Pumps, valves, fans and controllers of the plant: their parameters, state and what they are asked for.

Axes as in twin.plant.types; any leading batch axes on state and targets.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from config.site import Site
from twin.physics import hydraulics as h
from twin.plant.design import AIR_COIL_RISE, Design
from twin.plant.types import Parameters

Array = np.ndarray
PUMP_EFFICIENCY = 0.6  # wire to water of a CDU pump, from its power to the head it must make (assumption, 0.55 .. 0.65)


@dataclass(frozen=True, slots=True)
class Machinery:
    """Hydraulic parameters. Resistances Pa s2/m6, conductances m3/(s Pa^0.5)."""

    rack: Array  # [R] conductance of each rack's branch
    cdu_inside: Array  # [C] resistance of exchanger, filter and hoses, coolant side
    cdu_head: Array  # [C] Pa rated
    cdu_flow: Array  # [C] m3/s rated, one pump
    cdu_power: Array  # [C] W rated, one pump
    cdu_pumps: Array  # [C] installed
    cdu_needed: Array  # [C] running
    cdu_dp: Array  # [C] Pa set point across the racks
    branch: Array  # [C] resistance of a CDU's facility side without its valve
    valve: Array  # [C] resistance of its valve, open
    valve_gain: Array  # [C] of its stroke per K
    valve_reset: Array  # [C] s
    valve_rate: Array  # [C] strokes per s
    air: Array  # [L] conductance of the fan-coil branch
    main: Array  # [L] resistance of mains and plant room
    loop_head: Array  # [L] Pa rated
    loop_flow: Array  # [L] m3/s rated, one pump
    loop_power: Array  # [L] W rated, one pump
    loop_pumps: Array  # [L] installed
    loop_needed: Array  # [L] running at the design point
    loop_dp: Array  # [L] Pa set point across the hall
    fan_gain: Array  # [L] of the fans' speed per K
    fan_reset: Array  # [L] s
    heatpump_rate: Array  # [L] of full load per s
    heatpump_least: Array  # [L] degC of the water it leaves, below which it takes less; NaN: the facility set point


@dataclass(frozen=True, slots=True)
class Machines:
    """State of controllers and actuators; positions and speeds are relative, 0 .. 1."""

    valve: Array  # [..., C]
    valve_i: Array  # [..., C] integral
    cdu_speed: Array  # [..., C]
    cdu_speed_i: Array  # [..., C]
    pump_speed: Array  # [..., L]
    pump_speed_i: Array  # [..., L]
    pumps_on: Array  # [..., L]
    pumps_timer: Array  # [..., L] s
    pumps_since: Array  # [..., L] s
    fan: Array  # [..., L] speed; below 0 the share of the water that passes coolers or cells by
    fan_i: Array  # [..., L]
    heatpump: Array  # [..., L] load
    chiller: Array  # [..., L] load
    chiller_i: Array  # [..., L] integral
    pads: Array  # [..., L] 1 where the pads of the coolers are wet
    economiser: Array  # [..., L] 1 where the water passes the coolers, 0 where it passes them by
    throttle: Array  # [..., R, K] share of the asked power a GPU takes
    off: Array  # [..., R, K] 1 where a GPU has shut itself down
    boot_s: Array  # [..., R] s until the GPUs of a rack that lost its power are at work again, 0 where they are


@dataclass(frozen=True, slots=True)
class Targets:
    """What is asked of the plant, what the world does to it, and what is broken."""

    gpu_power: Array  # [..., R, K] W asked
    other_power: Array  # [..., R] W
    air_power: Array  # [..., R] W
    air_fan: Array  # [..., L] W
    dry_bulb: Array  # [..., L] degC
    wet_bulb: Array  # [..., L] degC
    fws_supply: Array  # [..., L] degC set point
    tcs_supply: Array  # [..., C] degC set point
    loop_dp: Array  # [..., L] Pa set point
    cdu_dp: Array  # [..., C] Pa set point
    heatpump: Array  # [..., L] load wanted
    sink_out: Array  # [..., L] degC
    dh_return: Array  # [..., L] degC
    dh_flow: Array  # [..., L] m3/s
    rack_powered: Array  # [..., R] 0 .. 1
    cdu_powered: Array  # [..., C]
    loop_powered: Array  # [..., L] facility pumps
    fan_powered: Array  # [..., L]
    heatpump_powered: Array  # [..., L]
    chiller_powered: Array  # [..., L]
    cdu_pumps: Array  # [..., C] able to run
    loop_pumps: Array  # [..., L] able to run
    pumps_least: Array  # [..., L] of them kept running, and
    pumps_most: Array  # [..., L] run at once, whatever their speed asks for
    fans_able: Array  # [..., L] share of coolers and towers able to run
    cdu_head: Array  # [..., C] head factor, 1 new
    filter: Array  # [..., C] resistance factor of the coolant side, 1 clean
    valve_stuck: Array  # [..., C] position, NaN where it moves
    cdu_speed_manual: Array  # [..., C] speed of its pumps set by hand, NaN in automatic
    pump_speed_manual: Array  # [..., L] likewise of the facility pumps
    fan_manual: Array  # [..., L] likewise of the fans
    chiller: Array  # [..., L] share of the trim chillers able to run
    make_up: Array  # [..., L] m3/s of fresh water into the facility loop
    tower_flow: Array  # [..., L] m3/s
    tank_share: Array  # [..., L]


def machinery(site: Site, p: Parameters, d: Design) -> Machinery:
    """Hydraulic parameters from datasheets: each resistance takes its rated drop at its rated flow."""
    halls = site.model.halls

    def racks(of) -> Array:
        return np.concatenate([np.full(x.racks.count, float(of(site.sheets[x.racks.equipment]))) for x in halls])

    def cdus(of) -> Array:
        return np.concatenate([np.full(x.cdus.count, float(of(site.sheets[x.cdus.equipment], x))) for x in halls])

    def loops(of) -> Array:
        return np.array([float(of(site.sheets[x.pumps.equipment], x)) for x in halls])

    head = cdus(lambda s, _: max(PUMP_EFFICIENCY * s.pump_kw * 1e3 / (s.tcs_flow_lpm / 6e4), 1.2e3 * s.tcs_dp_kpa))
    set_dp = loops(lambda _, x: x.set_points.fws_dp_kpa * 1e3)
    flow = p.wiring.cdus_to_loops(p.cdus.rated_fws)
    hall_dp = set_dp[p.wiring.cdu_loop]
    branch = np.minimum(cdus(lambda s, _: s.fws_dp_kpa * 1e3), 0.7 * hall_dp)
    loop_head = loops(lambda s, _: s.head_kpa * 1e3)
    loop_rated = loops(lambda s, x: s.flow_lpm / 6e4 * x.pumps.needed)
    air = p.wiring.racks_to_loops(d.air) / (4.14e6 * AIR_COIL_RISE)
    needed = cdus(lambda s, _: s.pumps_needed)
    return Machinery(
        rack=p.leaves.rated_flow / np.sqrt(racks(lambda s: s.dp_kpa * 1e3)),
        cdu_inside=h.resistance(head - cdus(lambda s, _: s.tcs_dp_kpa * 1e3), p.cdus.rated_tcs),
        cdu_head=head,
        cdu_flow=p.cdus.rated_tcs / needed,
        cdu_power=p.cdus.pump_power / needed,
        cdu_pumps=cdus(lambda s, _: s.pumps),
        cdu_needed=needed,
        cdu_dp=p.wiring.racks_to_cdus(p.leaves.rated_flow) ** 2
        / p.wiring.racks_to_cdus(p.leaves.rated_flow / np.sqrt(racks(lambda s: s.dp_kpa * 1e3))) ** 2,
        branch=h.resistance(branch, p.cdus.rated_fws),
        valve=h.resistance(hall_dp - branch, p.cdus.rated_fws),
        valve_gain=cdus(lambda _, x: x.controls.valve_per_k),
        valve_reset=cdus(lambda _, x: x.controls.valve_reset_s),
        valve_rate=cdus(lambda _, x: 1.0 / x.controls.valve_stroke_s),
        air=air / np.sqrt(set_dp),
        main=h.resistance(np.maximum(loop_head - set_dp, 0.1 * loop_head), np.maximum(loop_rated, flow)),
        loop_head=loop_head,
        loop_flow=loops(lambda s, _: s.flow_lpm / 6e4),
        loop_power=p.core.pump_power / loops(lambda _, x: x.pumps.needed),
        loop_pumps=loops(lambda _, x: x.pumps.count),
        loop_needed=loops(lambda _, x: x.pumps.needed),
        loop_dp=set_dp,
        fan_gain=loops(lambda _, x: x.controls.fans_per_k),
        fan_reset=loops(lambda _, x: x.controls.fans_reset_s),
        heatpump_rate=loops(lambda _, x: 1.0 / x.controls.heat_pump_s),
        heatpump_least=loops(lambda _, x: np.nan if x.controls.heat_pump_least_c is None else x.controls.heat_pump_least_c),
    )


def at_rest(m: Machinery, shape: tuple[int, ...]) -> Machines:
    """Controllers somewhere in the middle, units as designed, no GPU throttled; `shape` is (R, K)."""
    c, loops = m.cdu_head.shape, m.loop_head.shape

    def full(like: tuple[int, ...], value: float) -> Array:
        return np.full(like, value)

    return Machines(full(c, 0.6), full(c, 0.6), full(c, 0.8), full(c, 0.8), full(loops, 0.8), full(loops, 0.8), m.loop_needed.copy(),
                    full(loops, 0.0), full(loops, 1e6), full(loops, 0.3), full(loops, 0.3), full(loops, 0.0), full(loops, 0.0), full(loops, 0.0),
                    full(loops, 0.0), full(loops, 1.0), np.ones(shape), np.zeros(shape), np.zeros(shape[0]))
