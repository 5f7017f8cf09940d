"""Bounded robust least squares of log factors, all assets of a kind at once, with intervals that a person can rely on.

Each minute weighs by the doubt that its instruments leave (scatter, transients and fixed errors, as the residual channel derives them). The
interval adds what averages out, over the effective number of independent minutes, and what does not: tolerances and the law's own error.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.sparse import csr_matrix

from twin.calibrate.site.kinds import Kind
from twin.calibrate.site.scene import Minutes, Plant
from twin.estimate.residuals.base import Array

LEAST_MINUTES = 30
LEAST_INDEPENDENT = 4.0
Z95 = 1.96
EDGE = 1e-3  # of a log factor, from its bound


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of the assets of a kind, each [rows]: log factor, its standard deviations, minutes used and independent ones among them."""

    log: Array
    scatter: Array  # what averages out
    fixed: Array  # what does not
    used: Array
    independent: Array
    reason: tuple[str, ...]  # why the history cannot tell it; empty where it can

    @property
    def std(self) -> Array:
        return np.hypot(self.scatter, self.fixed)

    @property
    def told(self) -> Array:
        return np.array([not r for r in self.reason], dtype=bool)

    @property
    def factor(self) -> Array:
        """[rows], 1 where the history cannot tell."""
        return np.where(self.told, np.exp(self.log), 1.0)

    def interval(self) -> tuple[Array, Array]:
        """Ends of the 95 % interval of the factor."""
        return np.exp(self.log - Z95 * self.std), np.exp(self.log + Z95 * self.std)


def estimate(plant: Plant, kind: Kind, m: Minutes) -> Estimate:
    """Fit one kind on the minutes given."""
    v = m.columns(kind.channel.terms, kind.channel.cls)
    start = kind.channel.evaluate(m)
    with np.errstate(invalid="ignore", divide="ignore"):
        lasting = np.hypot(start.tolerance, kind.doubt(m.facts, v)) if kind.doubt else start.tolerance
    doubt = np.hypot(start.std, lasting)
    good = np.isfinite(start.value) & np.isfinite(doubt) & (doubt > 0)
    weight = np.where(good, 1.0 / np.where(good, doubt, 1.0), 0.0)
    x = _solve(plant, kind, v, weight)
    here, slope = _residual(plant, kind, v, x), _slope(plant, kind, v, x)
    z = np.where(good, here * weight, 0.0)
    soft = weight**2 * slope**2 / np.sqrt(1.0 + z**2)  # what soft L1 leaves of each minute's weight
    information = np.maximum(_total(soft), 1e-12)
    used = good.sum(axis=0)
    independent = used / np.array([spread_of(z[good[:, j], j]) for j in range(len(x))])
    variance = _total(np.where(good, z**2 / np.sqrt(1.0 + z**2), 0.0)) / np.maximum(used - 1, 1)
    scatter = np.sqrt(variance * used / np.maximum(independent, 1.0) / information)
    gain = np.abs(_total(np.where(good, soft / np.where(slope == 0, 1.0, slope), 0.0)) / information)  # of the factor to a common shift of the residual
    fixed = gain * _total(np.where(good, soft * lasting, 0.0)) / _or_one(_total(np.where(good, soft, 0.0)))
    found = Estimate(x, scatter, fixed, used, independent, ("",) * len(x))
    return Estimate(x, scatter, fixed, used, independent, tuple(_reason(kind, found, v, j, len(m.times_s)) for j in range(len(x))))


def _or_one(x: Array) -> Array:
    """`x`, 1 where it is nothing."""
    return np.where(x > 0, x, 1.0)


def _total(x: Array) -> Array:
    return np.where(np.isfinite(x), x, 0.0).sum(axis=0)


def _residual(plant: Plant, kind: Kind, v: dict[str, Array], x: Array) -> Array:
    """log(measured / lawful) [T, rows] with the kind's parameter times exp(x) [rows]."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return kind.channel.law(plant.scaled(kind.cls, kind.name, np.exp(x)), v)


def _slope(plant: Plant, kind: Kind, v: dict[str, Array], x: Array) -> Array:
    """Change of the residual with each asset's log factor, [T, rows]; assets do not touch each other."""
    slope = (_residual(plant, kind, v, x + 0.005) - _residual(plant, kind, v, x - 0.005)) / 0.01
    return np.where(np.isfinite(slope), slope, 0.0)


def _solve(plant: Plant, kind: Kind, v: dict[str, Array], weight: Array) -> Array:
    """Log factors [rows]; 0 where there is nothing to fit."""
    minutes, rows = weight.shape

    def terms(x: Array) -> Array:
        return np.where(weight > 0, np.nan_to_num(_residual(plant, kind, v, x)) * weight, 0.0).ravel()

    def slopes(x: Array) -> csr_matrix | Array:
        data = (_slope(plant, kind, v, x) * weight).ravel()
        if rows == 1:  # scipy's iterative solver needs two columns
            return data[:, None]
        return csr_matrix((data, (np.arange(minutes * rows), np.tile(np.arange(rows), minutes))), shape=(minutes * rows, rows))

    if not rows or not weight.any():
        return np.zeros(rows)
    q = kind.prior
    found = least_squares(terms, np.zeros(rows), slopes, (np.full(rows, q.low), np.full(rows, q.high)), loss="soft_l1", max_nfev=60,
                          xtol=1e-9, ftol=1e-10, gtol=1e-10)
    return np.where((weight > 0).any(axis=0), found.x, 0.0)


def spread_of(z: Array) -> float:
    """How many minutes tell as much as one independent one: 1 + 2 sum of autocorrelations up to the first that is not positive.

    Source: initial positive sequence, Geyer 1992, Statistical Science 7, 473-483.
    """
    n = len(z)
    d = z - z.mean() if n else z
    power = float(d @ d)
    if n < 3 or power <= 0:
        return 1.0
    total = 1.0
    for lag in range(1, n // 2):
        r = float(d[lag:] @ d[:-lag]) / power
        if r <= 0:
            break
        total += 2.0 * r
    return total


def _reason(kind: Kind, e: Estimate, v: dict[str, Array], row: int, minutes: int) -> str:
    """Why the history cannot tell this asset's factor, empty where it can."""
    missing = [t for t, x in v.items() if not np.isfinite(x[:, row]).any()]
    q = kind.prior
    if not e.used[row]:
        return f"no readings of {', '.join(missing)}" if missing else f"never a minute in which {kind.active}"
    if e.used[row] < LEAST_MINUTES:
        return f"only {e.used[row]} of {minutes} minutes in which {kind.active}; {LEAST_MINUTES} are needed"
    if not q.low + EDGE < e.log[row] < q.high - EDGE:
        return f"at its bound, {np.exp(e.log[row]):.2f} of the datasheet: a sensor or the datasheet is wrong, or the law does not hold here"
    if e.independent[row] < LEAST_INDEPENDENT:
        return f"its {e.used[row]} minutes are one slow movement, worth {e.independent[row]:.1f} independent ones; {LEAST_INDEPENDENT:g} are needed"
    if not e.std[row] < q.prior:
        return f"these sensors tell it to {100 * Z95 * e.std[row]:.0f} % only, no better than the datasheet"
    return ""
