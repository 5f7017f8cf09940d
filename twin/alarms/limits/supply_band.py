"""Supply water is far from its set point: above, the GPUs follow it; a facility loop below is a plant out of control.

A CDU cannot heat: below its set point it has little load, and nobody has anything to do.
"""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.alarms.limits._look import NEVER_S, Look, worst
from twin.alarms.rules import Rule
from twin.estimate.findings import Finding, Place

FAULT = "supply_band"
# EEMUA 191 and ANSI/ISA-18.2-2016 suggest to begin with 60 s on and off for temperatures
RULE = Rule(on_ms=60_000, off_ms=60_000)
CONSEQUENCE = True
EXPLAINS = ("supply_band", "gpu_margin")  # what is fed too hot passes it on
BAND_K, _BACK_K = 5.0, 4.0
_ABOVE_S = 900.0  # GPU margins of 10 to 20 K at full load leave a quarter of an hour for a supply that drifts 5 K off to matter
WATCHED = (("loop", "supply_c", "fws_supply_c", True), ("cdu", "tcs_supply_c", "tcs_supply_c", False))  # class, column, set point, also below


def find(look: Look) -> Iterator[Finding]:
    """Loops and CDUs whose supply is further from the set point than the band and the twin's doubt (two standard deviations)."""
    for cls, column, key, below in WATCHED:
        if cls in look.snapshot.values:
            yield from _of(look, cls, column, key, below)


def _of(look: Look, cls: str, column: str, key: str, below: bool) -> Iterator[Finding]:
    value, std = look.column(cls, column), np.nan_to_num(look.column(cls, column, "std"))
    wanted = look.places.set_points(cls, key)
    off = np.abs(value - wanted) if below else value - wanted
    bad = np.where(look.active(FAULT, cls, len(value), column), off > _BACK_K, off - 2.0 * std > BAND_K)
    for row in worst(bad, off):
        high = value[row] > wanted[row]
        text = f"{value[row]:.1f} degC, {off[row]:.1f} K {'above' if high else 'below'} its set point {wanted[row]:.1f} degC"
        yield look.say(FAULT, Place(cls, row, column), _ABOVE_S if high else NEVER_S, text, float(value[row] - wanted[row]))

