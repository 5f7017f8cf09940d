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
from functools import cache
from typing import NamedTuple

import numpy as np

from config.site import Site
from twin.events import ACTUAL, Reading, Snapshot
from twin.wire.cells import Cells, Plan, columns
from twin.wire.lines import SENSOR, TWIN, lines

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
PERIODS = {"1m": MINUTE_MS, "1h": HOUR_MS}
STATISTICS = ("mean", "min", "max", "n")


class Key(NamedTuple):
    """One stream of rows of a class."""

    cls: str
    src: str
    scenario: str


class _At(NamedTuple):
    """One window of all classes of a source."""

    start_ms: int
    period: str
    src: str
    scenario: str


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
        return fields(self.key.cls, self.key.src)


@cache
def fields(cls: str, src: str) -> tuple[str, ...]:
    """Field names of a stream's windows, statistic by statistic within a column."""
    return tuple(f"{c}_{s}" for c in columns(cls, src) for s in STATISTICS)


class Rollup:
    """Feed it readings and snapshots in any order within the lateness; `close` gives what is finished."""

    def __init__(self, site: Site):
        self.late = 0  # rows that came after their window was written
        self._plans = {src: Plan.of(site, src) for src in (SENSOR, TWIN)}
        self._open: dict[_At, Cells] = {}
        self._closed_ms: int | None = None  # every window that ends by then is written

    def add(self, items: Iterable[Reading | Snapshot]) -> None:
        """Take rows in; GPU arrays are passed over."""
        readings: dict[int, list[Reading]] = defaultdict(list)
        for item in items:
            if isinstance(item, Snapshot):
                self._snapshot(item)
            elif item.cls != "gpu":
                readings[_begin(item.ts_ms, MINUTE_MS)].append(item)
        for start, group in readings.items():
            self._readings(start, group)

    def _snapshot(self, snapshot: Snapshot) -> None:
        seen = [(cls, slice(None), v) for cls, v in snapshot.values.items() if len(v)]
        self._moment(_begin(snapshot.ts_ms, MINUTE_MS), TWIN, snapshot.scenario, seen, sum(len(v) for _, _, v in seen))

    def _readings(self, start: int, group: list[Reading]) -> None:
        """A row that came more than once goes into one moment after another."""
        for moment in _moments(group):
            seen = [(cls, np.array([r.row for r in rows]), np.array([r.values for r in rows])) for cls, rows in moment.items()]
            self._moment(start, SENSOR, ACTUAL, seen, sum(len(rows) for rows in moment.values()))

    def _moment(self, start: int, src: str, scenario: str, seen: list[tuple[str, np.ndarray | slice, np.ndarray]], count: int) -> None:
        if self._closed_ms is not None and start + MINUTE_MS <= self._closed_ms:
            self.late += count
            return
        cells = self._cells(_At(start, "1m", src, scenario))
        flat = cells.plan.blank()
        for cls, rows, values in seen:
            cells.plan.put(flat, cls, rows, values)
            cells.touched.add(cls)
        cells.add(flat)

    def _cells(self, at: _At) -> Cells:
        if at not in self._open:
            self._open[at] = Cells(self._plans[at.src])
        return self._open[at]

    def close(self, watermark_ms: int) -> list[Window]:
        """Windows that end by the watermark, oldest first, in one order whatever came first."""
        if self._closed_ms is not None and watermark_ms <= self._closed_ms:
            return []
        self._closed_ms = watermark_ms
        minutes = self._take("1m", watermark_ms)
        for at, cells in minutes:
            self._cells(at._replace(start_ms=_begin(at.start_ms, HOUR_MS), period="1h")).merge(cells)
        return [*_windows(minutes), *_windows(self._take("1h", watermark_ms))]

    def _take(self, period: str, watermark_ms: int) -> list[tuple[_At, Cells]]:
        done = [at for at in self._open if at.period == period and at.start_ms + PERIODS[period] <= watermark_ms]
        return [(at, self._open.pop(at)) for at in done]


def _moments(group: list[Reading]) -> list[dict[str, list[Reading]]]:
    """Readings by class, each row of a class at most once in a moment."""
    times: dict[tuple[str, int], int] = defaultdict(int)
    moments: list[dict[str, list[Reading]]] = []
    for r in group:
        nth = times[r.cls, r.row]
        times[r.cls, r.row] = nth + 1
        if nth == len(moments):
            moments.append(defaultdict(list))
        moments[nth][r.cls].append(r)
    return moments


def _begin(ts_ms: int, period_ms: int) -> int:
    return ts_ms - ts_ms % period_ms


def _windows(done: list[tuple[_At, Cells]]) -> list[Window]:
    """A window for each class of which anything came, by time, class, source and scenario."""
    found = []
    for at, cells in done:
        values = cells.statistics()
        found += [Window(Key(cls, at.src, at.scenario), at.period, at.start_ms, cells.plan.view(values, cls)) for cls in cells.touched]
    return sorted(found, key=lambda w: (w.start_ms, w.key))


def window_lines(site: Site, window: Window) -> list[bytes]:
    """Line protocol of a finished window, one line a row of which anything was seen."""
    return list(_lines(site, window))


def _lines(site: Site, window: Window) -> Iterator[bytes]:
    flat = window.values.reshape(len(window.values), -1)
    key = window.key
    yield from lines(site).rows(key.cls, window.measurement, key.src, key.scenario, window.start_ms, window.fields, flat)
