"""Choices between numbers, written once for arrays and for compiled scalars.

numpy's own `where` and `clip` give no plain number when compiled. With these two a formula needs nothing but
`register_jitable` to run in numpy on any shape and in compiled loops on floats.
"""
from __future__ import annotations

import numpy as np
from numba.extending import overload

Array = np.ndarray


def where(condition: Array, a: Array, b: Array) -> Array:
    """`a` where the condition holds, else `b`; shapes broadcast."""
    return np.where(condition, a, b)


def clip(x: Array, low: Array, high: Array) -> Array:
    """`x` held within low .. high; shapes broadcast; NaN stays."""
    return np.minimum(np.maximum(x, low), high)


def ratio(part: Array, whole: Array) -> Array:
    """part / whole, nothing of nothing; shapes broadcast."""
    return np.divide(part, whole, out=np.zeros(np.broadcast_shapes(np.shape(part), np.shape(whole))), where=np.asarray(whole) > 0)


@overload(where)
def _where(condition, a, b):
    return lambda condition, a, b: a if condition else b


@overload(clip)
def _clip(x, low, high):
    return lambda x, low, high: np.minimum(np.maximum(x, low), high)


@overload(ratio)
def _ratio(part, whole):
    return lambda part, whole: part / whole if whole > 0.0 else 0.0
