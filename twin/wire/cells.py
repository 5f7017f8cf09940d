"""Aggregates of every class of a source side by side in flat arrays, so that a whole moment is added in one pass."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from config.classes import CLASSES
from config.site import Site
from twin.wire.lines import SENSOR, boundary

_SCALE = 1e6  # one unit of an integer sum is the last printed decimal
_CLIP = 1e8  # keeps 90,000 values an hour inside 64 bits; ten times what any column can be


def columns(cls: str, src: str) -> tuple[str, ...]:
    """What a source's rows of a class hold: sensors give the measured columns only."""
    return CLASSES[cls].measured if src == SENSOR else CLASSES[cls].columns


@dataclass(frozen=True)
class Plan:
    """Where each class stands in the flat arrays of one source."""

    places: Mapping[str, tuple[int, int, int]]  # class -> first cell, rows, columns
    size: int

    @classmethod
    def of(cls, site: Site, src: str) -> Plan:
        places, size = {}, 0
        for name in CLASSES:
            rows, width = site.count(name), len(columns(name, src))
            places[name] = (size, rows, width)
            size += rows * width
        return cls(places, size)

    def view(self, flat: np.ndarray, cls: str) -> np.ndarray:
        """The cells of a class, (rows, columns, ...)."""
        first, rows, width = self.places[cls]
        return flat[first : first + rows * width].reshape(rows, width, *flat.shape[1:])

    def blank(self) -> np.ndarray:
        """Values of a moment of which nothing is known yet."""
        return np.full(self.size, np.nan)

    def put(self, flat: np.ndarray, cls: str, rows: np.ndarray | slice, values: np.ndarray) -> None:
        """Set SI values (rows, columns) of a class, in boundary units."""
        self.view(flat, cls)[rows] = boundary(cls, values)


@dataclass
class Cells:
    """Running aggregate of one window of one source; arrays of `plan.size`."""

    plan: Plan
    total: np.ndarray = field(init=False)  # int64, in 1e-6 of the boundary unit
    low: np.ndarray = field(init=False)
    high: np.ndarray = field(init=False)
    n: np.ndarray = field(init=False)
    touched: set[str] = field(default_factory=set)  # classes of which anything came

    def __post_init__(self) -> None:
        self.total, self.n = np.zeros(self.plan.size, np.int64), np.zeros(self.plan.size, np.int64)
        self.low, self.high = np.full(self.plan.size, np.inf), np.full(self.plan.size, -np.inf)

    def add(self, values: np.ndarray) -> None:
        """Values of one moment in boundary units; NaN is not counted."""
        known = np.isfinite(values)
        self.total += np.rint(np.clip(np.where(known, values, 0.0), -_CLIP, _CLIP) * _SCALE).astype(np.int64)
        self.n += known
        np.fmin(self.low, np.where(known, values, np.inf), out=self.low)
        np.fmax(self.high, np.where(known, values, -np.inf), out=self.high)

    def merge(self, other: Cells) -> None:
        self.total += other.total
        self.n += other.n
        np.minimum(self.low, other.low, out=self.low)
        np.maximum(self.high, other.high, out=self.high)
        self.touched |= other.touched

    def statistics(self) -> np.ndarray:
        """Mean, min, max and n, (size, 4), NaN where nothing was seen."""
        n = self.n.astype(float)
        seen = n > 0
        out = np.full((len(n), 4), np.nan)
        np.divide(self.total / _SCALE, n, out=out[:, 0], where=seen)
        out[:, 0] = np.round(out[:, 0], 6) + 0.0
        for place, values in enumerate((self.low, self.high, n), 1):
            np.copyto(out[:, place], values, where=seen)
        return out
