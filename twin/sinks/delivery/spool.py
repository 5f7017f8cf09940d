"""Bodies on disk, oldest first: one file a body, complete or not there at all, gone once delivered.

Write order: temporary file, fsync, rename, fsync of the folder. After a crash every file with the right name is whole,
and the next start goes on with the oldest. One process at a time: a lock file says so.
"""
from __future__ import annotations

import fcntl
import os
import threading
from collections import deque
from pathlib import Path
from typing import TextIO

SUFFIX = ".lines"
MAX_BYTES = 4 << 30


class SpoolBusy(OSError):
    """Another process has the folder."""


class Spool:
    """A queue of bodies in a folder. Safe for one writer and one reader thread."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES):
        self.folder, self.max_bytes = folder, max_bytes
        folder.mkdir(parents=True, exist_ok=True)
        self._lock_file = _lock(folder)
        self._mutex = threading.Lock()
        self._queue: deque[tuple[int, int]] = deque()  # (number, bytes)
        self.bytes = 0
        self.lost = 0  # bodies given up because the disk share was full
        self._recover()

    def _recover(self) -> None:
        for left in self.folder.glob("*.tmp"):
            left.unlink()
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            self._note(int(path.stem), path.stat().st_size)
        self._next = self._queue[-1][0] + 1 if self._queue else 1

    def __len__(self) -> int:
        return len(self._queue)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:012d}{SUFFIX}"

    def _note(self, number: int, size: int) -> None:
        self._queue.append((number, size))
        self.bytes += size

    def append(self, body: bytes) -> None:
        """Keep a body; on return it survives a crash of process or machine."""
        path = self._path(self._next)
        temporary = path.with_suffix(".tmp")
        with temporary.open("wb") as out:
            out.write(body)
            out.flush()
            os.fsync(out.fileno())
        temporary.rename(path)
        _sync(self.folder)
        with self._mutex:
            self._note(self._next, len(body))
            self._next += 1
        self._make_room()

    def _make_room(self) -> None:
        """Over the share of the disk the oldest go, counted; the newest always stays."""
        while self.bytes > self.max_bytes and len(self._queue) > 1:
            self.lost += 1
            self.remove(self._queue[0][0])

    def oldest(self) -> tuple[int, bytes] | None:
        """Number and bytes of the body to deliver next."""
        with self._mutex:
            if not self._queue:
                return None
            number = self._queue[0][0]
            return number, self._path(number).read_bytes()

    def remove(self, number: int) -> None:
        """A body is delivered, or given up."""
        with self._mutex:
            if self._queue and self._queue[0][0] == number:
                self.bytes -= self._queue.popleft()[1]
                self._path(number).unlink(missing_ok=True)

    def close(self) -> None:
        self._lock_file.close()


def _lock(folder: Path) -> TextIO:
    held = (folder / "lock").open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise SpoolBusy(f"{folder}: another process delivers from this folder") from None
    return held


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
