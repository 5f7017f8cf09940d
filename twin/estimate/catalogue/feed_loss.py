"""The grid is gone from a feed: no voltage behind its switch."""
from __future__ import annotations

import numpy as np

from twin.estimate.catalogue.entry import STEP, Entry, Mark
from twin.estimate.catalogue.limits import battery
from twin.estimate.findings import Place
from twin.estimate.health.view import View


def rule(view: View) -> list[Mark]:
    """Feeds whose switch is open or whose voltage is gone."""
    volts, closed = view.latest("feed", "voltage_v"), view.latest("feed", "closed_on")
    highest = np.nanmax(np.where(np.isfinite(volts), volts, 0.0), initial=0.0)
    dead = (closed < 0.5) | (volts < 0.5 * highest)
    return [Mark(Place("feed", int(r)), 1.0, 40.0) for r in np.flatnonzero(dead)]


ENTRY = Entry(
    "feed_loss", "Power feed lost", "feed", "feeds", 1.0,
    "{place}: the grid is gone; its consumers live on the battery, the gensets and the other feed.",
    needs=("switch position or voltage",),
    blind="neither is measured",
    pace=STEP, rule=rule, instant=True, persist=1, explains=("feed", "ups", "genset", "cooler", "pump", "heatpump", "loop", "district"),
    consequence=battery,
    reads=("feed.voltage_v",),
)
