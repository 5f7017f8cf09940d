"""Time and measurement update of all blocks of the filter in compiled code, loop by loop, on the records of the plant's own step."""
from __future__ import annotations

from collections import namedtuple

import numpy as np

from config.classes import CLASSES
from twin.estimate.blocks import (
    CORE,
    CORE_AT,
    CORE_METERS,
    CORE_SENSORS,
    DISTRICT_HEAT,
    HEATPUMP_HEAT,
    HEATS,
    PAIR_AT,
    REJECTION_HEAT,
)
from twin.estimate.compiled_blocks import moved, moved_pair, rescaled, room, scaled, surprise, updated
from twin.kernels import kernel, woven
from twin.plant import nodes

# The filter's arrays, in place: core_cov [L, M, M], core_more [L, M - N], main_var [L, 2], cdu_cov [C, 6, 6], cdu_more [C, 4], rack_cov [R, 3, 3],
# rack_more [R, 2]; scales of process variance core_scale [L], cdu_scale [C], rack_scale [R]; inlet [R], quiet, unbalanced [C],
# jumps_rack [R], jumps_cdu [C], asked, drawn [R]. twin.estimate.belief says what each is.
Blocks = namedtuple("Blocks", ["core_cov", "core_more", "main_var", "cdu_cov", "cdu_more", "rack_cov", "rack_more", "core_scale", "cdu_scale", "rack_scale",
                               "inlet", "quiet", "unbalanced", "jumps_rack", "jumps_cdu", "asked", "drawn"])
# Numbers of twin.estimate.noise and of instruments; compiled code would keep old ones
Law = namedtuple("Law", ["heat_w", "heat_s", "main_k_rt_s", "main_k", "cdu_k_rt_s", "rack_k_rt_s", "silent_k_rt_s", "silent_s", "balance_s",
                         "offset_rt_s", "model_rt_s", "meter_w", "sample_k", "gate", "scale_core", "scale_low", "scale_high", "scale_rate", "scale_doubted",
                         "largest", "cdu_offset", "pair_lag_s"])
# Sensors, flat as the measured columns: values, scatter (variance of a sample), fresh (measured in this step), ts_ms, and the values and times of the step before;
# by loop core_at [L, sensors], heat_at [L, meters], power_at [L], -1 where there is none; the first of CDUs and of racks
Heard = namedtuple("Heard", ["values", "scatter", "fresh", "ts_ms", "values_before", "ts_before", "core_at", "heat_at", "power_at", "cdu", "rack"])
# Temperatures a step ago: supply, back [C], leaving [R]
Before = namedtuple("Before", ["supply", "back", "leaving"])
# What became of the readings: innovation [measured] NaN where none was judged, refused [measured]; squared white innovations by block
Told = namedtuple("Told", ["innovation", "refused", "core", "cdu", "rack"])

N, OF_CDU, OF_RACK = nodes.N, len(CLASSES["cdu"].measured), len(CLASSES["rack"].measured)
SENSORS, METERS, KINDS_OF_HEAT = len(CORE_SENSORS), len(CORE_METERS), len(HEATS)
TCS_SUPPLY, TCS_RETURN, FWS_SUPPLY = (CLASSES["cdu"].column(c) for c in ("tcs_supply_c", "tcs_return_c", "fws_supply_c"))
RETURN = CLASSES["rack"].column("return_c")


@kernel()
def predicted(dt, plant, b, move, law):
    """Everything `dt` seconds later: means of the core by its unexplained heats, all covariances; the plant itself has stepped already."""
    keep, turned = np.exp(-dt / law.heat_s), np.empty((CORE, CORE))
    for loop in range(len(plant.core)):
        for n in range(N):
            for h in range(KINDS_OF_HEAT):
                plant.temps[loop, n] += move.heats[loop, n, h] * b.core_more[loop, h]
        _explain(plant.flows[loop], b.core_more[loop], law.heat_w)
        for h in range(KINDS_OF_HEAT):
            b.core_more[loop, h] *= keep
        _core_ahead(loop, b, move, turned)
        for end in range(2):
            b.main_var[loop, end] = move.main[loop] ** 2 * b.main_var[loop, end] + law.main_k_rt_s**2 * dt
        for c in range(plant.cdu_first[loop], plant.cdu_first[loop + 1]):
            _cdu_ahead(c, dt, b, move, law)
            for r in range(plant.rack_first[c], plant.rack_first[c + 1]):
                b.inlet[r] = plant.cdus[c].tcs_supply + b.cdu_more[c, 0]
                _rack_ahead(r, dt, b, move, law)


