"""Minutes of sensors out of the local store, from any process."""
from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from twin.events import ACTUAL
from twin.sinks.minutes import Part, StoreError
from twin.wire.lines import SENSOR

SERIES = "SELECT id, hall, asset, fields FROM series WHERE measurement=? AND src=? AND scenario=?"


class LocalMinutes:
    """The SQLite file of a service, opened for reading alone."""

    def __init__(self, path: Path):
        self.path, self.name = path, str(path)

    def parts(self, cls: str, fields: Sequence[str], start_ms: int, end_ms: int) -> Iterator[Part]:
        query = "SELECT ts_ms, data FROM points WHERE series=? AND ts_ms>=? AND ts_ms<? ORDER BY ts_ms"
        with self._opened() as db:
            for series, hall, asset, kept in db.execute(SERIES, (f"{cls}_1m", SENSOR, ACTUAL)).fetchall():
                points = db.execute(query, (series, start_ms, end_ms)).fetchall()
                names = json.loads(kept)
                data = np.frombuffer(b"".join(cell for _, cell in points), "<f8").reshape(len(points), len(names))
                if points:
                    yield Part(hall, asset, names, np.array([t for t, _ in points], np.int64), data)

    def span(self, assets: Sequence[tuple[str, str]]) -> tuple[int, int] | None:
        ours = set(assets)
        with self._opened() as db:
            kept = [s for s, hall, asset, _ in db.execute(SERIES, ("cdu_1m", SENSOR, ACTUAL)).fetchall() if (hall, asset) in ours]
            spans = [db.execute("SELECT min(ts_ms), max(ts_ms) FROM points WHERE series=?", (s,)).fetchone() for s in kept]
        known = [s for s in spans if s[0] is not None]
        return (min(s[0] for s in known), max(s[1] for s in known)) if known else None

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        if not self.path.is_file():
            raise StoreError(f"{self.path}: no such store")
        try:
            with closing(sqlite3.connect(f"file:{self.path.absolute()}?mode=ro", uri=True, timeout=5.0)) as db:
                yield db
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: not a store of this program: {error}") from None
