"""Moments of the twin in the local store: written each few minutes, thinned as they age, read from any process."""
from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

SCHEMA = "CREATE TABLE IF NOT EXISTS moments (ts_ms INTEGER PRIMARY KEY, data BLOB NOT NULL);"
EVERY_MS, HOUR_MS = 600_000, 3_600_000
FINE_MS, ALL_MS = 24 * HOUR_MS, 14 * 24 * HOUR_MS  # every one for a day, one an hour for two weeks


def thin(db: sqlite3.Connection, newest_ms: int) -> None:
    """Take out what is too old, and of what is older than a day all but the first of each hour."""
    db.execute("DELETE FROM moments WHERE ts_ms < ?", (newest_ms - ALL_MS,))
    db.execute("DELETE FROM moments WHERE ts_ms < ? AND ts_ms NOT IN (SELECT min(ts_ms) FROM moments GROUP BY ts_ms / ?)", (newest_ms - FINE_MS, HOUR_MS))


def held(path: Path) -> list[int]:
    """Event times of the moments that a store holds, oldest first; none where there is no store."""
    return [ts for ts, in _rows(path, "SELECT ts_ms FROM moments ORDER BY ts_ms", ())]


def nearest(path: Path, at_ms: int) -> bytes | None:
    """The newest moment at or before `at_ms`."""
    found = _rows(path, "SELECT data FROM moments WHERE ts_ms <= ? ORDER BY ts_ms DESC LIMIT 1", (at_ms,))
    return found[0][0] if found else None


def _rows(path: Path, query: str, values: tuple[int, ...]) -> list[tuple]:
    if not path.is_file():
        return []
    try:
        with closing(sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True, timeout=5.0)) as db:
            return db.execute(query, values).fetchall()
    except sqlite3.OperationalError:  # a store from before there were moments
        return []
