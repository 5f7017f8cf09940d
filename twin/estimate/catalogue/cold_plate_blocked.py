"""A cold plate passes less: the die stands higher over its coolant per watt than its neighbours; all plates of a rack likewise."""
from __future__ import annotations

import numpy as np

from twin.estimate.catalogue.entry import Entry, Mark
from twin.estimate.findings import Place
from twin.estimate.health.plates import departures
from twin.estimate.health.view import View

SIGMAS = 6.0
LEAST = 0.15  # log: what a plate loses with a fifth of its flow
COMMON = 0.2  # of a rack: more at once is not single plates


def rule(view: View) -> list[Mark]:
    """GPUs whose plate has become worse against the rest of their rack."""
    away, std = departures(view.plates)
    bad = (away > np.maximum(LEAST, SIGMAS * std)) & (view.plates.known > 0.5)
    bad &= bad.mean(axis=1, keepdims=True) < COMMON
    return [Mark(Place("rack", int(r), part=int(k)), float(np.expm1(away[r, k])), float(0.5 * (away[r, k] / std[r, k]) ** 2), float(std[r, k]))
            for r, k in zip(*np.nonzero(bad), strict=True)]


def margin(view: View, place: Place, size: float, grown_s: float) -> float:
    """None where the die stays below throttling at its present power; the limit is reached already where it does not."""
    if place.part < 0:
        return float("inf")
    die = float(view.plates.gpu[place.row, 0, place.part])
    return 0.0 if die >= float(view.facts.p.leaves.throttle[place.row]) else float("inf")


ENTRY = Entry(
    "cold_plate_blocked", "Cold plate blocked", "rack", "share", 0.1,
    "{place}: its cold plate carries less heat per kelvin, its resistance is {size} higher; drain and flush the tray at the next stop.",
    needs=("GPU temperatures and powers", "coolant supply temperature"),
    blind="the GPUs idle: less than 4 K over coolant",
    group="rack", signature={"plate": 1.0}, rule=rule, persist=3, explains=(), consequence=margin,
)
