"""The grid is gone and the gensets do not start, or do not carry what is asked."""
from __future__ import annotations

import numpy as np

from twin.estimate.catalogue.entry import Entry, Mark
from twin.estimate.catalogue.limits import battery
from twin.estimate.findings import Place
from twin.estimate.health.view import View

GRACE_S = 20.0
CARRIED = 0.9  # of the UPS's output that its input must reach once the gensets have taken the load


def rule(view: View) -> list[Mark]:
    """Gensets of dark feeds that stand beyond their starting time, or run and leave the battery to carry the rest."""
    s = view.facts.supply
    dark = view.dark_s()
    ramp = s.genset_rating / np.maximum(s.genset_ramp, 1.0)
    stands = (dark > s.genset_start + GRACE_S) & (view.latest("genset", "running_count") < 0.5)
    asked, given = view.latest("ups", "power_out_kw"), view.latest("ups", "power_in_kw")
    short = (dark > s.genset_start + ramp + s.transfer + GRACE_S) & (view.latest("genset", "power_kw") > 1e3) & (given < CARRIED * asked)
    return [Mark(Place("genset", int(r)), 1.0, 30.0) for r in np.flatnonzero(stands | short)]


ENTRY = Entry(
    "genset_failure", "Gensets fail", "genset", "feeds", 0.0,
    "{place}: the grid is gone and the gensets do not carry the feed; only its battery does.",
    needs=("gensets running", "genset power", "UPS input and output"),
    blind="the grid is there: a genset that stands tells nothing",
    rule=rule, instant=True, persist=2, stands=True, consequence=battery,
    reads=("genset.running_count", "genset.power_kw"),
)
