"""Perturbations laid along time: pieces in which the world holds still."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twin.whatif.ground import Ground
from twin.whatif.perturbation import Perturbation
from twin.whatif.refusal import Refused
from twin.whatif.world import World

MOST_PIECES = 5000
FINE_S, MOST_FINE_S = 180.0, 900.0  # s in single records after a change, and in all


@dataclass(frozen=True, slots=True)
class Piece:
    """`steps` steps in one world, beginning at step `first`."""

    first: int
    steps: int
    world: World


@dataclass(frozen=True, slots=True)
class Span:
    """Steps with a record each `each` of them, and one at the end."""

    first: int
    steps: int
    each: int
    stride: int = 1  # steps that futures by the many may take at once


def spans(plan: Sequence[Piece], steps: int, dt: float, records: int) -> list[Span]:
    """Records of a future: each step for a while after every change of the world, as long as there are few, else about `records` in all."""
    every, fine = max(-(-steps // records), 1), max(int(FINE_S / dt), 1)
    close: list[tuple[int, int]] = []
    for piece in plan:
        first = max(piece.first, close[-1][1] if close else 0)
        if sum(b - a for a, b in close) < MOST_FINE_S / dt:
            close.append((first, max(min(piece.first + fine, steps), first)))
    out, at = [], 0
    for a, b in close:
        out += [Span(at, a - at, every)] * (a > at) + [Span(a, b - a, 1)] * (b > a)
        at = max(at, b)
    return out + [Span(at, steps - at, every)] * (steps > at)


def checked(g: Ground, perturbations: Sequence[Perturbation]) -> None:
    """Refuse what means nothing at this site, by its place in the question."""
    for i, p in enumerate(perturbations):
        if why := p.applies(g):
            raise Refused(f"perturbations.{i}", why)


def pieces(g: Ground, calm: World, perturbations: Sequence[Perturbation], steps: int, dt: float) -> list[Piece]:
    """The world piece by piece, `steps` steps of `dt` seconds in all. Later perturbations write over earlier ones.

    Changes take effect at the first step that begins at or after their time.
    """
    times = {t for p in perturbations for t in p.breaks()} | {0.0}
    starts = sorted({first for t in times if (first := _step(t, dt)) < steps})
    if len(starts) > MOST_PIECES:
        raise Refused("perturbations", f"{len(starts)} changes of the world: at most {MOST_PIECES}")
    ends = [*starts[1:], steps]
    return [Piece(a, b - a, _world(g, calm, perturbations, a * dt, (b - a) * dt)) for a, b in zip(starts, ends, strict=True)]


def _step(t: float, dt: float) -> int:
    return -int(-(t / dt - 1e-9) // 1) if t < 1e12 else 10**15


def _world(g: Ground, world: World, perturbations: Sequence[Perturbation], t: float, width: float) -> World:
    for p in perturbations:
        share = p.share(t, width)
        if share > 0.0:
            world = p.write(g, world, share, t - p.start_s)
    return world
