"""The grid is gone, the gensets run, and the transfer switch does not turn to them."""
from __future__ import annotations

import numpy as np

from twin.estimate.catalogue.entry import Entry, Mark
from twin.estimate.catalogue.limits import battery
from twin.estimate.findings import Place
from twin.estimate.health.view import View

GRACE_S = 20.0


def rule(view: View) -> list[Mark]:
    """Dark feeds whose gensets run without load beyond the time of the transfer."""
    s = view.facts.supply
    late = view.dark_s() > s.genset_start + s.transfer + GRACE_S
    idle = (view.latest("genset", "running_count") > 0.5) & (view.latest("genset", "power_kw") < 1e-3 * s.genset_rating)
    return [Mark(Place("feed", int(r)), 1.0, 30.0) for r in np.flatnonzero(late & idle)]


ENTRY = Entry(
    "transfer_failure", "Transfer switch stays", "feed", "feeds", 0.0,
    "{place}: the gensets run but the transfer switch has not turned; only the battery carries the feed.",
    needs=("gensets running", "genset power"),
    blind="the grid is there",
    rule=rule, instant=True, persist=2, stands=True, consequence=battery,
    reads=("genset.running_count", "genset.power_kw"),
)
