"""Lines gathered into bodies of bounded size and age. Pure but for the clock it is given."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

MAX_LINES = 5_000
MAX_BYTES = 1_000_000  # a body over 25 MB resets the connection on InfluxDB 1.6.7
MAX_AGE_S = 1.0


class Batcher:
    """`add` gives the bodies that are full, `due` the rest once it is old enough, `rest` at once."""

    def __init__(self, max_lines: int = MAX_LINES, max_bytes: int = MAX_BYTES, max_age_s: float = MAX_AGE_S):
        self.max_lines, self.max_bytes, self.max_age_s = max_lines, max_bytes, max_age_s
        self._lines: list[bytes] = []
        self._bytes = 0
        self._since = 0.0

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, lines: Iterable[bytes], now_s: float) -> Iterator[bytes]:
        """Take lines; yields bodies, each line ended by a newline. A line longer than `max_bytes` is a body of its own."""
        for line in lines:
            if self._lines and (len(self._lines) >= self.max_lines or self._bytes + len(line) + 1 > self.max_bytes):
                yield self.rest()
            if not self._lines:
                self._since = now_s
            self._lines.append(line)
            self._bytes += len(line) + 1

    def due(self, now_s: float) -> bytes:
        """The open body when it is full or old, else nothing."""
        old = self._lines and (now_s - self._since >= self.max_age_s or len(self._lines) >= self.max_lines)
        return self.rest() if old else b""

    def rest(self) -> bytes:
        """The open body, whatever its age."""
        body = b"".join(line + b"\n" for line in self._lines)
        self._lines, self._bytes = [], 0
        return body
