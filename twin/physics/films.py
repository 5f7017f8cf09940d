"""Exchangers away from their rated flows: two films in series, each growing with a power of its own flow."""
from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

EXPONENT = 0.8  # turbulent forced convection, Dittus and Boelter 1930; plate exchangers 0.65 .. 0.8


@register_jitable
def film_ua(rated_ua: np.ndarray, hot: np.ndarray, cold: np.ndarray, share: np.ndarray = 0.5, exponent: float = EXPONENT) -> np.ndarray:
    """UA [W/K] at relative mass flows `hot` and `cold` (1 rated), any broadcastable shapes; none with either flow stopped.

    `share` is the hot film's part of the rated resistance [0..1]; wall and fouling count to it or to the other.
    1/UA = (share hot^-n + (1 - share) cold^-n) / rated UA, written without division by a flow.
    Source: Incropera, Fundamentals of Heat and Mass Transfer, 7th ed. 2011, eqs. 8.60 and 11.1.
    """
    a, b = np.maximum(hot, 0.0) ** exponent, np.maximum(cold, 0.0) ** exponent
    return rated_ua * a * b / np.maximum(share * b + (1.0 - share) * a, 1e-12)
