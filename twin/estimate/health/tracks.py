"""Candidates in time: a suspicion begins, grows, is believed when it has lasted, and ends when it has been gone long enough."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from twin.estimate.findings import Place

Key = tuple[str, Place]
BEGIN, BELIEVE = 5.0, 12.5  # log likelihood ratios: worth watching; 1 in 2 million for one channel (5 standard deviations)
AT_ONCE_MS = 15 * 60_000  # what passes from BEGIN to BELIEVE sooner than this is a step, later a creep
SETTLED_MS = (25 * 60_000, 6 * 3_600_000)  # an average of minutes, of hours, has taken up a step
LOOK_MS = 2 * 3_600_000  # after which growth tells a creep from a step
GREW, STAYED = 0.25, 0.10


@dataclass(frozen=True, slots=True)
class Candidate:
    """One explanation at one moment. `rivals` are (name, place) that the data do not tell apart; `off_ms` is the patience of its end."""

    name: str
    place: Place
    size: float
    std: float
    evidence: float
    rivals: tuple[tuple[str, Place], ...] = ()
    persist: int = 3
    slow: bool = False  # judged by averages over hours
    off_ms: int = 600_000


@dataclass(frozen=True, slots=True)
class Track:
    """A candidate over time. `passed_ms` is when its evidence first sufficed, -1 before; `settled` its size when a step would have been taken up.

    `gradual`: it grows. First by how slowly it came, later by whether it went on.
    """

    last: Candidate
    since_ms: int
    seen_ms: int
    over: int = 0
    passed_ms: int = -1
    raised_ms: int = -1
    settled_ms: int = -1
    settled: float = 0.0
    gradual: bool = False

    @property
    def raised(self) -> bool:
        return self.raised_ms >= 0


def fold(tracks: Mapping[Key, Track], found: Iterable[Candidate], now_ms: int, mine) -> dict[Key, Track]:
    """Tracks after one look: `found` are all candidates of this kind of look, `mine` tells which tracks it could have seen again."""
    fresh = {(c.name, c.place): c for c in found}
    out = {k: _again(t, fresh.pop(k), now_ms) if k in fresh else _gone(t, now_ms) if mine(t) else t for k, t in tracks.items()}
    started = {k: _again(Track(c, now_ms, now_ms), c, now_ms) for k, c in fresh.items() if c.evidence >= BEGIN}
    return {k: t for k, t in {**out, **started}.items() if t is not None}


def _again(t: Track, c: Candidate, now_ms: int) -> Track | None:
    strong = c.evidence >= BELIEVE
    if not strong and not t.raised and c.evidence < BEGIN:
        return _gone(replace(t, over=0), now_ms)
    over = t.over + 1 if strong else 0
    raised = t.raised_ms if t.raised_ms >= 0 else now_ms if over >= c.persist else -1
    passed = t.passed_ms if t.passed_ms >= 0 else now_ms if strong else -1
    settled_ms, settled, gradual = _course(t, c, now_ms, passed)
    return Track(c, t.since_ms, now_ms if strong or not t.raised else t.seen_ms, over, passed, raised, settled_ms, settled, gradual)


def _course(t: Track, c: Candidate, now_ms: int, passed: int) -> tuple[int, float, bool]:
    """When and where a step would have settled, and whether this is a creep."""
    if passed < 0:
        return -1, 0.0, False
    gradual = t.gradual if t.passed_ms >= 0 else now_ms - t.since_ms > AT_ONCE_MS
    if t.settled_ms < 0:
        due = now_ms - t.since_ms > SETTLED_MS[c.slow]
        return (now_ms, c.size, gradual) if due else (-1, 0.0, gradual)
    growth = abs(c.size) / max(abs(t.settled), 1e-12) - 1.0
    if growth > GREW and abs(c.size - t.settled) > 2.0 * c.std:
        gradual = True
    elif growth < STAYED and now_ms - t.settled_ms > LOOK_MS:
        gradual = False
    return t.settled_ms, t.settled, gradual


def _gone(t: Track, now_ms: int) -> Track | None:
    patience = t.last.off_ms if t.raised else 180_000
    return None if now_ms - t.seen_ms > patience else replace(t, over=0)
