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
        step: float = 0.01, most_evaluations: int = 40, seed: int = 0) -> Fit:
    """The least squares of soft residuals and prior departures, from the priors and from the best of `tries` drawn from them.

    Slopes are taken over `step` deviations: a fixed step, since a parameter at its prior has departure 0, and one that smooths a
    model with thresholds."""
    low = np.array([(p.least - p.prior) / p.deviation for p in parameters])
    high = np.array([(p.most - p.prior) / p.deviation for p in parameters])

    def terms(x: np.ndarray) -> np.ndarray:
        return np.concatenate([soft(residual(values_of(parameters, x))), x])

    def slopes(x: np.ndarray) -> np.ndarray:
        here = terms(x)
        ways = np.where(x + step > high, -step, step)
        return np.column_stack([(terms(x + way * row) - here) / way for way, row in zip(ways, np.eye(len(x)), strict=True)])

    drawn = np.clip(np.random.default_rng(seed).normal(size=(tries, len(low))), low, high)
    starts = np.vstack([np.zeros(len(low)), drawn])
    if tries:
        starts = starts[np.argsort([np.sum(terms(x) ** 2) for x in starts])[:polished]]
    found = [least_squares(terms, x, slopes, (low - 1e-9, high + 1e-9), max_nfev=most_evaluations) for x in starts]
    best = min(found, key=lambda r: r.cost)
    return Fit(values_of(parameters, best.x), best.x, float(best.cost))


def elite(parameters: tuple[Parameter, ...], residual: Callable[[dict[str, float]], np.ndarray], draws: int, keep: int,
          rounds: int, seed: int = 0) -> list[Fit]:
    """The `keep` best of draws * rounds parameter sets, best first: drawn from the priors, then around the best so far.

    For a model with thresholds, whose square sum has steps: the sets that explain the hours about equally well, not one minimum."""
    low = np.array([(p.least - p.prior) / p.deviation for p in parameters])
    high = np.array([(p.most - p.prior) / p.deviation for p in parameters])
    rng, mean, spread, found = np.random.default_rng(seed), np.zeros(len(low)), np.ones(len(low)), []
    for _ in range(rounds):
        for x in np.clip(mean + spread * rng.normal(size=(draws, len(low))), low, high):
            values = values_of(parameters, x)
            found.append(Fit(values, x, 0.5 * float(np.sum(soft(residual(values)) ** 2) + np.sum(x**2))))
        found.sort(key=lambda f: f.cost)
        best = np.array([f.scaled for f in found[:keep]])
        mean, spread = best.mean(axis=0), np.maximum(best.std(axis=0), 0.1)
    return found[:keep]
