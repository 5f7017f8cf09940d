"""Read one column out of the local store, from any process, at the resolution that the span asks for."""
from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_ROWS_A_POINT = 8  # finer rows that may go into one point; more, and the next coarser level is read
_LEVELS = (("", 1), ("_1m", 60_000), ("_1h", 3_600_000))  # end of the measurement's name, length of a row in ms
_Pair = tuple[np.ndarray, np.ndarray]
_NOTHING: _Pair = (np.empty(0, np.int64), np.empty(0))


@dataclass(frozen=True)
class _Column:
    """Where a column's values are: series number and place in its blob."""

    series: int
    place: int


def history(path: str | Path, measurement: str, hall: str, id: str, field: str, src: str, scenario: str,
            start_ms: int, end_ms: int, max_points: int) -> _Pair:
    """(times int64 epoch ms, values in boundary units) of `start_ms <= t < end_ms`, at most `max_points`.

    Raw rows where they are few enough and still kept, else the means of minutes or hours; what the last finished window
    does not cover yet comes from the finer level. A column or file that does not exist gives two empty arrays.
    """
    if not Path(path).exists() or max_points < 1 or end_ms <= start_ms:
        return _NOTHING
    with closing(sqlite3.connect(f"file:{Path(path).absolute()}?mode=ro", uri=True, timeout=5.0)) as db:
        levels = [_columns(db, f"{measurement}{end}", hall, id, f"{field}_mean" if end else field, src, scenario) for end, _ in _LEVELS]
        chosen = _choose(db, levels, start_ms, end_ms, max_points)
        pieces = _pieces(db, levels, chosen, start_ms, end_ms)
    return thin(np.concatenate([p[0] for p in pieces]), np.concatenate([p[1] for p in pieces]), start_ms, end_ms, max_points)


def _columns(db: sqlite3.Connection, measurement: str, hall: str, id: str, field: str, src: str, scenario: str) -> list[_Column]:
    where = "measurement=? AND hall=? AND asset=? AND src=? AND scenario=?"
    found = db.execute(f"SELECT id, fields FROM series WHERE {where}", (measurement, hall, id, src, scenario)).fetchall()
    return [_Column(series, names.index(field)) for series, names in ((s, json.loads(f)) for s, f in found) if field in names]


def _span(db: sqlite3.Connection, columns: Sequence[_Column], start: int, end: int) -> tuple[int, int]:
    """(number of rows, time of the first) in a span; the end of the span where there is none."""
    query = "SELECT count(*), min(ts_ms) FROM points WHERE series=? AND ts_ms>=? AND ts_ms<?"
    spans = [db.execute(query, (c.series, start, end)).fetchone() for c in columns]
    return sum(n for n, _ in spans), min((t for n, t in spans if n), default=end)


def _choose(db: sqlite3.Connection, levels: list[list[_Column]], start: int, end: int, max_points: int) -> int:
    """The finest level that reaches back as far as any other, unless it is too many rows and the next one is not too few."""
    spans = [_span(db, columns, start, end) for columns in levels]
    first = min(t for _, t in spans)
    for level, (rows, begins) in enumerate(spans[:-1]):
        coarser = spans[level + 1][0]
        few = rows <= max_points * _ROWS_A_POINT or coarser < max_points / 2
        if rows and few and begins <= first + 2 * _LEVELS[level + 1][1]:
            return level
    return max((level for level, (rows, _) in enumerate(spans) if rows), default=0)


def _pieces(db: sqlite3.Connection, levels: list[list[_Column]], level: int, start: int, end: int) -> list[_Pair]:
    """Rows of a level, then of the finer ones from where it ends."""
    times, values = _read(db, levels[level], start, end)
    length = _LEVELS[level][1]
    if level == 0:
        return [(times, values)]
    after = max(start, int(times[-1]) + length) if len(times) else start
    middle = (times + length // 2, values)  # a mean stands for the middle of its window
    inside = (middle[0] >= start) & (middle[0] < end)
    return [(middle[0][inside], middle[1][inside]), *_pieces(db, levels, level - 1, after, end)]


def _read(db: sqlite3.Connection, columns: Sequence[_Column], start: int, end: int) -> _Pair:
    rows = [row for c in columns for row in _rows(db, c, start, end)]
    rows.sort()
    return np.array([t for t, _ in rows], np.int64), np.array([v for _, v in rows], float)


def _rows(db: sqlite3.Connection, column: _Column, start: int, end: int) -> list[tuple[int, float]]:
    query = "SELECT ts_ms, substr(data, ?, 8) FROM points WHERE series=? AND ts_ms>=? AND ts_ms<? ORDER BY ts_ms"
    found = db.execute(query, (8 * column.place + 1, column.series, start, end)).fetchall()
    values = np.frombuffer(b"".join(cell for _, cell in found), "<f8").tolist()
    return [(ts, value) for (ts, _), value in zip(found, values, strict=True) if value == value]  # noqa: PLR0124 NaN is left out


def thin(times: np.ndarray, values: np.ndarray, start_ms: int, end_ms: int, max_points: int) -> _Pair:
    """Mean time and mean value of equal spans, where there are more points than asked for."""
    if len(times) <= max_points:
        return times, values
    span = (times - start_ms) * max_points // (end_ms - start_ms)
    used, place = np.unique(span, return_inverse=True)
    n = np.bincount(place)
    offset = np.bincount(place, (times - start_ms).astype(float)) / n
    return start_ms + np.rint(offset).astype(np.int64)[: len(used)], np.bincount(place, values) / n
