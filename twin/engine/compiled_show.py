"""What the twin shows of racks and CDUs, and how sure it is of it, in compiled code: values and one standard deviation, flat as the shown columns.

What a value follows from and what its doubt is made of stand together. Numbers of instruments and of twin.estimate.noise are arguments:
compiled code would keep old ones.
"""
from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from config.classes import CLASSES
from twin.kernels import FAST, inner, woven
from twin.physics.films import film_ua
from twin.physics.water import VOLUMETRIC, capacity_flow
from twin.plant import nodes
from twin.plant.leaves import carried

# Plant and inputs after the step (records of twin.plant.live), filter's arrays, Gpus, [R] relative variance of GPUs' powers, and what was learned
Seen = namedtuple("Seen", ["plant", "inputs", "b", "gpus", "power_var", "learned"])
# [R] share_var, share_meter of twin.estimate.shares; of CDUs [C] doubts ua_std, tcs_meter, fws_meter, tcs_pair, fws_pair; means and rates, flat as
# the measured columns
Learned = namedtuple("Learned", ["share_var", "share_meter", "ua_std", "tcs_meter", "fws_meter", "tcs_pair", "fws_pair", "mean", "rate"])
# Gains and scatters of rack and CDU meters; of weather and silent GPUs
Doubts = namedtuple("Doubts", ["rack_flow", "cdu_gain", "cdu_scatter", "dry_bulb", "silent_var", "heat_w"])
Out = namedtuple("Out", ["values", "std"])

LIQUID = 0.008  # of a rack's heat: its meter (IEC 62053-22) and the share that its air takes
AIR = 0.06  # of that share itself
LEVEL_K = 0.02  # of a node: its water is not mixed as one temperature
HOTTEST_K = 0.4  # the hottest of many estimates is rarely the hottest GPU
INLET_K = 0.02  # coolant in the rack's own supply manifold behind that of the unit
CHANGING = 0.6  # of the difference between heat given and heat carried off while a load moves
TREND_K_S = 5e-4  # a supply that warms more slowly than 2 K/h is taken as steady
LONGEST_S = 86_400.0
TREND_DOUBT = 0.3  # of a rate over the last minute

_rack, _cdu = CLASSES["rack"], CLASSES["cdu"]
R_WIDTH, C_WIDTH, C_MEASURED = len(_rack.columns), len(_cdu.columns), len(_cdu.measured)
R_SUPPLY, R_RETURN, R_FLOW, R_POWER, R_LIQUID, R_AIR, R_MAX, R_MEAN, R_MARGIN, R_THROTTLE = (_rack.column(c) for c in (
    "supply_c", "return_c", "flow_lpm", "power_kw", "liquid_kw", "air_kw", "gpu_max_c", "gpu_mean_c", "gpu_margin_k", "throttle_s"))
C_SUPPLY, C_RETURN, C_FLOW, C_FWS_SUPPLY, C_FWS_RETURN, C_FWS_FLOW, C_POWER, C_HEAT, C_APPROACH, C_PINCH, C_UA, C_BALANCE = (_cdu.column(c) for c in (
    "tcs_supply_c", "tcs_return_c", "tcs_flow_lpm", "fws_supply_c", "fws_return_c", "fws_flow_lpm", "power_kw", "heat_kw", "approach_k", "pinch_k", "ua_kw_k",
    "balance_kw"))


@woven
def both(a, b):
    """Standard deviation of the sum of two independent doubts; the library's hypot guards against what no sensor shows, at five times the cost."""
    return math.sqrt(a * a + b * b)


@woven
def put(out, at, value, std):
    out.values[at], out.std[at] = value, std


@woven
def pair_std(cov, i):
    """Supply (0) or return (1) of a CDU: as the model moves it, and what the model is off for good."""
    return math.sqrt(max(cov[i, i] + cov[2 + i, 2 + i] + 2.0 * cov[i, 2 + i], 0.0))


@woven
def show_cdu(c, loop, core, at, mean_at, seen, d, out):
    """A CDU; returns the standard deviation of its heat [W]."""
    plant, b, cdu, more = seen.plant, seen.b, seen.plant.cdus[c], seen.b.cdu_more[c]
    supply, back, arriving = pair_std(b.cdu_cov[c], 0), pair_std(b.cdu_cov[c], 1), both(core[nodes.HALL_IN], LEVEL_K)
    flow, given, racks = 0.0, 0.0, plant.rack_first[c + 1] - plant.rack_first[c]
    for r in range(plant.rack_first[c], plant.rack_first[c + 1]):
        flow += plant.racks[r].flow
        given += plant.racks[r].liquid
    through, meter = capacity_flow(cdu.fws_flow), both(d.cdu_gain, d.cdu_scatter)
    heat = both(both(LIQUID / math.sqrt(racks), 0.004) * cdu.heat, 0.2 * (given + cdu.pump - cdu.heat))
    cold, tcs = plant.temps[loop, nodes.HALL_IN], cdu.tcs_supply + more[0]
    rise = cdu.heat / through if through > 1.0 else 0.0
    warm, tcs_back = cold + rise, cdu.tcs_return + more[1]
    warm_std = both(arriving, heat / through if through > 1.0 else np.nan) + INLET_K
    put(out, at + C_SUPPLY, tcs, supply)
    put(out, at + C_RETURN, tcs_back, back)
    put(out, at + C_FLOW, flow, meter * flow)
    put(out, at + C_FWS_SUPPLY, cold, arriving)
    put(out, at + C_FWS_RETURN, warm, warm_std)
    put(out, at + C_FWS_FLOW, cdu.fws_flow, meter * cdu.fws_flow)
    put(out, at + C_POWER, cdu.pump, 0.0035 * cdu.pump)
    put(out, at + C_HEAT, cdu.heat, heat)
    put(out, at + C_APPROACH, tcs - cold, both(supply, arriving))
    pinch = both(supply, arriving) if tcs - cold < tcs_back - warm else both(back, warm_std)
    put(out, at + C_PINCH, min(tcs - cold, tcs_back - warm), pinch)
    ua = film_ua(cdu.ua, flow / cdu.rated_tcs, cdu.fws_flow / cdu.rated_fws, cdu.hot_share)
    put(out, at + C_UA, ua, ua * seen.learned.ua_std[c])
    _balance(c, cdu, at, mean_at, seen.learned, out)
    return heat


