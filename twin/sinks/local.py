"""The embedded store: one SQLite file with the same rows as InfluxDB, read by other processes while it is written.

A point is one row of one asset: `series` says which (measurement, tags, names of its fields), the blob holds the fields
as little-endian float64 in that order, NaN where not known. A row an asset instead of a row a field is a tenth of the
writes. Raw rows are kept for hours, minutes for days, hours for a year; by event time, so that a replay keeps its own.
"""
from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from config.classes import CLASSES
from config.site import SITE_LEVEL, Site
from twin.events import ACTUAL, AlarmChange, Effect, Forget, Moment, Reading, Score, Snapshot
from twin.sinks.base import LIVE
from twin.sinks.history import history
from twin.sinks.moments import SCHEMA as MOMENTS
from twin.sinks.moments import thin
from twin.wire.lines import SENSOR, TWIN, boundary, gpu_fields, twin_fields, twin_values
from twin.wire.rollup import Window
from twin.wire.rows import Item, Lanes, changes, items
from twin.wire.scores import FIELDS, MEASUREMENT, horizon, score_values

__all__ = ["Keep", "LocalStore", "history"]

HOUR_MS = 3_600_000
QUEUE_MAX = 20_000  # slices waiting for the disk; beyond, the newest are not stored, and counted
ROWS_MAX = 500_000  # rows of one commit
_COMMIT_S, _PAST_COMMIT_S = 1.0, 10.0  # a page of each series is written anew at every commit: a past that nobody waits for takes its time
_CLOSE_S = 3.5
_SCHEMA = """
CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, hall TEXT NOT NULL, asset TEXT NOT NULL,
  src TEXT NOT NULL, scenario TEXT NOT NULL, fields TEXT NOT NULL, UNIQUE (measurement, hall, asset, src, scenario, fields));
CREATE TABLE IF NOT EXISTS points (series INTEGER NOT NULL, ts_ms INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (series, ts_ms)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alarms (ts_ms INTEGER NOT NULL, serial INTEGER NOT NULL, alarm TEXT NOT NULL, change TEXT NOT NULL,
  before TEXT NOT NULL, state TEXT NOT NULL, priority INTEGER NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (ts_ms, serial, alarm)) WITHOUT ROWID;
"""
_Row = tuple[int, int, bytes]
_Change = tuple[int, int, str, str, str, str, int, str, str]


@dataclass(frozen=True)
class Keep:
    """How long rows stay, hours of event time, by the end of the measurement's name."""

    raw_h: float = 3.0
    minute_h: float = 72.0
    hour_h: float = 24.0 * 400

    def of(self, measurement: str) -> float:
        return {"_1m": self.minute_h, "_1h": self.hour_h}.get(measurement[-3:], self.raw_h)


def connect(path: Path) -> sqlite3.Connection:
    """Open for writing. WAL: readers never wait; a crash of the process loses nothing committed."""
    db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-16000", "journal_size_limit=67108864"):
        db.execute(f"PRAGMA {pragma}")
    db.executescript(_SCHEMA + MOMENTS)
    return db


