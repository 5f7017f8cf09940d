"""Bounded least squares of named parameters with priors."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares


@dataclass(frozen=True, slots=True)
class Parameter:
    """A physical parameter; the unit is in the name. `deviation` is that of the prior."""

    name: str
    prior: float
    deviation: float
    least: float
    most: float


@dataclass(frozen=True)
class Fit:
    values: Mapping[str, float]
    scaled: np.ndarray  # departures from the priors in deviations
    cost: float


def soft(residual: np.ndarray) -> np.ndarray:
    """Residuals whose squares grow like the absolute value when large (soft L1), so that one mistimed step does not rule."""
    return np.sign(residual) * np.sqrt(2.0 * (np.sqrt(1.0 + residual**2) - 1.0))


def values_of(parameters: tuple[Parameter, ...], scaled: np.ndarray) -> dict[str, float]:
    bounded = (min(max(p.prior + p.deviation * x, p.least), p.most) for p, x in zip(parameters, scaled, strict=True))
    return dict(zip((p.name for p in parameters), bounded, strict=True))


def fit(parameters: tuple[Parameter, ...], residual: Callable[[dict[str, float]], np.ndarray], tries: int = 0, polished: int = 1,
        step: float = 1e-3, most_evaluations: int = 40, seed: int = 0) -> Fit:
    """The least squares of soft residuals and prior departures, from the priors and from the best of `tries` drawn from them."""
    low = np.array([(p.least - p.prior) / p.deviation for p in parameters])
    high = np.array([(p.most - p.prior) / p.deviation for p in parameters])

    def terms(x: np.ndarray) -> np.ndarray:
        return np.concatenate([soft(residual(values_of(parameters, x))), x])

    drawn = np.clip(np.random.default_rng(seed).normal(size=(tries, len(low))), low, high)
    starts = np.vstack([np.zeros(len(low)), drawn])
    if tries:
        starts = starts[np.argsort([np.sum(terms(x) ** 2) for x in starts])[:polished]]
    found = [least_squares(terms, x, bounds=(low - 1e-9, high + 1e-9), diff_step=step, max_nfev=most_evaluations) for x in starts]
    best = min(found, key=lambda r: r.cost)
    return Fit(values_of(parameters, best.x), best.x, float(best.cost))
