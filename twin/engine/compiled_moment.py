"""One moment of the twin in compiled code: all that it shows with its doubts, then what became of every reading and the averages that teach."""
from __future__ import annotations

from collections import namedtuple

import numpy as np

from config.classes import CLASSES
from twin.engine import compiled_hall as hall
from twin.engine.compiled_show import C_MEASURED, C_SUPPLY, C_WIDTH, R_WIDTH, show_cdu, show_rack
from twin.estimate.blocks import CORE
from twin.events import BELIEVED, STALE, SUSPECT, UNSEEN
from twin.kernels import kernel, woven
from twin.physics.machines import transformer_losses
from twin.plant.supply import chain

# Where things are shown: rack, cdu, site, feed, ups: the first of each; at [L, classes] the asset of each class of PLANT, -1 where there is none; cdu_mean
# first of the CDUs among the measured columns; throttle [R], cold_c [L]; feeds [F] records and the shares [F, X] in which the groups of consumers
# draw from them where all have their grid, behind the UPS and from the bus; base W
Layout = namedtuple("Layout", ["rack", "cdu", "site", "feed", "ups", "at", "cdu_mean", "throttle", "cold_c", "feeds", "behind", "beside", "base"])
PLANT = ("loop", "pump", "tank", "cooler", "tower", "heatpump", "district")
F_WIDTH, U_WIDTH = len(CLASSES["feed"].columns), len(CLASSES["ups"].columns)
POWER, LOSS, UPS_IN, UPS_OUT = range(4)


@kernel()
def shown(measured_at, latest, seen, d, at, loads, feeds, out):
    """All columns: newest readings [measured] first, then what is known better.

    `feeds` [F, 4] W: power, losses, into and out of the UPS; worked out here from `loads` [X] W, unless there are none.
    """
    out.values[:], out.std[:] = np.nan, np.nan
    for i in range(len(latest)):
        out.values[measured_at[i]] = latest[i]
    if len(loads):
        asked(seen, loads, at.base)
        _supplied(at, loads, feeds)
    plant, doubt = seen.plant, np.empty(CORE)
    it, hottest, var, margin, racks = 0.0, -np.inf, np.nan, np.inf, 0
    for loop in range(len(plant.core)):
        hall.core_doubt(loop, seen.b, doubt)
        flow, heat, square = 0.0, 0.0, 0.0
        for c in range(plant.cdu_first[loop], plant.cdu_first[loop + 1]):
            mean = at.cdu_mean + c * C_MEASURED
            std, warming = show_cdu(c, loop, doubt, at.cdu + c * C_WIDTH, mean, seen, d, out), seen.learned.rate[mean + C_SUPPLY]
            flow, heat, square = flow + plant.cdus[c].fws_flow, heat + plant.cdus[c].heat, square + std * std
            for r in range(plant.rack_first[c], plant.rack_first[c + 1]):
                top, of_top, power = show_rack(r, c, at.rack + r * R_WIDTH, warming, at.throttle[r], seen, d, out)
                it, margin, racks = it + power, min(margin, at.throttle[r] - top), racks + 1
                if top > hottest:
                    hottest, var = top, of_top
        h = hall.Loop(loop, plant.temps[loop], plant.core[loop], seen.inputs[loop], plant.flows[loop], doubt, flow, heat, np.sqrt(square))
        _show_loop(at.at[loop], at.cold_c[loop], d, h, out)
    total = (feeds[:, POWER].sum(), feeds[:, LOSS].sum())
    hall.show_site(at.site, it, total, at.base, plant, hottest, var, margin, racks, out)
    for f in range(len(feeds)):
        hall.show_feed(at.feed + f * F_WIDTH, feeds[f, POWER], feeds[f, LOSS], out)
        hall.show_ups(at.ups + f * U_WIDTH, feeds[f, UPS_IN], feeds[f, UPS_OUT], at.feeds[f].ups_rating, out)


@woven
def _show_loop(at, cold_c, d, h, out):
    if at[0] >= 0:
        hall.show_loop(at[0], h, out)
    if at[1] >= 0:
        hall.show_pump(at[1], h, out)
    if at[2] >= 0:
        hall.show_tank(at[2], cold_c, h, out)
    if at[3] >= 0:
        hall.show_cooler(at[3], d, h, out)
    if at[4] >= 0:
        hall.show_tower(at[4], h, out)
    if at[5] >= 0:
        hall.show_heatpump(at[5], d, h, out)
    if at[6] >= 0:
        hall.show_district(at[6], d, h, out)


@kernel()
def consumed(seen, loads, base):
    """Loads [X] W of every group of consumers, for a supply that is worked out elsewhere."""
    asked(seen, loads, base)


@woven
def asked(seen, loads, base):
    """Loads of every group of consumers, as twin.plant.demand.asked: kinds in the order of twin.plant.supply_types.KINDS, a group a hall."""
    plant, loops = seen.plant, len(seen.plant.core)
    for loop in range(loops):
        u, f, core, first = seen.inputs[loop], plant.flows[loop], plant.core[loop], plant.cdu_first[loop]
        racks, pumps = 0.0, 0.0
        for c in range(first, plant.cdu_first[loop + 1]):
            pumps += plant.cdus[c].pump
            for r in range(plant.rack_first[c], plant.rack_first[c + 1]):
                racks += plant.racks[r].gpu + plant.racks[r].other + plant.racks[r].air
        of = (racks, pumps, u.loop_pump, u.air_fan, hall.cooler_power(core, u), f.chiller_power, hall.tower_power(core, u), f.heatpump_power)
        for kind in range(len(of)):
            loads[kind * loops + loop] = of[kind]
    loads[-1] = base


@woven
def _supplied(at, loads, feeds):
    """Every feed with its grid there: nothing is dropped, nothing moves over, and no time passes (twin.plant.power)."""
    for f in range(len(feeds)):
        p, behind, direct = at.feeds[f], 0.0, 0.0
        for x in range(len(loads)):
            behind += at.behind[f, x] * loads[x]
            direct += at.beside[f, x] * loads[x]
        c = chain(p, behind)
        lost = p.no_load + transformer_losses(c.need + direct, p.transformer_rating, 0.0, p.at_rating)
        feeds[f, POWER], feeds[f, LOSS] = c.need + direct + lost, lost + c.ups + c.pdu + c.busway
        feeds[f, UPS_IN], feeds[f, UPS_OUT] = c.need, c.out


# Readings, flat as the measured columns: values, ts_ms, fresh, innovation and refused of the filter, excluded sensors, quality a step ago
Readings = namedtuple("Readings", ["values", "ts_ms", "fresh", "innovation", "refused", "excluded", "quality"])


@kernel()
def judged(now_ms, never, stale_ms, measured_at, values, of, residual, quality):
    """Residual and quality of every measured column.

    A column the filter judged shows its innovation and verdict, and stays suspect until it is judged again; any other fresh column shows
    its distance to the model. What a sensor says that is found at fault is not believed.
    """
    for i in range(len(quality)):
        seen, found, q = of.ts_ms[i], of.innovation[i], BELIEVED
        residual[i] = of.values[i] - values[measured_at[i]] if of.fresh[i] else np.nan
        if seen == never:
            q = UNSEEN
        elif now_ms - seen > stale_ms[i]:
            q = STALE
        elif of.quality[i] == SUSPECT and not of.fresh[i]:
            q = SUSPECT
        if np.isfinite(found):
            residual[i] = found
            if of.refused[i]:
                q = SUSPECT
        quality[i] = SUSPECT if of.excluded[i] and q == BELIEVED else q