@woven
def _balance(c, cdu, at, mean_at, k, out):
    """Heat that leaves the coolant less heat that the facility water takes up, both as measured over the last minute; the fixed errors of its sensors."""
    m = k.mean
    rise, fall = m[mean_at + C_RETURN] - m[mean_at + C_SUPPLY], m[mean_at + C_FWS_RETURN] - m[mean_at + C_FWS_SUPPLY]
    given = cdu.volumetric * m[mean_at + C_FLOW] * rise + m[mean_at + C_POWER]
    taken = VOLUMETRIC * m[mean_at + C_FWS_FLOW] * fall
    rise, fall = _at_least(rise, 0.3), _at_least(fall, 0.3)
    doubt = k.tcs_meter[c] ** 2 + k.fws_meter[c] ** 2 + (k.tcs_pair[c] / rise) ** 2 + (k.fws_pair[c] / fall) ** 2
    put(out, at + C_BALANCE, given - taken, abs(taken) * math.sqrt(doubt))


@woven
def _at_least(x, least):
    """NaN stays."""
    return max(x, least)


@woven
def show_rack(r, c, at, warming, throttle, seen, d, out):
    """A rack under the CDU `c` whose supply warms by `warming` K/s; returns its hottest GPU [degC], that GPU's variance and the rack's power [W]."""
    plant, b, rack, cdu = seen.plant, seen.b, seen.plant.racks[r], seen.plant.cdus[c]
    hottest, mean = _hottest(plant.die[r])
    k = _where(plant.die[r], hottest)
    var = die_var(r, k, seen, d)
    supply, std, margin = pair_std(b.cdu_cov[c], 0), math.sqrt(var + HOTTEST_K**2), throttle - hottest
    power, cov = rack.gpu + rack.other + rack.air, b.rack_cov[r]
    brought = carried(rack, rack.flow) * (rack.leaving - cdu.tcs_supply)
    meter = d.rack_flow**2 if np.isfinite(seen.learned.share_meter[r]) else 0.0
    flow = math.sqrt(seen.learned.share_var[r] + meter + 2.0 * d.cdu_gain**2)
    put(out, at + R_SUPPLY, cdu.tcs_supply + b.cdu_more[c, 0], both(supply, INLET_K))
    put(out, at + R_RETURN, rack.leaving + b.rack_more[r, 0], math.sqrt(cov[0, 0] + cov[1, 1] + 2.0 * cov[0, 1] + INLET_K**2))
    put(out, at + R_FLOW, rack.flow, flow * rack.flow)
    put(out, at + R_POWER, power, 0.006 * power)
    put(out, at + R_LIQUID, rack.liquid, both(LIQUID * rack.liquid, CHANGING * (rack.liquid - brought)))
    put(out, at + R_AIR, rack.air, AIR * rack.air)
    put(out, at + R_MAX, hottest, std)
    put(out, at + R_MEAN, mean, both(supply, 0.012 * (mean - b.inlet[r])))
    put(out, at + R_MARGIN, margin, std)
    _throttle(at, margin, std, warming, out)
    return hottest, var, power


@woven
def _throttle(at, margin, std, warming, out):
    """Seconds until the hottest GPU throttles if the coolant goes on warming as in the last minute; none where it does not."""
    if not warming > TREND_K_S:
        put(out, at + R_THROTTLE, np.nan, np.nan)
        return
    left = max(margin, 0.0) / warming
    left = left if left <= LONGEST_S else np.nan
    put(out, at + R_THROTTLE, left, both(std / warming, TREND_DOUBT * left))


@inner(fastmath=FAST)
def _hottest(die):
    hottest, total = die[0], 0.0
    for k in range(len(die)):
        hottest = max(hottest, die[k])
        total += die[k]
    return hottest, total / len(die)


@woven
def _where(die, value):
    for k in range(len(die)):
        if die[k] == value:
            return k
    return 0


@woven
def die_var(r, k, seen, d):
    """Variance [K2] of a die: its resistance's doubt and its power's, both in proportion to the heat it carries."""
    g, inlet = seen.gpus, seen.b.inlet[r]
    slope = (seen.plant.plate[r, k] - inlet) / g.resistance[r, k]
    power = seen.power_var[r] + (0.0 if g.heard[r, k] else d.silent_var)
    return slope**2 * g.v_r[r, k] + power * (seen.plant.die[r, k] - inlet) ** 2 + 0.03
