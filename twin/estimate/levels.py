"""The level that a meter scatters about: of a load that comes and goes within seconds, of a flow.

Jobs compute and communicate in turns of a few seconds, so the power that a rack's meter shows at its message is not that of the span until the
next. A level that walks (variance q a message) under readings that scatter (r) has differences of variance q + 2 r and covariance -r from one to the
next, which tell both; the gain of its filter follows (Muth 1960, J. Am. Stat. Assoc. 55, 299). A reading far off is a new level.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray
KEEP = 0.97  # of what differences were, from message to message
FAR = 3.0  # standard deviations of the differences beyond which a level is a new one
LEAST = 0.2  # gain: no level is older than five messages
SHARE = 0.003  # of a level: differences smaller than the meter's own are no news


@dataclass(frozen=True, slots=True)
class Levels:
    """[M] each: level, NaN before the first message; the last reading; the last difference of readings, their variance, covariance of neighbours."""

    value: Array
    seen: Array
    step: Array
    var: Array
    cov: Array


def unknown(rows: int) -> Levels:
    """Before the first message."""
    nan, zero = np.full(rows, np.nan), np.zeros(rows)
    return Levels(nan, nan, zero, zero, zero)


def followed(l: Levels, seen: Array, spoke: Array) -> Levels:
    """Levels after messages that showed `seen` [M] where `spoke` [M] bool; what is not finite has no level."""
    new = spoke & np.isfinite(seen)
    step = np.where(new & np.isfinite(l.seen), seen - l.seen, 0.0)
    off = np.where(new, seen - l.value, 0.0)
    sigma2 = np.nan_to_num(l.var + (SHARE * l.value) ** 2)
    far = new & ~(off**2 <= FAR**2 * sigma2)
    told = np.clip(step, -FAR * np.sqrt(sigma2), FAR * np.sqrt(sigma2))  # of a jump no more is learned than of scatter
    var = np.where(new, KEEP * l.var + (1.0 - KEEP) * told**2, l.var)
    cov = np.where(new, KEEP * l.cov + (1.0 - KEEP) * told * l.step, l.cov)
    value = np.where(far, seen, l.value + np.where(new, gain(var, cov), 0.0) * off)
    value = np.where(np.isfinite(seen), value, np.nan)
    return Levels(value, np.where(new, seen, np.where(np.isfinite(seen), l.seen, np.nan)), np.where(new, told, l.step), var, cov)


def gain(var: Array, cov: Array) -> Array:
    """Steady gain of the level's filter, 1 where nothing scatters."""
    scatter = np.maximum(-cov, 0.0)
    walk = np.maximum(var - 2.0 * scatter, 0.0)
    ratio = np.divide(walk, scatter, out=np.full(len(var), np.inf), where=scatter > 1e-9 * np.maximum(var, 1e-30))
    finite = np.where(np.isfinite(ratio), ratio, 0.0)
    return np.where(np.isfinite(ratio), np.maximum(0.5 * (np.sqrt(finite**2 + 4.0 * finite) - finite), LEAST), 1.0)