class Tables:
    """Rows and windows to points. Knows the series numbers; used by the writer thread alone."""

    def __init__(self, site: Site, db: sqlite3.Connection, gpus: bool):
        self.site, self.db, self.gpus = site, db, gpus
        self._series: dict[tuple[str, str, str, tuple[str, ...]], list[int]] = {}
        self._scores: dict[tuple[str, ...], int] = {}

    def points(self, item: Item) -> Iterator[_Row]:
        if isinstance(item, Snapshot):
            yield from self._snapshot(item)
        elif item.cls != "gpu" or self.gpus:
            yield self._reading(item)

    def window(self, window: Window) -> Iterator[_Row]:
        key = window.key
        ids = self._ids(key.cls, window.measurement, key.src, key.scenario, window.fields)
        yield from _rows(ids, window.start_ms, window.values.reshape(len(ids), -1))

    def score(self, s: Score) -> _Row:
        """One row a column and horizon: `site.it_kw 1h`."""
        tags = (MEASUREMENT, SITE_LEVEL, f"{s.column} {horizon(s.horizon_s)}", TWIN, s.scenario, json.dumps(FIELDS))
        if tags not in self._scores:
            self._scores[tags] = self._made([tags])[0]
        return self._scores[tags], s.ts_ms, np.array(list(score_values(s).values())).astype("<f8").tobytes()

    def _reading(self, reading: Reading) -> _Row:
        gpu = reading.cls == "gpu"
        fields = gpu_fields(reading.values.shape[1]) if gpu else CLASSES[reading.cls].measured
        ids = self._ids("rack" if gpu else reading.cls, reading.cls, SENSOR, ACTUAL, (*fields, "q"))
        values = np.append(boundary(reading.cls, reading.values).ravel(), float(reading.q))
        return ids[reading.row], reading.ts_ms, values.astype("<f8").tobytes()

    def _snapshot(self, s: Snapshot) -> Iterator[_Row]:
        for cls in (c for c in s.values if len(s.values[c])):
            yield from _rows(self._ids(cls, cls, TWIN, s.scenario, twin_fields(cls)), s.ts_ms, twin_values(s, cls))
        if self.gpus and s.gpu_c.size:
            values = boundary("gpu", np.stack([s.gpu_c, s.gpu_w], axis=1))
            ids = self._ids("rack", "gpu", TWIN, s.scenario, gpu_fields(values.shape[2]))
            yield from _rows(ids, s.ts_ms, values.reshape(len(ids), -1))

    def _ids(self, cls: str, measurement: str, src: str, scenario: str, fields: tuple[str, ...]) -> list[int]:
        key = (measurement, src, scenario, fields)
        if key not in self._series:
            self._series[key] = self._made([(measurement, a.hall, a.id, src, scenario, json.dumps(fields)) for a in self.site.assets[cls]])
        return self._series[key]

    def _made(self, tags: list[tuple[str, ...]]) -> list[int]:
        with self.db:
            self.db.execute("BEGIN IMMEDIATE")
            return [self._id(t) for t in tags]

    def _id(self, tags: tuple[str, ...]) -> int:
        self.db.execute("INSERT OR IGNORE INTO series (measurement, hall, asset, src, scenario, fields) VALUES (?,?,?,?,?,?)", tags)
        where = "measurement=? AND hall=? AND asset=? AND src=? AND scenario=? AND fields=?"
        return int(self.db.execute(f"SELECT id FROM series WHERE {where}", tags).fetchone()[0])


def _rows(ids: list[int], ts_ms: int, values: np.ndarray) -> Iterator[_Row]:
    known = np.isfinite(values).any(axis=1).tolist()
    data, width = values.astype("<f8").tobytes(), 8 * values.shape[1]
    for place, (series, any_known) in enumerate(zip(ids, known, strict=True)):
        if any_known:
            yield series, ts_ms, data[place * width : (place + 1) * width]


def _change(c: AlarmChange) -> _Change:
    a = c.alarm
    return c.ts_ms, c.serial, a.id, c.change, c.before, a.state, a.priority, a.author, a.text


