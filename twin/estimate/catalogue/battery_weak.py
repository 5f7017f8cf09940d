"""A battery gives less than it should: its charge falls faster than the energy it delivers."""
from __future__ import annotations

import numpy as np

from twin.estimate.catalogue.entry import Entry, Mark
from twin.estimate.catalogue.limits import battery
from twin.estimate.findings import Place
from twin.estimate.health.view import View
from twin.physics.machines import ups_losses

LEAST = 0.01  # of charge in a minute, twenty times the step of its display
RATIO = 1.5
DOUBT = 0.15  # of the expected fall: sample times, losses


def rule(view: View) -> list[Mark]:
    """UPS whose charge fell by more than what they gave, over the last minute without grid."""
    s = view.facts.supply
    out, into = view.column("ups", "power_out_kw"), view.column("ups", "power_in_kw")
    fell = 60.0 * view.scene.rate_of("ups", "charge_pct")
    expected = 60.0 * np.maximum(out + ups_losses(out, s.ups_rating, *s.ups_loss) - into, 0.0) / s.battery
    dark = view.dark_s() > 0.0
    ratio = np.divide(fell, expected, out=np.zeros(len(fell)), where=expected > 0.5 * LEAST)
    rows = np.flatnonzero(dark & (fell > LEAST) & (ratio > RATIO))
    return [Mark(Place("ups", int(r)), float(ratio[r] - 1.0), float(12.5 + 0.5 * ((ratio[r] - 1.0) / DOUBT) ** 2), DOUBT) for r in rows]


ENTRY = Entry(
    "battery_weak", "Battery weak", "ups", "times", 0.5,
    "{place}: its battery loses {size} more charge than it delivers; it will not last as planned.",
    needs=("charge", "input power", "output power"),
    blind="the grid is there: a battery at rest tells nothing",
    rule=rule, persist=1, stands=True, consequence=battery,
    reads=("ups.charge_pct", "ups.power_in_kw", "ups.power_out_kw"),
)
