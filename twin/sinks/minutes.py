"""Read many columns of sensors out of the local store at once, minute by minute, from any process."""
from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from config.classes import CLASSES
from config.site import Site
from twin.events import ACTUAL
from twin.wire.lines import SENSOR

Array = np.ndarray
MINUTE_MS = 60_000


class StoreError(Exception):
    """A store that cannot be read, or that does not hold what was asked for."""


@dataclass(frozen=True, slots=True)
class Stored:
    """times [T] epoch ms at which minutes begin; columns: `class.column` -> [T, rows] SI means, NaN where missing; samples: in a common minute."""

    times: Array
    columns: Mapping[str, Array]
    samples: float


def minutes(path: Path, site: Site, names: Iterable[str], start_ms: int, end_ms: int) -> Stored:
    """The minutes of `start_ms <= t < end_ms` of which anything is stored, of columns `class.column`. Raises StoreError."""
    if not path.is_file():
        raise StoreError(f"{path}: no such store")
    wanted: dict[str, list[str]] = {}
    for name in sorted(set(names)):
        cls, column = name.split(".")
        wanted.setdefault(cls, []).append(column)
    try:
        with closing(sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True, timeout=5.0)) as db:
            return _read(db, path, site, wanted, start_ms, end_ms)
    except sqlite3.Error as error:
        raise StoreError(f"{path}: not a store of this program: {error}") from None


def _read(db: sqlite3.Connection, path: Path, site: Site, wanted: Mapping[str, list[str]], start_ms: int, end_ms: int) -> Stored:
    begin = -(-start_ms // MINUTE_MS) * MINUTE_MS
    length = max(0, -(-(end_ms - begin) // MINUTE_MS))
    columns = {f"{cls}.{c}": np.full((length, site.count(cls)), np.nan) for cls, found in wanted.items() for c in found}
    counts: list[float] = []
    for cls, found in wanted.items():
        for row, fields, times, values in _series(db, site, cls, begin, end_ms):
            at = (times - begin) // MINUTE_MS
            for c in (c for c in found if f"{c}_mean" in fields):
                columns[f"{cls}.{c}"][at, row] = values[:, fields.index(f"{c}_mean")] * _factor(cls, c)
                if row == 0 and cls != "weather":
                    counts.append(float(np.median(values[:, fields.index(f"{c}_n")])))
    seen = np.zeros(length, dtype=bool)
    for x in columns.values():
        seen |= np.isfinite(x).any(axis=1)
    if not seen.any():
        raise StoreError(f"{path}: no minutes of {site.id} in this span: {_held(db, site)}")
    return Stored(begin + MINUTE_MS * np.flatnonzero(seen), {n: x[seen] for n, x in columns.items()}, float(np.median(counts)) if counts else 1.0)


def _series(db: sqlite3.Connection, site: Site, cls: str, start_ms: int, end_ms: int) -> Iterator[tuple[int, list[str], Array, Array]]:
    query = "SELECT id, hall, asset, fields FROM series WHERE measurement=? AND src=? AND scenario=?"
    for series, hall, asset, fields in db.execute(query, (f"{cls}_1m", SENSOR, ACTUAL)).fetchall():
        row = site.at.get((hall, cls, asset))
        points = db.execute("SELECT ts_ms, data FROM points WHERE series=? AND ts_ms>=? AND ts_ms<? ORDER BY ts_ms", (series, start_ms, end_ms)).fetchall()
        if points and row is None:
            raise StoreError(f"the store holds minutes of {hall}/{cls}/{asset}, which {site.id} does not have: a store of another site")
        if points:
            names = json.loads(fields)
            data = np.frombuffer(b"".join(cell for _, cell in points), "<f8").reshape(len(points), len(names))
            yield row, names, np.array([t for t, _ in points], np.int64), data


def _factor(cls: str, column: str) -> float:
    return float(CLASSES[cls].factors()[CLASSES[cls].column(column)])


def _held(db: sqlite3.Connection, site: Site) -> str:
    """What the store does hold of this site's minutes, in words."""
    query = "SELECT id, hall, asset FROM series WHERE measurement='cdu_1m' AND src=? AND scenario=?"
    ours = [s for s, hall, asset in db.execute(query, (SENSOR, ACTUAL)).fetchall() if (hall, "cdu", asset) in site.at]
    spans = [db.execute("SELECT min(ts_ms), max(ts_ms) FROM points WHERE series=?", (s,)).fetchone() for s in ours]
    known = [span for span in spans if span[0] is not None]
    if not known:
        return "it holds none of this site at all"
    first, last = (np.datetime64(int(t), "ms").astype("datetime64[s]") for t in (min(s[0] for s in known), max(s[1] for s in known)))
    return f"it holds {first}Z to {last}Z"
