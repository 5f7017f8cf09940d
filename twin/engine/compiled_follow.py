"""Inputs of the next step in compiled code, written into the plant's records: twin.engine.follow says from what."""
from __future__ import annotations

from collections import namedtuple

import numpy as np

from config.classes import CLASSES
from twin.kernels import FAST, inner, kernel, woven
from twin.physics.elementwise import clip
from twin.plant.district import slid

# What never changes. Of each input of a loop and where none is measured, [L, inputs]: loop_at place among the measured columns or -1, units
# installed where a share of them is meant, else 0, and designed; main_at, sink, dry, cold_c, warm_c [L]: place of the main's flow, which
# inputs are meant, supply of the district network; rack_at, cdu_at: the first of each; of the designed plant rack_flow, rack_w, fws_flow, cdu_w, main_flow;
# of racks gpu_idle, gpu_max, rest [R] W; liquid, heat_share: of a rack's rest, and of its power, to liquid
Follow = namedtuple("Follow", ["loop_at", "units", "designed", "main_at", "cold_c", "warm_c", "rack_at", "cdu_at", "rack_flow", "rack_w", "fws_flow", "cdu_w",
                               "main_flow", "gpu_idle", "gpu_max", "rest", "liquid", "heat_share"])
# What was said: values, flat as the measured columns; gpu [R, 2, K], whole [R] (every GPU told), then [R] W of a rack when its GPUs spoke
Said = namedtuple("Said", ["values", "gpu", "whole", "then"])
# What was learned: open, meter [R] of twin.estimate.shares, even [R] share of its CDU's flow, idle share of the rest; sink_lift K
Found = namedtuple("Found", ["open", "meter", "even", "idle", "sink_lift"])

OF_RACK, OF_CDU = len(CLASSES["rack"].measured), len(CLASSES["cdu"].measured)
FLOW, POWER = CLASSES["rack"].column("flow_lpm"), CLASSES["rack"].column("power_kw")
TCS_FLOW, FWS_FLOW, PUMP, HEAT = (CLASSES["cdu"].column(c) for c in ("tcs_flow_lpm", "fws_flow_lpm", "power_kw", "heat_kw"))


@kernel()
def followed(plant, table, f, said, found, air_flow, dry, sink):
    """All but electric loads: loops into `table` [L, inputs], of which air_flow, dry and sink are columns, flows into the records."""
    v = said.values
    for loop in range(len(table)):
        for i in range(table.shape[1]):
            table[loop, i] = _input(v, f.loop_at[loop, i], f.units[loop, i], f.designed[loop, i])
        table[loop, sink] = slid(f.cold_c[loop], f.warm_c[loop], table[loop, dry]) + found.sink_lift
        main = v[f.main_at[loop]] if f.main_at[loop] >= 0 else np.nan
        scale, total = (main if np.isfinite(main) else f.main_flow[loop]) / max(f.main_flow[loop], 1e-9), 0.0
        for c in range(plant.cdu_first[loop], plant.cdu_first[loop + 1]):
            total += _unit(c, plant, f, v, found, scale)
        designed = f.designed[loop, air_flow]
        seen = main - total if np.isfinite(main - total) else designed
        table[loop, air_flow] = clip(seen, 0.0, 3.0 * designed) if designed > 0.0 else 0.0


@woven
def _input(values, at, units, designed):
    seen = values[at] if at >= 0 else np.nan
    if not np.isfinite(seen):
        return designed
    return clip(seen / max(units, 1.0), 0.0, 1.0) if units > 0.0 else seen


@woven
def _unit(c, plant, f, v, found, scale):
    """Flows of a CDU and of its racks: a rack's meter less what it was found to add; without one, its share of its CDU's. Returns the facility flow."""
    cdu, at = plant.cdus[c], f.cdu_at + c * OF_CDU
    fws, pump, total = v[at + FWS_FLOW], v[at + PUMP], v[at + TCS_FLOW]
    fws = fws if np.isfinite(fws) else f.fws_flow[c] * scale
    cdu.fws_flow, cdu.pump = max(fws, 0.0), pump if np.isfinite(pump) else f.cdu_w[c]
    for r in range(plant.rack_first[c], plant.rack_first[c + 1]):
        flow = v[f.rack_at + r * OF_RACK + FLOW]
        if np.isfinite(flow):
            more = found.open[r] - found.meter[r]
            flow *= np.exp(more) if np.isfinite(more) else 1.0
        else:
            flow = total * found.even[r] * np.exp(found.open[r])
            flow = flow if np.isfinite(flow) else f.rack_flow[r]
        plant.racks[r].flow = max(flow, 0.0)
    return fws


