"""Aggregates over 1 min and 1 h of what sensors said and the twin held: mean, min, max and n of each column.

A window belongs to the time it begins at and is written once, when the watermark passes its end. Sums are kept as
integers of the last printed decimal, so the order of arrival within the lateness cannot change a bit of the result.
Measurements `{class}_1m`, `{class}_1h`, fields `{column}_mean|min|max|n`; a GPU's own values are not aggregated
(its rack's `gpu_max_c` and `gpu_mean_c` are).
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from config.classes import CLASSES
from config.site import Site
from twin.events import ACTUAL, Reading, Snapshot
from twin.wire.lines import SENSOR, TWIN, boundary, lines

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
PERIODS = {"1m": MINUTE_MS, "1h": HOUR_MS}
STATISTICS = ("mean", "min", "max", "n")
_SCALE = 1e6  # one unit of an integer sum is the last printed decimal
_CLIP = 1e8  # keeps 90,000 values an hour inside 64 bits; ten times what any column can be


class Key(NamedTuple):
    """One stream of rows of a class."""

    cls: str
    src: str
    scenario: str


@dataclass
class Cells:
    """Running aggregate; every array has shape (rows, columns)."""

    total: np.ndarray  # int64, in 1e-6 of the boundary unit
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray

    def add(self, rows: np.ndarray, values: np.ndarray) -> None:
        """Values in boundary units, shape (k, columns), of `rows`, shape (k,), which may repeat; NaN is not counted."""
        known = np.isfinite(values)
        whole = np.rint(np.clip(np.where(known, values, 0.0), -_CLIP, _CLIP) * _SCALE).astype(np.int64)
        np.add.at(self.total, rows, whole)
        np.add.at(self.n, rows, known.astype(np.int64))
        np.minimum.at(self.low, rows, np.where(known, values, np.inf))
        np.maximum.at(self.high, rows, np.where(known, values, -np.inf))

    def merge(self, other: Cells) -> None:
        self.total += other.total
        self.n += other.n
        np.minimum(self.low, other.low, out=self.low)
        np.maximum(self.high, other.high, out=self.high)


def empty(rows: int, columns: int) -> Cells:
    """Nothing aggregated yet."""
    shape = (rows, columns)
    zeros = (np.zeros(shape, np.int64), np.zeros(shape, np.int64))
    return Cells(zeros[0], np.full(shape, np.inf), np.full(shape, -np.inf), zeros[1])


@dataclass(frozen=True)
class Window:
    """A finished window. `values` in boundary units, shape (rows, columns, 4) as `STATISTICS`; NaN where nothing was seen."""

    key: Key
    period: str
    start_ms: int
    values: np.ndarray

    @property
    def measurement(self) -> str:
        return f"{self.key.cls}_{self.period}"

    @property
    def fields(self) -> tuple[str, ...]:
        return fields(self.key)


def columns(key: Key) -> tuple[str, ...]:
    """What a stream's rows hold: sensors give the measured columns only."""
    return CLASSES[key.cls].measured if key.src == SENSOR else CLASSES[key.cls].columns


def fields(key: Key) -> tuple[str, ...]:
    """Field names of a stream's windows, statistic by statistic within a column."""
    return tuple(f"{c}_{s}" for c in columns(key) for s in STATISTICS)


class Rollup:
    """Feed it readings and snapshots in any order within the lateness; `close` gives what is finished."""

    def __init__(self, site: Site):
        self.site = site
        self.late = 0  # rows that came after their window was written
        self._open: dict[tuple[int, str, Key], Cells] = {}
        self._closed_ms: int | None = None  # every window that ends by then is written

    def add(self, items: Iterable[Reading | Snapshot]) -> None:
        """Take rows in; GPU arrays are passed over."""
        readings: dict[tuple[str, int], list[Reading]] = defaultdict(list)
        for item in items:
            if isinstance(item, Snapshot):
                self._snapshot(item)
            elif item.cls != "gpu":
                readings[(item.cls, _begin(item.ts_ms, MINUTE_MS))].append(item)
        for (cls, start), group in readings.items():
            values = boundary(cls, np.array([r.values for r in group]))
            self._rows(start, Key(cls, SENSOR, ACTUAL), np.array([r.row for r in group]), values)

    def _snapshot(self, snapshot: Snapshot) -> None:
        start = _begin(snapshot.ts_ms, MINUTE_MS)
        for cls, values in snapshot.values.items():
            if len(values):
                self._rows(start, Key(cls, TWIN, snapshot.scenario), np.arange(len(values)), boundary(cls, values))

    def _rows(self, start: int, key: Key, rows: np.ndarray, values: np.ndarray) -> None:
        if self._closed_ms is not None and start + MINUTE_MS <= self._closed_ms:
            self.late += len(rows)
            return
        self._cells(start, "1m", key).add(rows, values)

    def _cells(self, start: int, period: str, key: Key) -> Cells:
        at = (start, period, key)
        if at not in self._open:
            self._open[at] = empty(self.site.count(key.cls), len(columns(key)))
        return self._open[at]

    def close(self, watermark_ms: int) -> list[Window]:
        """Windows that end by the watermark, oldest first, in one order whatever came first."""
        if self._closed_ms is not None and watermark_ms <= self._closed_ms:
            return []
        self._closed_ms = watermark_ms
        minutes = self._take("1m", watermark_ms)
        for (start, _, key), cells in minutes:
            self._cells(_begin(start, HOUR_MS), "1h", key).merge(cells)
        return [_window(at, cells) for at, cells in (*minutes, *self._take("1h", watermark_ms))]

    def _take(self, period: str, watermark_ms: int) -> list[tuple[tuple[int, str, Key], Cells]]:
        done = sorted(at for at in self._open if at[1] == period and at[0] + PERIODS[period] <= watermark_ms)
        return [(at, self._open.pop(at)) for at in done]


def _begin(ts_ms: int, period_ms: int) -> int:
    return ts_ms - ts_ms % period_ms


def _window(at: tuple[int, str, Key], cells: Cells) -> Window:
    n = cells.n.astype(float)
    seen = n > 0
    mean = np.round(np.divide(cells.total / _SCALE, n, out=np.full(n.shape, np.nan), where=seen), 6) + 0.0
    low, high = (np.where(seen, x, np.nan) for x in (cells.low, cells.high))
    start, period, key = at
    return Window(key, period, start, np.stack([mean, low, high, np.where(seen, n, np.nan)], axis=-1))


def window_lines(site: Site, window: Window) -> list[bytes]:
    """Line protocol of a finished window, one line a row of which anything was seen."""
    return list(_lines(site, window))


def _lines(site: Site, window: Window) -> Iterator[bytes]:
    flat = window.values.reshape(len(window.values), -1)
    key = window.key
    yield from lines(site).rows(key.cls, window.measurement, key.src, key.scenario, window.start_ms, window.fields, flat)
