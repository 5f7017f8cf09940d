"""The start of a future from a moment that is past: the nearest earlier one that the store holds."""
from __future__ import annotations

from pathlib import Path

from twin.sinks.moments import held, nearest
from twin.whatif.ground import Ground
from twin.whatif.moments import spelled, unpacked
from twin.whatif.refusal import Refused
from twin.whatif.start import Start

FURTHEST_MS = 2 * 3_600_000  # earlier than asked: beyond, it is another moment


def stored(g: Ground, path: Path | None, at_ms: int) -> Start:
    """Raises Refused naming the moments that are held."""
    moments = held(path) if path is not None else []
    earlier = [ts for ts in moments if ts <= at_ms]
    if not earlier or at_ms - earlier[-1] > FURTHEST_MS:
        raise Refused("at", f"no moment at or shortly before {spelled(at_ms)} is held: {_held(moments)}")
    data = nearest(path, at_ms) if path is not None else None
    if data is None:
        raise Refused("at", "the moment was just taken out: ask for a newer one")
    return unpacked(g, data)


def _held(moments: list[int]) -> str:
    if not moments:
        return "none at all yet; a running service keeps one each ten minutes"
    return f"{len(moments)} from {spelled(moments[0])} to {spelled(moments[-1])}"
