"""What happens in one part of a step, in its order: controllers and flows, water, vessels, electricity. Compiled as a whole by `sensors.truth.compiled`.

`p`, `s`, `e` are the plant's parameters, state and effects of faults, with a table of each kind of asset.
"""
from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from sensors.truth import control, electric, plug
from sensors.truth.hydraulics import pump_power, pumped_flow, viscosity_flow
from sensors.truth.racks import step_tcs
from sensors.truth.room import network_heat, step_room

MIXING = 2e-4  # 1/s, exchange of neighbouring tank layers without an inversion
TURNOVER = 0.05  # 1/s, exchange where colder water lies above warmer
VESSEL = 0.03  # m3, expansion vessel of a CDU (assumption)


@register_jitable
def flows(p, s, e, dt):
    """Controllers, then the flows they make and the power of the pumps that make them."""
    branches = np.zeros(len(s.cdu))
    for r in range(len(s.rack)):
        s.rack[r].rack_flow = p.rack[r].admittance * e.rack[r].rack_flow * viscosity_flow(s.rack[r].rack_in)
        branches[p.rack_cdu[r]] += s.rack[r].rack_flow
    opened = np.zeros(len(s.hall))
    for i in range(len(s.cdu)):
        opened[p.cdu_hall[i]] += _cdu(p.cdu[i], s.cdu[i], e.cdu[i], branches[i], dt)
    for r in range(len(s.rack)):
        s.rack[r].rack_flow *= np.sqrt(s.cdu[p.rack_cdu[r]].cdu_dp)
    for h in range(len(s.hall)):
        _loop(p.hall[h], s.hall[h], e.hall[h], opened[h], dt)
    for i in range(len(s.cdu)):
        s.cdu[i].fws_flow *= np.sqrt(s.hall[p.cdu_hall[i]].loop_dp)


@register_jitable
def _cdu(p, s, e, branches, dt):
    """Flow of one CDU through the admittance of its racks' `branches`; admittance of its valve, for now its flow of facility water at 1 Pa."""
    control.cdu_valve(p, s, e, dt)
    control.cdu_pumps(p, s, e, dt)
    s.cdu_flow, s.cdu_dp = pumped_flow(s.cdu_speed, s.cdu_share, p.head * e.cdu_head, p.tcs_rated, branches, p.inner * e.cdu_inner)
    s.cdu_w = pump_power(s.cdu_speed, s.cdu_share, s.cdu_flow, p.tcs_rated, p.pump_w)
    s.fws_flow = p.valve * 30.0 ** (s.valve - 1.0)  # equal percentage, rangeability 30 (IEC 60534-2-4)
    return s.fws_flow


@register_jitable
def _loop(p, s, e, opened, dt):
    """Flow of one facility loop through the admittance `opened` of its CDUs' valves and its fan coils."""
    control.coils(p, s, dt)
    control.facility_pumps(p, s, e, dt)
    coil, rated = p.coil_flow * s.coil_speed, max(p.needed * p.pump_flow, 1e-9)
    s.loop_flow, s.loop_dp = pumped_flow(s.pump_speed, s.pumps_running / p.needed, p.pump_head * e.pump_head, rated, opened + coil, p.resistance)
    s.coil_flow = coil * np.sqrt(s.loop_dp)
    s.loop_w = pump_power(s.pump_speed, s.pumps_running, s.loop_flow, p.pump_flow, p.pump_w) * e.pump_power
    s.coil_w = p.coil_fan * s.coil_speed**2.5


@register_jitable
def water(p, s, e, load, air, network, joints, t, dt):
    """Everything that water carries; what dies and plates hold after it [J], and what the mains lost [J]."""
    halls = len(s.hall)
    total, warm, hot, able = np.zeros(halls), np.zeros(halls), np.zeros(halls), 0.0
    for i in range(len(s.cdu)):
        total[p.cdu_hall[i]] += s.cdu[i].fws_flow
    for h in range(halls):
        s.hall[h].total_flow = total[h] + s.hall[h].coil_flow
        able += p.hall[h].hp_source + p.hall[h].district_flow
    moved = s.hall["total_flow"] * dt
    out = plug.outlet(s.water, np.concatenate((moved, moved, moved)))
    for h in range(halls):
        s.hall[h].arrive, s.hall[h].back = out[h], out[halls + h]
    metal = step_tcs(p, s, e, load, joints, dt)
    for r in range(len(s.rack)):
        warm[p.rack_hall[r]] += load.air[r]
    for i in range(len(s.cdu)):
        hot[p.cdu_hall[i]] += s.cdu[i].fws_flow * s.cdu[i].fws_out
    heat, supply = network_heat(network, air.dry_bulb, t)
    for h in range(halls):
        coil_out = _air(p.hall[h], s.hall[h], p.fws_volumetric, warm[h], dt)
        share = (p.hall[h].hp_source + p.hall[h].district_flow) / max(able, 1e-9)
        step_room(p.hall[h], s.hall[h], e.hall[h], p.fws_volumetric, share * heat, supply, network, air, dt)
        _header(p.hall[h], s.hall[h], p.fws_volumetric, out[2 * halls + h], hot[h], coil_out, dt)
    return metal, _mains(p, s, e, air, moved, dt)