@kernel()
def loaded(plant, power, f, said, found, b, keep):
    """Electric loads into `power` [R, K] and the records; what was `asked` before and is now into `b`, and how far they jumped, unless `keep` is negative.

    A GPU that reports follows its rack's meter in between; one that does not takes the mean of its rack's others; a rack of which none
    reports divides its power as the racks do whose GPUs report.
    """
    gpus = power.shape[1]
    for c in range(len(plant.cdus)):
        jump, racks = 0.0, plant.rack_first[c + 1] - plant.rack_first[c]
        for r in range(plant.rack_first[c], plant.rack_first[c + 1]):
            rack, idle = _rack_power(r, c, racks, f, said), gpus * f.gpu_idle[r] + f.rest[r] * found.idle
            span = gpus * (f.gpu_max[r] - f.gpu_idle[r])
            grows = span + f.rest[r] * (1.0 - found.idle)
            even = f.gpu_idle[r] + clip((rack - idle) / grows, 0.0, 1.2) * span / gpus
            drawn = gpu_powers(r, said, rack, f.gpu_idle[r], span / grows, even, power)
            left = max(rack - drawn, 0.0)
            plant.racks[r].other, plant.racks[r].air = left * f.liquid, left * (1.0 - f.liquid)
            asked = drawn + left * f.liquid
            change = asked - b.asked[r]
            if keep >= 0.0:
                b.jumps_rack[r] = keep * b.jumps_rack[r] + (1.0 - keep) * change * change
                b.drawn[r] = max(asked, 1e3)
                jump += change
            b.asked[r] = asked
        if keep >= 0.0:
            b.jumps_cdu[c] = keep * b.jumps_cdu[c] + (1.0 - keep) * jump * jump


@woven
def _rack_power(r, c, racks, f, said):
    """Rack power W: its meter; where there is none, its share of the heat its CDU reports, else as designed."""
    seen, heat = said.values[f.rack_at + r * OF_RACK + POWER], said.values[f.cdu_at + c * OF_CDU + HEAT]
    if not np.isfinite(seen):
        seen = heat / racks / f.heat_share if np.isfinite(heat) else f.rack_w[r]
    return max(seen, 0.0)


@woven
def gpu_powers(r, said, rack, idle, part, even, out):
    """Power [W] of every GPU of a rack that draws `rack`, into out[r], and their sum. They move with their rack, and take no more than it does.

    `idle` W of a GPU; `part` of a rack's change falls on its GPUs; `even` W of each where none reports.
    """
    told, to, gpus, whole = said.gpu[r, 1], out[r], out.shape[1], said.whole[r]
    known, mean = (gpus, _sum(told)) if whole else _sum_of_known(told)
    base, slope = even, 0.0
    if known:
        mean /= known
        change = part * (rack - said.then[r]) / gpus if said.then[r] > 1.0 else 0.0
        slope = max(1.0 + change / max(mean - idle, 1.0), 0.0)
        base = idle * (1.0 - slope)
    drawn = _moved(told, base, slope, to) if whole else _moved_or(told, mean, base, slope, to)
    share = min(1.0, rack / max(drawn, 1.0))
    if share < 1.0:
        _scale(to, share)
    return drawn * share


@inner(fastmath=FAST)
def _sum(x):
    total = 0.0
    for k in range(len(x)):
        total += x[k]
    return total


@inner(fastmath=FAST)
def _sum_of_known(x):
    known, total = 0, 0.0
    for k in range(len(x)):
        if np.isfinite(x[k]):
            known += 1
            total += x[k]
    return known, total


@inner(fastmath=FAST)
def _moved(told, base, slope, out):
    drawn = 0.0
    for k in range(len(out)):
        out[k] = max(base + slope * told[k], 0.0)
        drawn += out[k]
    return drawn


@inner(fastmath=FAST)
def _moved_or(told, mean, base, slope, out):
    """The same where some tell nothing: they take the mean of the others."""
    drawn = 0.0
    for k in range(len(out)):
        out[k] = max(base + slope * (told[k] if np.isfinite(told[k]) else mean), 0.0)
        drawn += out[k]
    return drawn


@inner(fastmath=FAST)
def _scale(x, by):
    for k in range(len(x)):
        x[k] *= by
