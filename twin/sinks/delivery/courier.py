"""Takes bodies from the spool to the far side, one attempt a call: retries for ever, backs off, buries what is refused."""
from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from twin.sinks.delivery.isolate import Bad, Interrupted, Write, deliver
from twin.sinks.delivery.outcome import Outcome
from twin.sinks.delivery.spool import Spool

FIRST_S, MOST_S = 0.25, 30.0  # backoff doubles from the first to the most
DEAD_BYTES = 16 << 20  # of a dead-letter file, before it becomes `.1`


class Courier:
    """`attempt` delivers the oldest body if it is time. `clock` in seconds; `jitter` gives a number in 0..1."""

    def __init__(self, spool: Spool, write: Write, dead: Path, clock: Callable[[], float], jitter: Callable[[], float]):
        self.spool, self.write, self.dead, self.clock, self.jitter = spool, write, dead, clock, jitter
        self.counters: Counter[str] = Counter(written=0, retried=0, dead=0, bytes=0)
        self.latency_s = 0.0
        self.trouble = ""  # what the last attempt failed with, empty when it did not
        self._failures = 0
        self._not_before = float("-inf")

    def wait_s(self) -> float | None:
        """Seconds until an attempt makes sense; None when there is nothing to deliver."""
        return max(0.0, self._not_before - self.clock()) if len(self.spool) else None

    def attempt(self) -> bool:
        """One body, if there is one and its time has come; True when it is done with."""
        if self.wait_s() != 0.0 or (found := self.spool.oldest()) is None:
            return False
        number, body = found
        start = self.clock()
        try:
            bad = deliver(body, self.write)
        except Interrupted as stop:
            self._back_off(stop.outcome)
            return False
        self._succeeded(number, body, bad, self.clock() - start)
        return True

    def _back_off(self, outcome: Outcome) -> None:
        self.trouble = outcome.detail
        self.counters["retried"] += 1
        delay = min(MOST_S, FIRST_S * 2.0 ** min(self._failures, 20)) * (0.5 + 0.5 * self.jitter())
        self._failures += 1
        self._not_before = self.clock() + max(delay, outcome.after_s)

    def _succeeded(self, number: int, body: bytes, bad: list[Bad], latency_s: float) -> None:
        bury(self.dead, bad)
        self.spool.remove(number)
        self.counters["written"] += body.count(b"\n") - len(bad)
        self.counters["dead"] += len(bad)
        self.counters["bytes"] += len(body)
        self.latency_s, self.trouble, self._failures = latency_s, "", 0
        self._not_before = float("-inf")


def bury(path: Path, bad: list[Bad]) -> None:
    """Append refused lines with their reasons, one JSON object a line, safe on disk on return."""
    if not bad:
        return
    if path.exists() and path.stat().st_size > DEAD_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    letters = ({"reason": b.reason, "line": b.line.decode("utf-8", "backslashreplace")} for b in bad)
    with path.open("a") as out:
        out.writelines(json.dumps(letter) + "\n" for letter in letters)
        out.flush()
        os.fsync(out.fileno())
