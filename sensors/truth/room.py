"""The plant room: district exchanger, heat pump, dry coolers or tower, in the order the return water meets them."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from sensors.truth import control
from sensors.truth.racks import exchanger

STILL = 0.03  # air through a coil with its fans off, of full (assumption)
TOWER_STILL = 0.06
HP_PINCH = 3.0  # K, evaporating below and condensing above the water leaving (plate-and-shell, usual selection)
BASE_C, COLD_C = 16.0, -5.0  # heating limit and coldest day of the network (usual French design values)


class Network(NamedTuple):
    """A district network as the truth knows it; temperatures degC, `peak` W, nothing where there is none."""

    winter: float
    summer: float
    back: float
    peak: float
    summer_share: float


NO_NETWORK = Network(70.0, 70.0, 40.0, 0.0, 0.0)


@register_jitable
def network_heat(network, dry_bulb, t):
    """Heat [W] that the network asks for and its supply temperature [degC]: degree-hours with a daily curve of 10 %."""
    cold = min(max((BASE_C - dry_bulb) / (BASE_C - COLD_C), 0.0), 1.0)
    share = network.summer_share + (1 - network.summer_share) * cold
    heat = network.peak * share * (1 + 0.1 * np.cos(2 * np.pi * (t % 86_400 / 3600 - 7) / 12))
    return min(heat, network.peak), network.summer + cold * (network.winter - network.summer)


@register_jitable
def step_room(p, s, e, fws, heat, supply, network, air, dt):
    """Advance the plant room of one hall by the water that returns to it; the network asks it for `heat` [W] at `supply` [degC]."""
    c = fws * s.total_flow
    s.dh_stream, s.dh_return = heat / (supply - network.back), network.back
    dh_mid = _district(p, s, e, fws, c, dt)
    _heat_pump(p, s, e, fws, dh_mid, supply, c, dt)
    _rejection(p, s, e, fws, air, c, dt)


@register_jitable
def _district(p, s, e, fws, c, dt):
    """Temperature of the network's water behind the exchanger."""
    useful = s.back > s.dh_return + 0.5
    s.district_valve = control.approach(s.district_valve, 1.0 if useful else 0.0, dt, 30.0)
    stream = min(s.dh_stream, p.district_flow) * s.district_valve
    g = exchanger(p.district_ua * e.district_ua, c, stream) if useful else 0.0
    s.district_heat = g * (s.back - s.dh_return)
    mass = fws * p.district_store / dt
    s.district_out = (mass * s.district_out + c * s.back - s.district_heat) / (mass + c)
    return s.dh_return + s.district_heat / max(s.dh_stream, 1e-6)


@register_jitable
def _heat_pump(p, s, e, fws, dh_in, supply, c, dt):
    lift = max(supply - s.hp_out + 2 * HP_PINCH, 5.0)
    cop = max(p.hp_efficiency * e.hp_cop * (supply + HP_PINCH + 273.15) / lift, 1.2)
    cop = cop * (0.9 + 0.1 * s.hp_load)  # part load costs up to a tenth (screw compressors with slide valve)
    capacity = max(p.hp_source * e.hp_capacity, 1e-6)
    need = max(s.dh_stream * (supply - dh_in), 0.0) * (cop - 1) / cop
    room = max(c * (s.district_out - p.hp_floor), 0.0)
    control.heat_pump(p, s, min(need, room) / capacity if p.hp_source > 0 else 0.0, dt)
    s.source_heat = min(s.hp_load * capacity, room) if p.hp_source > 0 else 0.0
    s.hp_w = s.source_heat / (cop - 1)
    mass = fws * p.hp_store / dt
    s.hp_out = (mass * s.hp_out + c * s.district_out - s.source_heat) / (mass + c)
    s.dh_supply = dh_in + (s.source_heat + s.hp_w) / max(s.dh_stream, 1e-6)


@register_jitable
def _rejection(p, s, e, fws, air, c, dt):
    """Coolers or tower and their fans in parts that the controller keeps up with: water sent [degC], heat, fan and pump power [W], means."""
    parts = max(1, int(np.ceil(dt / control.CALM)))
    s.sent, s.rejected, s.fan_w, s.tower_pump_w = 0.0, 0.0, 0.0, 0.0
    for _ in range(parts):
        unit = _tower(p, s, e, fws, air, c, dt / parts) if p.tower_cells > 0 else _coolers(p, s, e, fws, air, c, dt / parts)
        sent, heat, fan_w, pump_w = unit
        control.fans(p, s, sent, dt / parts)
        s.sent, s.rejected = s.sent + sent / parts, s.rejected + heat / parts
        s.fan_w, s.tower_pump_w = s.fan_w + fan_w / parts, s.tower_pump_w + pump_w / parts


@register_jitable
def _coolers(p, s, e, fws, air, c, dt):
    fan, bypass = max(s.fan, 0.0), max(-s.fan, 0.0)
    through = c * (1 - bypass)
    moving = STILL + (1 - STILL) * fan * e.cooler_fans
    ua = p.cooler_ua * e.cooler_ua * (0.05 + 0.95 * moving**0.62)  # finned tubes, h ~ v ** 0.62 (Briggs and Young 1963: 0.68)
    g = exchanger(ua, through, p.cooler_air * moving)
    heat = g * (s.hp_out - air.dry_bulb - e.recirculation)
    mass = fws * p.cooler_store / dt
    s.cooler_out = (mass * s.cooler_out + through * s.hp_out - heat) / (mass + through)
    sent = (1 - bypass) * s.cooler_out + bypass * s.hp_out
    return sent, heat, p.cooler_fan * e.cooler_fans * fan**2.9, 0.0


@register_jitable
def _tower(p, s, e, fws, air, c, dt):
    """Tower loop with a mixed basin, solved implicitly; cells as a wet-bulb effectiveness with the enthalpy slope of saturated air."""
    control.tower_stages(p, s, dt)
    cells = s.cells / max(p.tower_cells, 1.0)
    share = s.tower_pumps / max(p.tower_pumps, 1.0)
    stream = max(fws * p.tower_flow * share, 1e-6)
    g = exchanger(p.exchanger_ua * s.exchangers * e.cooler_ua, c, stream)
    slope = np.exp(0.035 * ((s.basin + air.wet_bulb) / 2 - p.tower_rated_c))  # dh/dT of saturated air doubles in 20 K
    fan = TOWER_STILL + (1 - TOWER_STILL) * max(s.fan, 0.0) * e.cooler_fans
    ntu = -np.log1p(-min(p.tower_effect, 0.98)) * slope * fan**0.6 * cells / share**0.6
    out = stream * -np.expm1(-ntu) * (1 - max(-s.fan, 0.0))
    wet = air.wet_bulb + e.recirculation
    pump = p.tower_pump_w * share
    mass = fws * max(p.tower_store, 0.05) / dt
    keep = 1 - out / stream  # of the exchanged heat that stays in the basin
    s.basin = (mass * s.basin + keep * g * s.hp_out + out * wet + pump) / (mass + keep * g + out)
    heat = g * (s.hp_out - s.basin)
    hot = fws * p.cooler_store / dt
    s.cooler_out = (hot * s.cooler_out + c * s.hp_out - heat) / (hot + c)
    s.tower_flow, s.tower_return = stream / fws, s.basin + heat / stream
    return s.cooler_out, out * (s.basin + heat / stream - wet), p.tower_fan * cells * max(s.fan, 0.0) ** 2.9, pump