@woven
def _explain(flows, more, heat_w):
    """Heats as the filter sees them: what it had to add at a machine is what the machine gave or took beyond its law."""
    flows.district -= heat_w * more[DISTRICT_HEAT]
    flows.heatpump_source -= heat_w * more[HEATPUMP_HEAT]
    flows.cooler -= heat_w * more[REJECTION_HEAT]


@woven
def _core_ahead(loop, b, move, turned):
    """A P A' + B V B' + Q with A and B of the physics step; V doubts the contents of the mains. Nodes alone follow the block's scale."""
    cov, into = b.core_cov[loop], move.into[loop]
    moved(move.core[loop], cov, turned)
    for i in range(N):
        for j in range(i + 1):
            for d in range(2):
                cov[i, j] += into[i, d] * b.main_var[loop, d] * into[j, d]
            cov[j, i] = cov[i, j]
    for i in range(CORE):
        cov[i, i] += move.core_noise[loop, i] * (b.core_scale[loop] if i < N else 1.0)


@woven
def _cdu_ahead(c, dt, b, move, law):
    """What jumps in the load reaches the supply through the exchanger only."""
    cov = b.cdu_cov[c]
    moved_pair(move.cdu[c], cov)
    quiet, jump = law.cdu_k_rt_s**2 * dt, move.jump_cdu[c] ** 2 * b.jumps_cdu[c]
    unseen = law.silent_k_rt_s**2 * dt if b.quiet[c] > law.silent_s else 0.0
    cov[0, 0] += (quiet + 0.1 * jump) * b.cdu_scale[c] + unseen
    cov[1, 1] += (quiet + jump) * b.cdu_scale[c] + unseen
    for i in range(2):
        cov[2 + i, 2 + i] += law.model_rt_s**2 * dt
        cov[4 + i, 4 + i] += law.offset_rt_s**2 * dt
    b.quiet[c] += dt


@woven
def _rack_ahead(r, dt, b, move, law):
    cov, f = b.rack_cov[r], move.rack[r]
    for j in range(3):
        cov[0, j] *= f
    for i in range(3):
        cov[i, 0] *= f
    cov[0, 0] += (law.rack_k_rt_s**2 * dt + move.jump_rack[r] ** 2 * b.jumps_rack[r]) * b.rack_scale[r]
    cov[1, 1] += law.model_rt_s**2 * dt
    cov[2, 2] += law.offset_rt_s**2 * dt


@kernel()
def assimilated(dt, plant, before, b, into, heard, told, law):
    """Measurement update of every block, then heats as they follow from what moved. """
    core, pair, rack = room(CORE, SENSORS + METERS), room(6, 2), np.empty((2, 3))
    loops, units = len(plant.core), len(plant.cdus)
    arriving, more, back = np.empty(loops), b.core_more[:, :KINDS_OF_HEAT].copy(), np.empty(units)
    for loop in range(loops):
        arriving[loop] = plant.temps[loop, nodes.HALL_IN]
        _core(loop, plant, b, into[loop], heard, told, law, core)
        for h in range(KINDS_OF_HEAT):
            more[loop, h] = b.core_more[loop, h] - more[loop, h]
        _explain(plant.flows[loop], more[loop], law.heat_w)
        _metered(loop, plant, heard)
        for c in range(plant.cdu_first[loop], plant.cdu_first[loop + 1]):
            back[c] = plant.cdus[c].tcs_return
            _cdu(c, plant, b, heard, told, law, pair)
            for r in range(plant.rack_first[c], plant.rack_first[c + 1]):
                _rack(r, plant, b, heard, told, law, rack)
            _balance(c, dt, plant, before, b, plant.temps[loop, nodes.HALL_IN] - arriving[loop], back[c], law)


