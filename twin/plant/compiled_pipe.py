"""Mains compiled: `twin.plant.pipe` on the cells of one pipe."""
from __future__ import annotations

import math

from twin.kernels import inner


@inner()
def _content_up_to(cells, position):
    at = min(max(position, 0.0), float(len(cells)))
    whole = min(int(at), len(cells) - 1)
    total = 0.0
    for i in range(whole):
        total += cells[i]
    return total + (at - whole) * cells[whole]


@inner()
def outlet(cells, moved):
    """Mean temperature leaving during the step: fixed, and weight of the inlet's temperature."""
    m = len(cells)
    if moved <= 1e-12:
        return cells[m - 1], 0.0
    return (_content_up_to(cells, float(m)) - _content_up_to(cells, m - moved)) / moved, max(moved - m, 0.0) / moved


@inner()
def push(cells, moved, inlet, ambient, rate, scratch):
    """Contents after moving and cooling, in place; returns the change of their sum [K] and their excess over ambient [K]."""
    m, kept = len(cells), math.exp(-rate)
    before = _content_up_to(cells, -moved)
    changed, excess = 0.0, 0.0
    for i in range(m):
        upper = _content_up_to(cells, i + 1 - moved)
        mixed = upper - before + min(max(moved - i, 0.0), 1.0) * inlet
        scratch[i] = ambient + (mixed - ambient) * kept
        changed += scratch[i] - cells[i]
        excess += scratch[i] - ambient
        before = upper
    for i in range(m):
        cells[i] = scratch[i]
    return changed, excess
