"""Heat exchangers as conductances between inlet temperatures: q = g * (t_hot_in - t_cold_in).

All forms go to zero with either flow, stay finite everywhere and need no branch at equal capacity flows.
Source: effectiveness-NTU relations, Kays and London, Compact Heat Exchangers, 3rd ed. 1984, table 2-2, rewritten.
"""
from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from twin.physics.elementwise import where

TINY = 1e-9  # W/K, a flow of nothing


@register_jitable
def relative_exp(x: np.ndarray) -> np.ndarray:
    """(1 - exp(-x)) / x, continued by 1 at x = 0; any shape, any sign."""
    small = np.abs(x) < 1e-8
    safe = where(small, 1.0, x)
    return where(small, 1.0 - 0.5 * x, -np.expm1(-safe) / safe)


@register_jitable
def counterflow(ua: np.ndarray, c_hot: np.ndarray, c_cold: np.ndarray) -> np.ndarray:
    """Conductance [W/K] of a counterflow exchanger.

    ua [W/K], c_hot and c_cold capacity flows [W/K], any broadcastable shapes, none negative.
    Equals effectiveness * min(c_hot, c_cold).
    """
    low = np.maximum(np.minimum(c_hot, c_cold), TINY)
    high = np.maximum(np.maximum(c_hot, c_cold), TINY)
    x = ua * (1.0 / low - 1.0 / high)
    g = ua * relative_exp(x)
    conductance = g / (1.0 + g / high)
    return where(np.minimum(c_hot, c_cold) <= TINY, 0.0, conductance)


@register_jitable
def one_stream(ua: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Conductance [W/K] between a stream [capacity flow W/K] and a body of one temperature, from the stream's inlet."""
    flow = np.maximum(c, TINY)
    return where(c <= TINY, 0.0, -flow * np.expm1(-ua / flow))


def ua_from_rating(heat: float, hot_in: float, hot_out: float, cold_in: float, cold_out: float) -> float:
    """UA [W/K] of a counterflow exchanger from its rated point (W, degC): heat over the log-mean difference."""
    a, b = hot_in - cold_out, hot_out - cold_in
    if min(a, b) <= 0:
        raise ValueError(f"rated temperatures cross: {a:.3g} K and {b:.3g} K at the ends")
    mean = a if abs(a - b) < 1e-9 * a else (a - b) / np.log(a / b)
    return float(heat / mean)
