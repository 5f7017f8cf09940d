"""The shape of a fault and of the rows of the catalogue."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sensors.truth.effects import Effects

Write = Callable[[Effects, int, int, float, float], None]  # effects, row, part (GPU or -1), size, seconds since the start
Distort = Callable[[np.ndarray, float, float, np.random.Generator], np.ndarray]  # values SI, size SI, seconds since, random


@dataclass(frozen=True, slots=True)
class Fault:
    """`target` is `class/id` (`cdu/cdu-03`), `class/id/column` for sensors, `rack/r001/17` for one GPU; halls in front when needed.

    `start_s` counts from the start of the run; `stop_s` ends it (never by default); `size` is the kind's own measure, 0 its default.
    """

    kind: str
    target: str
    start_s: float
    size: float = 0.0
    stop_s: float = float("inf")

    def since(self, seconds: float) -> float | None:
        """Seconds that the fault has lasted, None when it is not there."""
        return seconds - self.start_s if self.start_s <= seconds < self.stop_s else None


@dataclass(frozen=True, slots=True)
class PlantKind:
    """A fault of the plant on assets of class `cls`. `size` is its default, `meaning` what it measures."""

    cls: str
    write: Write
    size: float
    meaning: str


@dataclass(frozen=True, slots=True)
class SensorKind:
    """A fault of one sensor. `size` in the boundary unit of the column (a drift: per hour)."""

    distort: Distort
    size: float
    meaning: str