@woven
def _core(loop, plant, b, into, heard, told, law, r):
    temps, more, cov = plant.temps[loop], b.core_more[loop], b.core_cov[loop]
    for n in range(N):
        r.x[n] = temps[n]
    for n in range(CORE - N):
        r.x[N + n] = more[n]
    for i in range(SENSORS - 1):
        at = heard.core_at[loop, i]
        r.measured[i], r.var[i] = (heard.values[at], heard.scatter[at]) if at >= 0 and heard.fresh[at] else (np.nan, 1.0)
    r.measured[SENSORS - 1], r.var[SENSORS - 1] = _hall_inlet(loop, plant, cov, r.x, heard, told, law)
    _meters(loop, plant, more, heard, law, r)
    updated(cov, CORE_AT, law.gate, r)
    for i in range(SENSORS - 1):
        _tell(heard.core_at[loop, i], r.innovation[i], r.believed[i], told)
    for i in range(SENSORS + METERS):
        told.core[loop, i] = r.white[i] ** 2
    _mains(loop, plant, b, into, r.x, law)
    for n in range(N):
        temps[n] = r.x[n]
    for n in range(CORE - N):
        more[n] = r.x[N + n]
    b.core_scale[loop] = rescaled(b.core_scale[loop], r, law.scale_core, law)


@woven
def _tell(at, innovation, believed, told):
    if at >= 0 and np.isfinite(innovation):
        told.innovation[at], told.refused[at] = innovation, not believed


@woven
def _meters(loop, plant, more, heard, law, r):
    """What heat meters say of the unexplained heats, in units of law.heat_w, positive into the water."""
    for i in range(METERS):
        at, to = heard.heat_at[loop, i], SENSORS + i
        r.measured[to], r.var[to] = np.nan, 1.0
        if at >= 0 and heard.fresh[at]:
            taken, now, heat = heard.values[at], plant.flows[loop].district, DISTRICT_HEAT
            if i == 1:
                power = heard.power_at[loop]
                taken -= heard.values[power] if heard.fresh[power] else np.nan
                now, heat = plant.flows[loop].heatpump_source, HEATPUMP_HEAT
            r.measured[to] = more[heat] + (now - taken) / law.heat_w
            r.var[to] = (heard.scatter[at] + law.meter_w**2) / law.heat_w**2


@woven
def _metered(loop, plant, heard):
    """Electric power of the heat pump as measured where it is."""
    at = heard.power_at[loop]
    if at >= 0 and np.isfinite(heard.values[at]):
        plant.flows[loop].heatpump_power = heard.values[at]


@woven
def _mains(loop, plant, b, into, x, law):
    """Contents of the mains shift with their outlet as far as it is they that leave there."""
    for main in range(2):
        node = nodes.HALL_IN if main == 0 else nodes.PLANT_IN
        var = b.main_var[loop, main]
        shift = min(max(into[node, main], 0.0), 1.0) * (x[node] - plant.temps[loop, node])
        for cell in range(plant.mains.shape[2]):
            plant.mains[loop, main, cell] += shift
        seen = law.sample_k**2 / (var + law.sample_k**2) if shift != 0.0 else 1.0
        b.main_var[loop, main] = max(var * seen, law.main_k**2)


@woven
def _hall_inlet(loop, plant, cov, x, heard, told, law):
    """Facility water arriving at the CDUs: every unit measures the same water; the mean of a loop's believed sensors, and its scatter."""
    first, last = plant.cdu_first[loop], plant.cdu_first[loop + 1]
    total, scatter, n = 0.0, 0.0, 0
    wide = cov[nodes.HALL_IN, nodes.HALL_IN] + law.cdu_offset**2
    for c in range(first, last):
        at = heard.cdu + c * OF_CDU + FWS_SUPPLY
        if heard.fresh[at] and np.isfinite(heard.values[at]):
            off = heard.values[at] - x[nodes.HALL_IN]
            believed = off * off <= law.gate**2 * (wide + heard.scatter[at])
            _tell(at, off, believed, told)
            if believed:
                total, scatter, n = total + heard.values[at], scatter + heard.scatter[at], n + 1
    return (total / n, scatter / n**2) if n else (np.nan, 1.0)


@woven
def _cdu(c, plant, b, heard, told, law, r):
    cdu, first = plant.cdus[c], heard.cdu + c * OF_CDU
    spoke = False
    for i in range(2):
        at = first + (TCS_SUPPLY if i == 0 else TCS_RETURN)
        true, wider = _unlagged(at, heard, law)
        r.measured[i], r.var[i] = true, heard.scatter[at] * wider
        spoke |= np.isfinite(true)
        told.cdu[c, i] = np.nan
    if not spoke:
        return
    r.x[0], r.x[1] = cdu.tcs_supply, cdu.tcs_return
    for i in range(4):
        r.x[2 + i] = b.cdu_more[c, i]
    updated(b.cdu_cov[c], PAIR_AT, law.gate, r)
    _tell(first + TCS_SUPPLY, r.innovation[0], r.believed[0], told)
    _tell(first + TCS_RETURN, r.innovation[1], r.believed[1], told)
    cdu.tcs_supply, cdu.tcs_return = r.x[0], r.x[1]
    for i in range(4):
        b.cdu_more[c, i] = r.x[2 + i]
    for i in range(2):
        told.cdu[c, i] = r.white[i] ** 2
    b.quiet[c], b.cdu_scale[c] = 0.0, rescaled(b.cdu_scale[c], r, law.scale_low, law)


