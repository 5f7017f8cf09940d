"""Clocks of the shell. The fold never reads one; the loop gives it the time."""
from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    def now_ms(self) -> int:
        """Epoch milliseconds of the plant's time."""

    def follow(self, ts_ms: int) -> None:
        """An event of this time arrived just now."""


class WallClock:
    """The machine's clock: plant time is real time."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def follow(self, ts_ms: int) -> None:
        """Real time follows nobody."""


class ScaledClock:
    """Plant time that runs `speed` times real time. It stands still at `start_ms` until the first event sets it, and an
    event ahead of it sets it again: a plant that was slow to start is not late for ever."""

    def __init__(self, speed: float, start_ms: int):
        self.speed = speed
        self._ms = start_ms
        self._s: float | None = None

    def now_ms(self) -> int:
        return self._ms if self._s is None else self._ms + int((time.monotonic() - self._s) * self.speed * 1000.0)

    def follow(self, ts_ms: int) -> None:
        if self._s is None or ts_ms > self.now_ms():
            self._ms, self._s = ts_ms, time.monotonic()


class ManualClock:
    """A clock moved by hand or by the events themselves: replays and tests."""

    def __init__(self, ts_ms: int = 0):
        self.ts_ms = ts_ms

    def now_ms(self) -> int:
        return self.ts_ms

    def follow(self, ts_ms: int) -> None:
        self.ts_ms = max(self.ts_ms, ts_ms)
