"""All sensors of a site as one row of numbers, in class order, rows first."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from config.classes import CLASSES
from config.quantities import QUANTITIES
from twin.estimate.findings import Place
from twin.estimate.health.facts import Facts
from twin.estimate.instruments import instrument
from twin.estimate.sheet import Sheet

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Flat:
    """Where each class lies, and per sensor [N] SI: physical bounds, what counts as a jump and as noise worth telling."""

    spans: Mapping[str, tuple[int, int, int]]  # class -> start, rows, columns
    size: int
    low: Array
    high: Array
    jump: Array  # least height of a spike
    hiss: Array  # least noise worth telling, infinite where the process itself is restless
    still: Array  # variance below which nothing is told of a sensor's noise: a display that happens to repeat is not quiet
    lively: Array  # bool, an analogue value that never stands quite still; powers do, with their machine
    hum: Array  # scatter of a sample by its datasheet, and
    hum_gain: Array  # the part that grows with the value
    valves: Array  # int, positions of the CDUs' valves
    assets: Array  # int, position of each asset's first sensor
    asset: Array  # int [N], which of them each sensor belongs to

    def index(self, cls: str, row: int, column: str) -> int:
        start, _, columns = self.spans[cls]
        return start + row * columns + CLASSES[cls].measured.index(column)

    def place(self, index: int) -> Place:
        for cls, (start, rows, columns) in self.spans.items():
            if start <= index < start + rows * columns:
                row, column = divmod(index - start, columns)
                return Place(cls, row, CLASSES[cls].measured[column])
        raise IndexError(index)

    def join(self, by_class: Mapping[str, Array]) -> Array:
        return by_class.flat if isinstance(by_class, Sheet) else np.concatenate([by_class[cls].ravel() for cls in self.spans])

    def granted(self, values: Array) -> Array:
        """Variance of a sample [N] of `values` by the datasheets."""
        return np.square(self.hum) + np.square(self.hum_gain * np.nan_to_num(values))

    def asked(self, fresh: Array) -> Array:
        """Whether each sensor's asset sent any value [N]."""
        return np.logical_or.reduceat(fresh, self.assets)[self.asset]

    def split(self, flat: Array) -> dict[str, Array]:
        return {cls: flat[start:start + rows * columns].reshape(rows, columns) for cls, (start, rows, columns) in self.spans.items()}


# Boundary units: least spike, least noise. Powers and speeds follow jobs and controllers, so their noise tells nothing.
_LEAST = {"c": (1.5, 0.12), "kpa": (3.0, 1.0), "pct": (2.0, np.inf), "v": (10.0, 5.0), "hz": (0.5, 0.2), "kw": (np.inf, np.inf),
          "lpm": (np.inf, np.inf), "count": (np.inf, np.inf), "on": (np.inf, np.inf)}


QUIET = 0.3  # of the scatter of its instrument


def flatten(facts: Facts) -> Flat:
    """The layout of a site."""
    spans, columns, at = {}, [], 0
    for cls, rows in facts.rows.items():
        names = CLASSES[cls].measured
        if rows and names:
            spans[cls] = (at, rows, len(names))
            columns += [(cls, n) for n in names] * rows
            at += rows * len(names)
    quantities = [QUANTITIES[n] for _, n in columns]
    least = [_LEAST[n.rsplit("_", 1)[1]] for _, n in columns]
    factor = np.array([q.factor for q in quantities])
    return Flat(
        spans, at, np.array([q.low for q in quantities]) * factor, np.array([q.high for q in quantities]) * factor,
        np.array([a for a, _ in least]) * factor, np.array([b for _, b in least]) * factor,
        np.square(QUIET * np.array([instrument(cls, n).noise for cls, n in columns]) * factor) + 1e-30,
        np.array([not n.endswith(("_count", "_on", "_kw")) for _, n in columns]),
        np.array([instrument(cls, n).noise for cls, n in columns]) * factor, np.array([instrument(cls, n).noise_gain for cls, n in columns]),
        np.array([i for i, c in enumerate(columns) if c == ("cdu", "valve_pct")], dtype=int),
        np.concatenate([start + width * np.arange(rows) for start, rows, width in spans.values()]),
        np.repeat(np.arange(sum(rows for _, rows, _ in spans.values())), np.concatenate([np.full(rows, width) for _, rows, width in spans.values()])),
    )