@woven
def _unlagged(at, heard, law):
    """What an element that lags now stands in, and how much its scatter's variance grows: twin.estimate.instruments.unlagged."""
    if not heard.fresh[at]:
        return np.nan, 1.0
    now, before = heard.values[at], heard.values_before[at]
    since = (heard.ts_ms[at] - max(heard.ts_before[at], 0)) / 1000.0
    if not np.isfinite(before) or since <= 0.0:
        return now, 1.0
    keep = np.exp(-max(since, 1e-9) / law.pair_lag_s)
    return (now - keep * before) / (1.0 - keep), (1.0 + keep**2) / (1.0 - keep) ** 2


@woven
def _rack(r, plant, b, heard, told, law, to):
    """One sensor that sees the sum of all three states: the general update written out. `to` [2, 3] is room."""
    at = heard.rack + r * OF_RACK + RETURN
    told.rack[r] = np.nan
    if heard.fresh[at] and np.isfinite(heard.values[at]):
        cov, more, rack, var = b.rack_cov[r], b.rack_more[r], plant.racks[r], heard.scatter[at]
        off, spread = heard.values[at] - (rack.leaving + more[0] + more[1]), var
        for i in range(3):
            to[0, i] = cov[i, 0] + cov[i, 1] + cov[i, 2]
            spread += to[0, i]
        believed = off * off <= law.gate**2 * spread
        told.innovation[at], told.refused[at] = off, not believed
        if believed:
            for i in range(3):
                to[1, i] = to[0, i] / spread
            rack.leaving += to[1, 0] * off
            more[0] += to[1, 1] * off
            more[1] += to[1, 2] * off
            _joseph_of_rack(cov, to[0], to[1], var)
            told.rack[r] = off * off / spread
        b.rack_scale[r] = scaled(b.rack_scale[r], surprise(off * off / spread, believed, b.rack_scale[r], law), law.scale_low, law)


@woven
def _joseph_of_rack(cov, to, gain, var):
    for i in range(3):
        for j in range(3):
            cov[i, j] -= gain[i] * to[j]
    for i in range(3):
        seen = gain[i] * var - (cov[i, 0] + cov[i, 1] + cov[i, 2])
        for j in range(3):
            cov[i, j] += seen * gain[j]
    for i in range(3):
        for j in range(i):
            cov[i, j] = cov[j, i] = 0.5 * (cov[i, j] + cov[j, i])


@woven
def _balance(c, dt, plant, before, b, arriving, back, law):
    """Heats after the update: what moved the coolant returning or the facility water arriving moved them too.

    The exchanger's heat is drawn to the energy balance of its coolant within minutes, so that a conductance that is wrong spoils it no longer.
    """
    cdu = plant.cdus[c]
    heat = cdu.heat + cdu.g * (cdu.tcs_return - back - arriving)
    kept = cdu.supply_capacity * (cdu.tcs_supply - before.supply[c]) + cdu.return_capacity * (cdu.tcs_return - before.back[c])
    given = 0.0
    for r in range(plant.rack_first[c], plant.rack_first[c + 1]):
        rack = plant.racks[r]
        kept += rack.manifold * (rack.leaving - before.leaving[r])
        given += rack.liquid
    away = given + cdu.pump - kept / dt - heat
    b.unbalanced[c] = away + np.exp(-dt / law.balance_s) * (b.unbalanced[c] - away)
    cdu.heat = heat + b.unbalanced[c]


@kernel()
def averaged(keep, over_s, believed, values, before, mean, rate):
    """Averages of what is believed, and how fast it moves: `keep` of what was before, over `over_s` seconds."""
    for i in range(len(mean)):
        new = values[i] if believed[i] else np.nan
        was = before[i] if np.isfinite(before[i]) else new
        mean[i] = new + keep * (was - new)
        rate[i] = (new - mean[i]) / over_s
