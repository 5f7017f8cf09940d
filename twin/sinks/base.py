"""What a sink is. A new sink is one file in this folder with a class that has these methods.

The service loop calls `put` from the event loop with what one slice of the fold caused, in order. A sink must return at
once: it has a queue, a thread or a spool of its own, and it never raises for what its far side does. Effects it has no
use for are passed over. `health` is read four times a second: numbers in it become metrics, `ok` and `detail` are shown.
`close` returns within 4 s; what could not be delivered by then must be safe on disk or be counted.

What is not in order of time with the live stream (history that is filled in behind it) is put on a lane of its own,
so that each lane's aggregates have a watermark of their own; `finish` writes a lane's last windows.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from twin.events import Effect

LIVE = "live"
AHEAD = "ahead"  # forecasts and what-ifs


@runtime_checkable
class Sink(Protocol):
    """Where effects go."""

    name: str

    async def open(self) -> None:
        """Start. Raises `config.errors.ConfigError` or OSError when it can never work; a far side that is away is no such case."""

    def put(self, effects: Sequence[Effect], lane: str = LIVE) -> None:
        """Take effects over. Never blocks, never raises for the far side."""

    def finish(self, lane: str) -> None:
        """Nothing more comes on this lane: its open windows are complete."""

    async def flush(self) -> None:
        """Return when all that was put is where the sink keeps it safe (far side, or disk)."""

    def health(self) -> dict[str, Any]:
        """`{"ok": bool, "detail": str, counters...}`"""

    async def close(self) -> None:
        """Flush and stop, within 4 s."""
