"""Water that moves as a plug: pipes with transport delay and stratified tanks, all at once.

The content is a row of equal cells. A step shifts it by the displaced volume and remaps it onto the cells through the cumulated
heat, so heat is conserved to rounding and the outlet depends on the old content alone: loops need no implicit solve across a pipe.
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable


class Plugs(NamedTuple):
    """`volume` (K,) [m3] (zero: no plug), `cells` (K, N) temperatures [degC] from inlet to outlet, written in place, `volumetric` [J/(m3 K)], `loss` (K,) [W/K]."""

    volume: np.ndarray
    cells: np.ndarray
    volumetric: float
    loss: np.ndarray

    @classmethod
    def filled(cls, volume: np.ndarray, count: int, temperature: np.ndarray, volumetric: float, loss: np.ndarray) -> Plugs:
        return cls(volume, np.repeat(np.asarray(temperature, dtype=float)[:, None], count, axis=1), volumetric, loss)


@register_jitable
def _moved(w, k, displaced):
    """Cells of plug `k` that `displaced` [m3] fill; ValueError where it is more than the plug holds."""
    count = w.cells.shape[1]
    cells = displaced * count / max(w.volume[k], 1e-9) if w.volume[k] > 0 else 0.0
    if cells > count * (1 + 1e-12):
        raise ValueError("more water displaced than a plug holds: shorten the step")
    return min(cells, float(count))


@register_jitable
def outlet(w, displaced):
    """Mean temperature [degC] of the `displaced` [m3] (K,) last part of each content; the last cell where nothing moves."""
    count = w.cells.shape[1]
    out = w.cells[:, count - 1].copy()
    for k in range(len(out)):
        left, heat, i = _moved(w, k, displaced[k]), 0.0, count - 1
        cells = left
        while left > 0.0:
            part = min(left, 1.0)
            heat, left, i = heat + part * w.cells[k, i], left - part, i - 1
        if cells > 1e-12:
            out[k] = heat / cells
    return out


@register_jitable
def push(w, displaced, inlet):
    """Shift each content by `displaced` [m3] of water of `inlet` [degC], both (K,)."""
    count = w.cells.shape[1]
    filled = np.zeros(count + 1)
    for k in range(w.cells.shape[0]):
        cells = _moved(w, k, displaced[k])
        for i in range(count):
            filled[i + 1] = filled[i] + w.cells[k, i]
        before = 0.0
        for i in range(1, count + 1):
            place = max(i - cells, 0.0)
            low = min(int(place), count - 1)
            held = filled[low] + (place - low) * (filled[low + 1] - filled[low]) + inlet[k] * min(float(i), cells)
            w.cells[k, i - 1], before = held - before, held


@register_jitable
def lose(w, surroundings, dt):
    """Heat lost to `surroundings` [degC] (K,) in `dt` [s]; returns joules, positive outwards."""
    count, lost = w.cells.shape[1], 0.0
    for k in range(w.cells.shape[0]):
        if w.volume[k] > 0.0:
            capacity = w.volumetric * w.volume[k] / count
            share = -np.expm1(-w.loss[k] / max(capacity * count, 1e-9) * dt)
            for i in range(count):
                drop = (w.cells[k, i] - surroundings[k]) * share
                w.cells[k, i] -= drop
                lost += drop * capacity
    return lost


@register_jitable
def stored(w):
    """Heat above 0 degC [J]."""
    count, held = w.cells.shape[1], 0.0
    for k in range(w.cells.shape[0]):
        held += w.cells[k].sum() * w.volumetric * w.volume[k] / count
    return held


@register_jitable
def settle(cells, turnover, mixing):
    """Buoyancy in tanks (H, N) whose first cell is the top: neighbours with the colder one above exchange `turnover`, others `mixing` (H,) (0..0.5).

    Pairs are treated alternately; every exchange is symmetric, so the sum stays. In place.
    """
    for k in range(cells.shape[0]):
        for first in (0, 1):
            for i in range(first, cells.shape[1] - 1, 2):
                moved = (turnover if cells[k, i] < cells[k, i + 1] else mixing[k]) * (cells[k, i + 1] - cells[k, i])
                cells[k, i] += moved
                cells[k, i + 1] -= moved
