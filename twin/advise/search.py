"""Search on a lattice: a Halton sample of the whole box, then a compass search from its best point, halving its steps down to the lattice's own.

Many independent problems at once, one a loop: each has its own best point, and one batch of futures tries a point for all of them. It knows
nothing of plants. A point is better when it breaks limits by less, and among those that break none, when it costs less.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

Array = np.ndarray
SAMPLE = 64
PRIMES = (2, 3, 5, 7, 11, 13)
MOST_ROUNDS = 40
BREAKS = 1e-9


@dataclass(frozen=True, slots=True)
class Tried:
    """Points and what came of them. `marks` [n, L, M] are the measures that limits and goal are made of."""

    points: Array  # [n, L, K] int
    marks: Array  # [n, L, M]

    def with_(self, other: Tried) -> Tried:
        return Tried(np.concatenate([self.points, other.points]), np.concatenate([self.marks, other.marks]))


Try = Callable[[Array], Array]  # points [n, L, K] -> marks [n, L, M]
Judge = Callable[[Array], tuple[Array, Array]]  # marks [n, L, M] -> broken [n, L] >= 0, cost [n, L]


def sampled(low: Array, high: Array, count: int = SAMPLE) -> Array:
    """[count + 1, L, K] lattice points spread over boxes low, high [L, K]; the first is where all stand."""
    unit = np.stack([radical_inverse(count, prime) for prime in PRIMES[: low.shape[-1]]], axis=-1)[:, None, :]
    spread = np.round(low + unit * (high - low)).astype(int)
    return np.concatenate([np.zeros((1, *low.shape), dtype=int), spread])


def radical_inverse(count: int, base: int) -> Array:
    """[count] in 0 .. 1: the digits of 1, 2, 3 ... mirrored at the point (Halton 1960, Numerische Mathematik 2, 84)."""
    left, out, weight = np.arange(1, count + 1), np.zeros(count), 1.0
    while left.any():
        weight /= base
        out += weight * (left % base)
        left = left // base
    return out


def best(tried: Tried, judge: Judge) -> Array:
    """[L] index of each loop's best point; among equals the first that was tried."""
    broken, cost = judge(tried.marks)
    broken = np.where(broken <= BREAKS, 0.0, broken)
    return np.array([np.lexsort((cost[:, i], broken[:, i]))[0] for i in range(broken.shape[1])])


def refined(attempt: Try, judge: Judge, tried: Tried, low: Array, high: Array, first_step: Array) -> Tried:
    """All points tried, those of a compass search included: along each axis, then along pairs of axes, then with half the step."""
    step = np.maximum(first_step, 1)
    polls = polled(low.shape[-1])
    place = 0
    for _ in range(MOST_ROUNDS):
        at = best(tried, judge)
        centre = np.take_along_axis(tried.points, at[None, :, None], 0)[0]
        new = unseen(np.clip(centre + polls[place][:, None, :] * step, low, high), centre)
        tried = tried.with_(Tried(new, attempt(new))) if len(new) else tried
        moved = (best(tried, judge) != at).any()
        if moved:
            place = 0
        elif place + 1 < len(polls):
            place += 1
        elif (step == 1).all():
            break
        else:
            step, place = np.maximum(step // 2, 1), 0
    return tried


def polled(axes: int) -> list[Array]:
    """Directions of each kind of poll [n, K]: axes both ways, pairs all ways."""
    unit = np.eye(axes, dtype=int)
    pairs = [a * unit[i] + b * unit[j] for i, j in combinations(range(axes), 2) for a in (1, -1) for b in (1, -1)]
    return [np.concatenate([unit, -unit]), *([np.array(pairs)] if pairs else [])]


def unseen(points: Array, centre: Array) -> Array:
    """Distinct points that are not the centre."""
    moved = points[(points != centre).any((1, 2))]
    return np.unique(moved, axis=0) if len(moved) else moved
