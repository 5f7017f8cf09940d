"""A CDU pump stops: head at this speed and flow falls within one sample, then the drive runs up. Explains its racks."""
from __future__ import annotations

import numpy as np

from twin.estimate.catalogue.entry import STEP, Entry, Mark
from twin.estimate.catalogue.limits import coolant
from twin.estimate.findings import Place
from twin.estimate.health.groups.cdu import pump_residual
from twin.estimate.health.view import View

FALL = 0.10  # half the log of head: a pump of two takes 0.3, a pump of four 0.13, wear of a day less than 0.1 in a minute
DOUBT = 0.02  # of a single sample while the drive turns


def rule(view: View) -> list[Mark]:
    """CDUs whose head fell since the last minute, and those that have not recovered."""
    now = pump_residual(view.facts, {t: view.latest(*t.split(".")) for t in ("cdu.tcs_flow_lpm", "cdu.dp_kpa", "cdu.speed_pct")})
    stopped = (view.latest("cdu", "tcs_flow_lpm") < 0.05 * view.facts.p.cdus.rated_tcs) & (view.latest("cdu", "speed_pct") > 0.2)
    constant = view.constants["cdu"][:, view.channels["cdu"].index("pump")]
    usual = view.channel("cdu", "pump")[0]
    away = np.where(stopped, -1.0, now - constant)
    ratio = np.log(np.maximum(view.latest("cdu", "tcs_flow_lpm"), 1e-9) / np.maximum(view.latest("cdu", "speed_pct"), 1e-3))
    before = np.log(np.maximum(view.column("cdu", "tcs_flow_lpm"), 1e-9) / np.maximum(view.column("cdu", "speed_pct"), 1e-3))
    less = stopped | (ratio - before < -0.7 * FALL)  # the flow itself says so, not the pressure sensor alone
    known = {p.row for name, p in view.tracks if name == "cdu_pump_trip"}
    fell = np.flatnonzero(np.where(np.isin(np.arange(len(away)), list(known)), away < -0.7 * FALL, (away - usual < -FALL) & less))
    return [Mark(Place("cdu", int(r)), float(-away[r]), float(0.5 * (away[r] / DOUBT) ** 2)) for r in fell]


ENTRY = Entry(
    "cdu_pump_trip", "CDU pump trip", "cdu", "log of head", 0.1,
    "{place}: a pump has stopped; coolant flow is held by the others at higher speed as far as they can.",
    needs=("coolant flow", "pressure difference", "pump speed"),
    blind="a spare takes over within one sample: nothing changes",
    pace=STEP, rule=rule, instant=True, persist=1, explains=("cdu", "rack"), consequence=coolant,
    reads=("cdu.tcs_flow_lpm", "cdu.dp_kpa", "cdu.speed_pct"),
)
