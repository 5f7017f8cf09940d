"""Mains as plug flow: what leaves is what entered one residence time ago. Conservative at any step and any flow.

Contents are cells of equal volume from inlet to outlet. During a step the contents move by `moved` cells; what enters has
the temperature of the inlet at the end of the step, so a step longer than the residence stays implicit and stable.
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

Array = np.ndarray
CELLS = 20


class Outlet(NamedTuple):
    """Mean temperature leaving during the step: fixed + weight * T[inlet]."""

    fixed: Array
    weight: Array


def _content_up_to(cells: Array, position: Array) -> Array:
    """Integral of the contents [..., M] from the inlet to `position` [..., P], in cells, clipped to the pipe."""
    m = cells.shape[-1]
    total = np.concatenate([np.zeros((*cells.shape[:-1], 1)), np.cumsum(cells, axis=-1)], axis=-1)
    at = np.clip(position, 0.0, m)
    whole = np.minimum(at.astype(int), m - 1)
    return np.take_along_axis(total, whole, -1) + (at - whole) * np.take_along_axis(cells, whole, -1)


def outlet(cells: Array, moved: Array) -> Outlet:
    """What leaves when the contents [..., M] move by `moved` [...] cells, zero or more."""
    m = cells.shape[-1]
    ends = np.stack([m - moved, np.full_like(moved, m)], axis=-1)
    old = np.diff(_content_up_to(cells, ends), axis=-1)[..., 0]
    safe = np.maximum(moved, 1e-12)
    still = moved <= 1e-12
    return Outlet(np.where(still, cells[..., -1], old / safe), np.where(still, 0.0, np.maximum(moved - m, 0.0) / safe))


def push(cells: Array, moved: Array, inlet: Array) -> Array:
    """Contents [..., M] after moving by `moved` cells behind water of temperature `inlet` [...]."""
    m = cells.shape[-1]
    edges = np.arange(m + 1) - moved[..., None]
    old = np.diff(_content_up_to(cells, edges), axis=-1)
    new = np.clip(moved[..., None] - np.arange(m), 0.0, 1.0)
    return old + new * inlet[..., None]


def cool(cells: Array, ambient: Array, rate: Array) -> Array:
    """Contents after losing heat to `ambient` [...] during a step: rate [...] is conductance * dt / capacity."""
    return ambient[..., None] + (cells - ambient[..., None]) * np.exp(-rate)[..., None]
