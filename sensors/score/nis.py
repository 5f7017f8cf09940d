"""Normalised innovations squared against their chi-square band: is the filter as sure as it should be?"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Z95 = 1.959964


def band(count: int) -> tuple[float, float]:
    """95 % interval of a chi-square variable of `count` degrees of freedom (Wilson and Hilferty 1931, PNAS 17, 684)."""
    spread = 2.0 / (9.0 * count)
    return tuple(count * max(1.0 - spread + sign * Z95 * spread**0.5, 0.0) ** 3 for sign in (-1.0, 1.0))


@dataclass
class Nis:
    """Sums of one block of the filter: innovations, and steps whose sum lay inside the band."""

    total: float = 0.0
    count: int = 0
    steps: int = 0
    inside: int = 0

    def add(self, squares: np.ndarray) -> None:
        """The squared normalised innovations of one step, NaN where nothing was assimilated."""
        seen = squares[np.isfinite(squares)]
        if not len(seen):
            return
        found, (low, high) = float(seen.sum()), band(len(seen))
        self.total, self.count = self.total + found, self.count + len(seen)
        self.steps, self.inside = self.steps + 1, self.inside + (low <= found <= high)


def figures(parts: Sequence[dict[str, Nis]]) -> dict[str, dict[str, float | int]]:
    """By block: mean (1 is consistent), share of steps inside the 95 % band (0.95 is), innovations."""
    out = {}
    for block in sorted({b for p in parts for b in p}):
        found = [p[block] for p in parts if block in p and p[block].count]
        if found:
            count, steps = sum(n.count for n in found), sum(n.steps for n in found)
            out[block] = {"mean": round(sum(n.total for n in found) / count, 4), "inside_95": round(sum(n.inside for n in found) / steps, 4), "count": count}
    return out
