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
    """Plant time that runs `speed` times real time from the newest event on; without news it halts after `PATIENCE_S`.

    So it neither drifts from a sender that cannot keep its speed nor runs ahead of it, which would make its readings late.
    """

    PATIENCE_S = 2.0  # real time

    def __init__(self, speed: float, start_ms: int | None = None):
        self.speed = speed
        self._ms = time.time_ns() // 1_000_000 if start_ms is None else start_ms
        self._s = time.monotonic()

    def now_ms(self) -> int:
        return self._ms + int(min(time.monotonic() - self._s, self.PATIENCE_S) * self.speed * 1000.0)

    def follow(self, ts_ms: int) -> None:
        if ts_ms > self._ms:
            self._ms, self._s = ts_ms, time.monotonic()


class ManualClock:
    """A clock moved by hand or by the events themselves: replays and tests."""

    def __init__(self, ts_ms: int = 0):
        self.ts_ms = ts_ms

    def now_ms(self) -> int:
        return self.ts_ms

    def follow(self, ts_ms: int) -> None:
        self.ts_ms = max(self.ts_ms, ts_ms)


def clock_for(speed: float) -> Clock:
    return WallClock() if speed == 1.0 else ScaledClock(speed)
