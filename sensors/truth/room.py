"""The plant room: district exchanger, heat pump, dry coolers or tower, in the order the return water meets them."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from config.model import Network
from sensors.truth import control
from sensors.truth.effects import Effects
from sensors.truth.parameters import Parameters
from sensors.truth.racks import exchanger
from sensors.truth.state import State
from sensors.weather import Weather

STILL = 0.03  # air through a coil with its fans off, of full (assumption)
TOWER_STILL = 0.06
HP_PINCH = 3.0  # K, evaporating below and condensing above the water leaving (plate-and-shell, usual selection)
BASE_C, COLD_C = 16.0, -5.0  # heating limit and coldest day of the network (usual French design values)


@dataclass(frozen=True)
class Demand:
    """What the district network asks of each hall: capacity flow [W/K], temperatures [degC]."""

    stream: np.ndarray
    supply: float
    back: float


@dataclass(frozen=True)
class Outside:
    """Heat that left the water [W], electric power taken [W], by hall."""

    district: np.ndarray
    source: np.ndarray
    hp_w: np.ndarray
    outdoors: np.ndarray
    fan_w: np.ndarray
    tower_pump_w: np.ndarray


def network_demand(p: Parameters, network: Network | None, weather: Weather, t: float) -> Demand:
    """Degree-hour demand with a daily curve of 10 %, shared among halls by their heat pumps and exchangers."""
    halls = len(p.hall.rated)
    if network is None:
        return Demand(np.zeros(halls), 70.0, 40.0)
    cold = float(np.clip((BASE_C - weather.dry_bulb) / (BASE_C - COLD_C), 0.0, 1.0))
    supply = network.supply_summer_c + cold * (network.supply_winter_c - network.supply_summer_c)
    share = network.summer_share + (1 - network.summer_share) * cold
    heat = network.peak_kw * 1e3 * share * (1 + 0.1 * np.cos(2 * np.pi * (t % 86_400 / 3600 - 7) / 12))
    able = p.hall.hp_source + p.hall.district_flow
    part = able / able.sum() if able.sum() > 0 else np.zeros(halls)
    return Demand(part * min(heat, network.peak_kw * 1e3) / (supply - network.return_c), supply, network.return_c)


def step_room(p: Parameters, s: State, e: Effects, demand: Demand, weather: Weather, back: np.ndarray, flow: np.ndarray,
              dt: float) -> tuple[np.ndarray, Outside]:
    """Advance the plant room; `back` [degC] returns from the hall with `flow` [m3/s]. Water sent to the tank [degC] and what left."""
    c = p.fws_volumetric * flow
    heat_x, dh_mid = _district(p, s, e, demand, back, c, dt)
    source, hp_w, dh_out = _heat_pump(p, s, e, demand, dh_mid, c, dt)
    sent, rejected, fan_w, pump_w = _rejection(p, s, e, weather, c, dt)
    s.flows |= {"dh_stream": demand.stream, "dh_supply": dh_out, "dh_return": np.full_like(dh_out, demand.back), "room_in": back,
                "district_heat": heat_x, "source_heat": source, "hp_w": hp_w, "sent": sent, "rejected": rejected}
    return sent, Outside(heat_x, source, hp_w, rejected, fan_w, pump_w)


def _district(p: Parameters, s: State, e: Effects, demand: Demand, back: np.ndarray, c: np.ndarray,
              dt: float) -> tuple[np.ndarray, np.ndarray]:
    useful = back > demand.back + 0.5
    s.district_valve = control.approach(s.district_valve, np.where(useful, 1.0, 0.0), dt, 30.0)
    stream = np.minimum(demand.stream, p.hall.district_flow) * s.district_valve
    g = np.where(useful, exchanger(p.hall.district_ua * e.district_ua, c, stream), 0.0)
    heat = g * (back - demand.back)
    mass = p.fws_volumetric * p.hall.district_store / dt
    s.district_out = (mass * s.district_out + c * back - heat) / (mass + c)
    return heat, demand.back + heat / np.maximum(demand.stream, 1e-6)


def _heat_pump(p: Parameters, s: State, e: Effects, demand: Demand, dh_in: np.ndarray, c: np.ndarray,
               dt: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    lift = np.maximum(demand.supply - s.hp_out + 2 * HP_PINCH, 5.0)
    cop = np.maximum(p.hall.hp_efficiency * e.hp_cop * (demand.supply + HP_PINCH + 273.15) / lift, 1.2)
    cop = cop * (0.9 + 0.1 * s.hp_load)  # part load costs up to a tenth (screw compressors with slide valve)
    capacity = np.maximum(p.hall.hp_source * e.hp_capacity, 1e-6)
    need = np.maximum(demand.stream * (demand.supply - dh_in), 0.0) * (cop - 1) / cop
    room = np.maximum(c * (s.district_out - p.hall.hp_floor), 0.0)
    control.heat_pump(p, s, np.where(p.hall.hp_source > 0, np.minimum(need, room) / capacity, 0.0), dt)
    source = np.minimum(s.hp_load * capacity * (p.hall.hp_source > 0), room)
    power = source / (cop - 1)
    mass = p.fws_volumetric * p.hall.hp_store / dt
    s.hp_out = (mass * s.hp_out + c * s.district_out - source) / (mass + c)
    return source, power, dh_in + (source + power) / np.maximum(demand.stream, 1e-6)


def _rejection(p: Parameters, s: State, e: Effects, weather: Weather, c: np.ndarray, dt: float) -> np.ndarray:
    """Coolers or tower and their fans in parts that the controller keeps up with: water sent [degC], heat, fan and pump power [W], means."""
    unit = _tower if p.hall.tower_cells.any() else _coolers
    parts = max(1, int(np.ceil(dt / control.CALM)))
    total = 0.0
    for _ in range(parts):
        found = unit(p, s, e, weather, c, dt / parts)
        control.fans(p, s, found[0], dt / parts)
        total = total + np.array(found)
    return total / parts


def _coolers(p: Parameters, s: State, e: Effects, weather: Weather, c: np.ndarray, dt: float) -> tuple[np.ndarray, ...]:
    fan, bypass = np.maximum(s.fan, 0.0), np.maximum(-s.fan, 0.0)
    through = c * (1 - bypass)
    moving = STILL + (1 - STILL) * fan * e.cooler_fans
    ua = p.hall.cooler_ua * e.cooler_ua * (0.05 + 0.95 * moving**0.62)  # finned tubes, h ~ v ** 0.62 (Briggs and Young 1963: 0.68)
    g = exchanger(ua, through, p.hall.cooler_air * moving)
    heat = g * (s.hp_out - weather.dry_bulb - e.recirculation)
    mass = p.fws_volumetric * p.hall.cooler_store / dt
    s.cooler_out = (mass * s.cooler_out + through * s.hp_out - heat) / (mass + through)
    sent = (1 - bypass) * s.cooler_out + bypass * s.hp_out
    return sent, heat, p.hall.cooler_fan * e.cooler_fans * fan**2.9, np.zeros_like(heat)


def _tower(p: Parameters, s: State, e: Effects, weather: Weather, c: np.ndarray, dt: float) -> tuple[np.ndarray, ...]:
    """Tower loop with a mixed basin, solved implicitly; cells as a wet-bulb effectiveness with the enthalpy slope of saturated air."""
    control.tower_stages(p, s, dt)
    cells = s.cells / np.maximum(p.hall.tower_cells, 1.0)
    share = s.tower_pumps / np.maximum(p.hall.tower_pumps, 1.0)
    stream = np.maximum(p.fws_volumetric * p.hall.tower_flow * share, 1e-6)
    g = exchanger(p.hall.exchanger_ua * s.exchangers * e.cooler_ua, c, stream)
    slope = np.exp(0.035 * ((s.basin + weather.wet_bulb) / 2 - p.hall.tower_rated_c))  # dh/dT of saturated air doubles in 20 K
    fan = TOWER_STILL + (1 - TOWER_STILL) * np.maximum(s.fan, 0.0) * e.cooler_fans
    ntu = -np.log1p(-np.minimum(p.hall.tower_effect, 0.98)) * slope * fan**0.6 * cells / share**0.6
    out = stream * -np.expm1(-ntu) * (1 - np.maximum(-s.fan, 0.0))
    wet = weather.wet_bulb + e.recirculation
    pump = p.hall.tower_pump_w * share * np.ones_like(out)
    mass = p.fws_volumetric * np.maximum(p.hall.tower_store, 0.05) / dt
    keep = 1 - out / stream  # of the exchanged heat that stays in the basin
    s.basin = (mass * s.basin + keep * g * s.hp_out + out * wet + pump) / (mass + keep * g + out)
    heat = g * (s.hp_out - s.basin)
    rejected = out * (s.basin + heat / stream - wet)
    hot = p.fws_volumetric * p.hall.cooler_store / dt
    s.cooler_out = (hot * s.cooler_out + c * s.hp_out - heat) / (hot + c)
    s.flows |= {"tower_flow": stream / p.fws_volumetric, "tower_return": s.basin + heat / stream}
    return s.cooler_out, rejected, p.hall.tower_fan * cells * np.maximum(s.fan, 0.0) ** 2.9, pump
