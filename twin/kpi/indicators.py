"""Instant indicators from powers; energies over a period divide the same way.

PUE: ISO/IEC 30134-2 (total over IT). ERF: ISO/IEC 30134-6 (energy reused outside over total). Both as ratios of powers here.
"""
from __future__ import annotations

import numpy as np

Array = np.ndarray


def pue(facility: Array, it: Array) -> Array:
    """Power usage effectiveness; NaN without IT load."""
    return np.divide(facility, it, out=np.full(np.shape(it), np.nan), where=np.asarray(it) > 0)


def erf(reused: Array, facility: Array) -> Array:
    """Energy reuse factor, 0 .. 1; NaN without power."""
    return np.divide(reused, facility, out=np.full(np.shape(facility), np.nan), where=np.asarray(facility) > 0)