@register_jitable
def _air(p, s, fws, load, dt):
    """Hall air against the coils; the water's outlet temperature [degC]."""
    stream = fws * s.coil_flow
    g = -stream * np.expm1(-p.coil_ua * s.coil_speed**0.6 / max(stream, 1e-6)) if stream > 1e-6 else 0.0
    mass = p.air_capacity / dt
    s.air = (mass * s.air + g * s.arrive + load + s.coil_w) / (mass + g)
    return s.arrive + g * (s.air - s.arrive) / max(stream, 1e-6)


@register_jitable
def _header(p, s, fws, low, hot, coil_out, dt):
    """What the header sends and what comes back to the plant room, mixed; `low` [degC] leaves the tank, `hot` is flow times temperature of the CDUs."""
    s.drawn = low if p.tank > 0 else s.sent
    s.mixed = (hot + s.coil_flow * coil_out) / s.total_flow if s.total_flow > 1e-12 else s.back
    c, mass = fws * s.total_flow, fws * p.header / dt
    s.header = (mass * s.header + c * s.drawn + s.loop_w) / (mass + c)


@register_jitable
def _mains(p, s, e, air, moved, dt):
    """Push what comes out of one part into the next; heat lost on the way [J]."""
    halls = len(moved)
    inlet, around, mixing = np.empty(3 * halls), np.empty(3 * halls), np.empty(halls)
    for h in range(halls):
        inlet[h], inlet[halls + h], inlet[2 * halls + h] = s.hall[h].header, s.hall[h].mixed, s.hall[h].sent
        around[h], around[halls + h], around[2 * halls + h] = s.hall[h].air, s.hall[h].air, air.dry_bulb
        mixing[h] = min(0.45, (MIXING + e.hall[h].tank_mixing) * dt)
    plug.push(s.water, np.concatenate((moved, moved, moved)), inlet)
    plug.settle(s.water.cells[2 * halls :], min(0.45, TURNOVER * dt), mixing)
    return plug.lose(s.water, around, dt)


@register_jitable
def levels(p, s, e, dt):
    """Expansion vessels fall by what leaks. What a facility loop loses is made up by hand."""
    leaking = np.zeros(len(s.cdu))
    for r in range(len(s.rack)):
        leaking[p.rack_cdu[r]] += e.rack[r].leak
        s.rack[r].leaked += e.rack[r].leak * dt * 1e3
    for i in range(len(s.cdu)):
        s.cdu[i].level = control.clamp(s.cdu[i].level - leaking[i] * dt / VESSEL, 0.0, 1.0)
    for h in range(len(s.hall)):
        s.hall[h].lost += e.hall[h].loop_leak * dt


@register_jitable
def electricity(p, s, e, w, dt):
    """Loads on their feeds `w`, and what those take from where."""
    feeds = len(s.feed)
    protected, direct, alive = np.full(feeds, p.base_w / feeds), np.zeros(feeds), np.zeros(feeds)
    for i in range(feeds):
        alive[i] = electric.alive(s.feed[i], e.feed[i])
    for h in range(len(s.hall)):
        s.hall[h].pump_w, s.hall[h].outdoor_w = s.hall[h].loop_w + s.hall[h].coil_w, s.hall[h].fan_w + s.hall[h].tower_pump_w
    electric.carried(s.rack["rack_w"], w.rack, alive, protected)
    electric.carried(s.cdu["cdu_w"], w.cdu, alive, protected)
    electric.carried(s.hall["pump_w"], w.pump, alive, protected)
    electric.by_bank(s.hall["outdoor_w"], w.outdoor_hall, w.outdoor, direct)
    electric.by_bank(s.hall["hp_w"], w.heat_pump_hall, w.heat_pump, direct)
    for i in range(feeds):
        dead = e.feed[i].feed_open > 0.5 and s.feed[i].genset_w <= 0
        electric.step_feed(p.feed[i], s.feed[i], e.feed[i], protected[i], 0.0 if dead else direct[i], dt)


@register_jitable
def balance(p, s, metal, lost, dt):
    """Heat above 0 degC of everything that stores it [J], `metal` of it in dies and plates; heat that left [J], `lost` of it from mains; power that came [W]."""
    tcs, fws = p.tcs_volumetric, p.fws_volumetric
    held, left, came = metal + plug.stored(s.water), lost, 0.0
    for r in range(len(s.rack)):
        held += tcs * (p.rack[r].inlet * s.rack[r].rack_in + p.rack[r].outlet * s.rack[r].rack_out)
        came += s.rack[r].rack_w
    for i in range(len(s.cdu)):
        held += p.cdu[i].half * (0.5 * tcs * (s.cdu[i].tcs_return + s.cdu[i].tcs_supply) + fws * s.cdu[i].fws_out)
        came += s.cdu[i].cdu_w
    for h in range(len(s.hall)):
        k, x = p.hall[h], s.hall[h]
        held += k.air_capacity * x.air + fws * (k.header * x.header + k.district_store * x.district_out + k.hp_store * x.hp_out
                                                + k.cooler_store * x.cooler_out + k.tower_store * x.basin)
        left += (x.district_heat + x.source_heat + x.rejected) * dt
        came += x.loop_w + x.coil_w + x.tower_pump_w
    return held, left, came
