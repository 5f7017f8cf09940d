"""Noise as a function of time: the same seed and time give the same value, whatever was asked before."""
from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np


def stream(seed: int, *key: object) -> np.random.Generator:
    """A generator of its own for each (seed, key)."""
    words = [zlib.crc32(str(part).encode()) for part in key]
    return np.random.default_rng([seed & 0xFFFFFFFF, *words])


@lru_cache(maxsize=512)
def _knot(seed: int, name: str, index: int, count: int) -> np.ndarray:
    values = stream(seed, name, index).standard_normal(count)
    values.setflags(write=False)
    return values


def smooth(seed: int, name: str, t: float, tau: float, count: int = 1) -> np.ndarray:
    """Slow noise of unit variance at its knots, shape (count,), joined linearly every `tau` [s]; `t` in epoch seconds."""
    index, part = divmod(t / tau, 1.0)
    low, high = _knot(seed, name, int(index), count), _knot(seed, name, int(index) + 1, count)
    return low + part * (high - low)
