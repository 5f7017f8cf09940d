"""A forecast as everyone sees it: corrected by its scores, as snapshots under a scenario tag of its own."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from twin.events import Score, Snapshot
from twin.forecast.ahead import Forecast
from twin.forecast.quantities import Column, snapshot
from twin.forecast.scores import Scores, report, told
from twin.whatif.ground import Ground

Array = np.ndarray
FORECAST = "forecast"  # the scenario tag: newer forecasts write over older ones of the same moment
FINE_MS, COARSE_MS, MINUTE_MS = 900_000, 300_000, 60_000  # each minute at first, then moments that are whole multiples of five


@dataclass(frozen=True, slots=True)
class Told:
    """`values` and `std` [n, D] SI at `ts_ms` [n]; `made_ms` is when it was made."""

    made_ms: int
    ts_ms: Array
    columns: tuple[Column, ...]
    values: Array
    std: Array
    weather: str
    scores: tuple[Score, ...]


def shown(f: Forecast, s: Scores) -> Told:
    """The forecast with what its predecessors taught."""
    values, std = told(f, s)
    return Told(f.ts_ms, f.ts_ms + np.round(1000 * f.seconds).astype(np.int64), f.columns, values, std, f.weather, report(s, f.ts_ms, FORECAST, f.columns))


def kept(t: Told) -> Array:
    """Indices of the moments that are stored: the same ones whenever they are foretold, so that the newest forecast stands alone."""
    return np.flatnonzero((t.ts_ms - t.made_ms <= FINE_MS) | (t.ts_ms % COARSE_MS == 0))


def snapshots(g: Ground, t: Told) -> Iterator[Snapshot]:
    """In time order."""
    for i in kept(t):
        yield snapshot(g, t.columns, int(t.ts_ms[i]), FORECAST, t.values[i], t.std[i])
