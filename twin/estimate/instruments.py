"""What the twin grants an instrument: scatter of a sample, and the fixed error a piece may have. One standard deviation each.

From standards and datasheets; boundary units of the column's quantity. A tolerance is taken as two standard deviations.
"""
from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from config.quantities import QUANTITIES

Array = np.ndarray


class Instrument(NamedTuple):
    noise: float = 0.0  # scatter of a sample
    noise_gain: float = 0.0  # the same, relative to the value
    offset: float = 0.0  # fixed error of the piece
    gain: float = 0.0  # the same, relative to the value
    lag_s: float = 0.0  # first-order lag of the element


PT100 = Instrument(0.02, 0.0, 0.08, 0.0, 4.0)  # class A, 0.15 K + 0.002 t (IEC 60751), its transmitter, and a thermowell in moving water
MAGNETIC = Instrument(0.05, 0.003, 0.0, 0.003)  # 0.5 % of value
PRESSURE = Instrument(0.1, 0.0, 0.2, 0.001)  # 0.1 % of a 300 kPa span
METER = Instrument(0.05, 0.002, 0.0, 0.0025)  # class 0.5 (IEC 62053-22)
HEAT = Instrument(0.05, 0.006, 0.0, 0.01)  # class 2 (EN 1434)
FEEDBACK = Instrument(0.1, 0.0, 0.3)  # 4-20 mA at 10 bit
EXACT = Instrument()

BY_SUFFIX = {"c": PT100, "lpm": MAGNETIC, "kpa": PRESSURE, "kw": METER, "pct": FEEDBACK, "count": EXACT, "on": EXACT,
             "v": Instrument(0.05, 0.0005, 0.0, 0.002), "hz": Instrument(0.002)}
BY_COLUMN = {
    ("rack", "supply_c"): Instrument(0.05, 0.0, 0.15),  # class B in the manifold, logged at 0.1 K
    ("rack", "return_c"): Instrument(0.05, 0.0, 0.15),
    ("rack", "flow_lpm"): Instrument(0.1, 0.006, 0.0, 0.01),  # vortex meter, 2 % of value
    ("rack", "power_kw"): Instrument(0.05, 0.003, 0.0, 0.005),  # power shelf, 1 %
    ("cdu", "heat_kw"): HEAT, ("district", "heat_kw"): HEAT, ("heatpump", "heat_kw"): HEAT,
    ("loop", "air_c"): Instrument(0.1, 0.0, 0.25),
    ("weather", "dry_bulb_c"): Instrument(0.06, 0.0, 0.1), ("weather", "wet_bulb_c"): Instrument(0.06, 0.0, 0.2),
    ("weather", "humidity_pct"): Instrument(0.3, 0.0, 1.0),
}


def or_zero(x: Array) -> Array:
    """`x`, nothing where it is not finite."""
    return np.where(np.isfinite(x), x, 0.0)


def instrument(cls: str, column: str) -> Instrument:
    """The instrument of a measured column."""
    return BY_COLUMN.get((cls, column)) or BY_SUFFIX[column.rsplit("_", 1)[1]]


@cache
def _numbers(terms: tuple[str, ...]) -> tuple[Array, ...]:
    """noise, noise_gain, offset, gain of the instruments of `class.column`, SI, [terms, 1]."""
    found = [(instrument(*t.split(".")), QUANTITIES[t.split(".")[1]].factor) for t in terms]
    return tuple(np.array(x)[:, None] for x in zip(*((i.noise * to_si, i.noise_gain, i.offset * to_si, i.gain) for i, to_si in found), strict=True))


def _beside(numbers: Array, values: Array) -> Array:
    """[terms, 1] with as many axes as the values."""
    return numbers.reshape(-1, *(1,) * (values.ndim - 1))


def scatters(terms: tuple[str, ...], values: Array) -> Array:
    """Standard deviation of one sample of each `class.column` at `values` [terms, ..., rows], SI."""
    noise, gain, _, _ = (_beside(n, values) for n in _numbers(terms))
    return noise + gain * np.abs(values)


def tolerances(terms: tuple[str, ...], values: Array) -> Array:
    """Standard deviation of the fixed error of a piece of each `class.column` at `values` [terms, ..., rows], SI."""
    _, _, offset, gain = (_beside(n, values) for n in _numbers(terms))
    return np.hypot(offset, gain * np.abs(values))


def unlagged(now: Array, before: Array, since_s: Array, lag_s: float) -> tuple[Array, Array]:
    """What an element of lag `lag_s` now stands in, from its readings `now` and `since_s` seconds `before`; and how much its scatter's variance grows.

    reading = (1 - k) true + k reading before, k = exp(-since / lag). Where there was no reading before, the present one is taken as it is.
    """
    keep = np.where(np.isfinite(before) & (since_s > 0), np.exp(-np.maximum(since_s, 1e-9) / lag_s), 0.0)
    return (now - keep * or_zero(before)) / (1.0 - keep), (1.0 + keep**2) / (1.0 - keep) ** 2
