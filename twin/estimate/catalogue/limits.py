"""Seconds until a limit is reached if nothing is done: rough, on the safe side, infinite where none comes."""
from __future__ import annotations

import numpy as np

from twin.estimate.findings import Place
from twin.estimate.health.view import View
from twin.plant.stocks import TRIP_LEVEL

NEVER = float("inf")
SERVICE = 0.5  # log: an exchanger, pump or filter is due when half of its factor is gone


def creep(view: View, place: Place, size: float, grown_s: float) -> float:
    """At the pace it had, until `SERVICE` is reached."""
    pace = abs(size) / grown_s
    return max(SERVICE - abs(size), 0.0) / pace if pace > 0 else NEVER


def reservoir(view: View, place: Place, size: float, grown_s: float) -> float:
    """Until a CDU's reservoir trips its pumps; a wet rack: through its CDU's reservoir."""
    row = int(view.facts.p.wiring.rack_cdu[place.row]) if place.cls == "rack" else place.row
    level = float(view.column("cdu", "level_pct")[row])
    fallen = -float(view.channel("cdu", "level")[0][row])
    return max(level - TRIP_LEVEL, 0.0) * grown_s / fallen if fallen > 1e-4 else NEVER


def coolant(view: View, place: Place, size: float, grown_s: float) -> float:
    """Until the hottest GPU of a CDU throttles when its coolant flow has fallen: the racks' heat warms what still passes."""
    f, row = view.facts, place.row
    racks = f.p.wiring.rack_cdu == row
    flow, heat = float(view.latest("cdu", "tcs_flow_lpm")[row]), float(np.nansum(view.column("rack", "power_kw")[racks]))
    margin = float(f.p.leaves.throttle[racks].min() - np.nan_to_num(view.plates.gpu[racks, 0], nan=0.0).max())
    usual, heat_m3 = float(f.p.cdus.rated_tcs[row]), float(f.p.cdus.volumetric[row])
    warmer = heat / (heat_m3 * max(flow, 1e-2 * usual)) - heat / (heat_m3 * usual)
    if warmer <= margin:
        return NEVER
    store = float(f.p.cdus.return_capacity[row] + (f.p.leaves.manifold_capacity[racks]).sum() + f.gpus * f.p.leaves.plate_capacity[racks].sum())
    return max(margin, 0.0) * store / max(heat, 1.0)


def loop_water(view: View, place: Place, size: float, grown_s: float) -> float:
    """Until the facility water has warmed by ten kelvin with half of the heat left in it."""
    f = view.facts
    loop = int(f.loop_of[place.cls][place.row]) if place.cls in f.loop_of else 0
    heat = 0.5 * float(np.nansum(view.column("cdu", "heat_kw")[f.p.wiring.cdu_loop == loop]))
    store = float(f.p.core.capacity[loop].sum() + 2.0 * f.p.core.pipe_capacity[loop])
    return 10.0 * store / heat if heat > 1.0 else NEVER


def battery(view: View, place: Place, size: float, grown_s: float) -> float:
    """Until the battery of a feed without its grid is empty; never where another feed lives."""
    live = view.latest("feed", "closed_on") > 0.5
    out = float(view.latest("ups", "power_out_kw")[place.row])
    stored = float(view.facts.supply.battery[place.row] * np.nan_to_num(view.latest("ups", "charge_pct")[place.row], nan=1.0))
    return NEVER if live.any() and out <= 0.0 else stored / max(out, 1.0)