class LocalStore:
    """Writes to `path`, one commit a second. `gpus` tells whether single GPUs are stored (a rack's hottest and mean always are).

    `windows_only` leaves raw rows out: of a past that is filled in they would be gone before they are read.
    """

    name = "store"

    def __init__(self, site: Site, path: Path, keep: Keep = Keep(), gpus: bool = False, windows_only: bool = False):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.keep, self.windows_only = path, keep, windows_only
        self._db = connect(path)
        self._tables, self._lanes = Tables(site, self._db, gpus), Lanes(site)
        self._queue: deque[tuple[str, Sequence[Effect] | None]] = deque()
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="local-store", daemon=True)
        self._put = self._gathered = self._done = self._dropped = self._written = 0
        self._rows: list[_Row] = []
        self._changes: list[_Change] = []
        self._moments: list[tuple[int, bytes]] = []
        self._forgotten: set[int] = set()
        self._windows: deque[Window] = deque()
        self._newest_ms, self._pruned_ms = 0, 0
        self._stopping = self._hurry = False
        self._trouble = ""

    async def open(self) -> None:
        self._thread.start()

    def put(self, effects: Sequence[Effect], lane: str = LIVE) -> None:
        self._enqueue(lane, effects)

    def finish(self, lane: str) -> None:
        self._enqueue(lane, None)

    def _enqueue(self, lane: str, effects: Sequence[Effect] | None) -> None:
        if len(self._queue) >= QUEUE_MAX:
            self._dropped += 1
            return
        self._queue.append((lane, effects))
        self._put += 1

    async def flush(self) -> None:
        """Returns when everything put so far is committed."""
        await asyncio.to_thread(self._await, self._put)

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    def health(self) -> dict[str, Any]:
        return {"ok": not self._trouble, "detail": self._trouble or str(self.path), "written": self._written,
                "queued": len(self._queue), "lost": self._dropped, "late": self._lanes.late}

    # the writer thread

    def _run(self) -> None:
        while not self._stopping:
            with self._wake:
                self._wake.wait_for(lambda: self._stopping or self._hurry, _PAST_COMMIT_S if self.windows_only else _COMMIT_S)
                self._hurry = False
            self._turn()
        self._turn()
        self._windows += self._lanes.finish_all()
        self._turn()
        self._db.close()

    def _turn(self) -> None:
        """One commit of all that waits. What fails (a full disk) waits for the next turn, each row counted once."""
        try:
            self._gather()
            self._commit()
            self._prune()
            self._trouble = ""
        except sqlite3.Error as err:
            self._trouble = f"{self.path}: {err}"
        with self._wake:
            self._wake.notify_all()

    def _gather(self) -> None:
        """Queue to rows. An element leaves the queue only when its rows are made."""
        while self._queue and len(self._rows) < ROWS_MAX:
            lane, effects = self._queue[0]
            found = items(effects or ())
            rows = [] if self.windows_only else [row for item in found for row in self._tables.points(item)]
            self._forget({e.scenario for e in effects or () if isinstance(e, Forget)})
            rows += [self._tables.score(e) for e in effects or () if isinstance(e, Score)]
            self._windows += self._lanes.finish(lane) if effects is None else self._lanes.add(lane, found)
            self._rows += rows
            self._changes += [_change(c) for c in changes(effects or ())]
            self._moments += [(e.ts_ms, e.data) for e in effects or () if isinstance(e, Moment)]
            self._newest_ms = max(self._newest_ms, *(i.ts_ms for i in found if not isinstance(i, Snapshot) or i.scenario == ACTUAL), 0)
            self._queue.popleft()
            self._gathered += 1
        self._make_windows()

    def _forget(self, scenarios: set[str]) -> None:
        """Take out what is stored of scenarios, and what waits to be."""
        for scenario in scenarios:
            ids = {series for series, in self._db.execute("SELECT id FROM series WHERE scenario = ?", (scenario,))}
            self._rows = [row for row in self._rows if row[0] not in ids]
            self._forgotten |= ids

    def _make_windows(self) -> None:
        while self._windows:
            self._rows += self._tables.window(self._windows[0])
            self._windows.popleft()

    def _commit(self) -> None:
        self._rows.sort()
        self._transaction(self._insert)
        self._written += len(self._rows)
        self._rows, self._changes, self._moments = [], [], []
        self._forgotten.clear()
        self._done = self._gathered

    def _insert(self) -> None:
        self._db.executemany("DELETE FROM points WHERE series = ?", [(series,) for series in sorted(self._forgotten)])
        self._db.executemany("INSERT OR REPLACE INTO points VALUES (?,?,?)", self._rows)
        self._db.executemany("INSERT OR REPLACE INTO alarms VALUES (?,?,?,?,?,?,?,?,?)", self._changes)
        self._db.executemany("INSERT OR REPLACE INTO moments VALUES (?,?)", self._moments)

    def _transaction(self, work: Callable[[], object]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            work()
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def _prune(self) -> None:
        """Once a tenth of the shortest keeping, take out what is too old, series by series along the primary key."""
        if self._newest_ms - self._pruned_ms < self.keep.raw_h * HOUR_MS / 10:
            return
        self._pruned_ms = self._newest_ms
        self._transaction(self._delete_old)

    def _delete_old(self) -> None:
        for series, measurement in self._db.execute("SELECT id, measurement FROM series").fetchall():
            oldest = self._newest_ms - int(self.keep.of(measurement) * HOUR_MS)
            self._db.execute("DELETE FROM points WHERE series = ? AND ts_ms < ?", (series, oldest))
        thin(self._db, self._newest_ms)
        self._db.execute("DELETE FROM alarms WHERE ts_ms < ?", (self._newest_ms - int(self.keep.hour_h * HOUR_MS),))

    def _await(self, count: int) -> None:
        with self._wake:
            self._hurry = True
            self._wake.notify_all()
            self._wake.wait_for(lambda: self._done >= count or not self._thread.is_alive() or self._trouble)

    def _close(self) -> None:
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        if self._thread.ident is not None:
            self._thread.join(_CLOSE_S)
