"""Residual channels in time: what each usually is, and how far it is from that over minutes and over hours.

A channel that is well reads `constant + slope * lever`: the constant is what manufacture and gains leave, the slope what offsets of
thermometers leave in a ratio of small differences (lever in 1/K). Both start from priors (tolerances) and are learned while nothing
is suspected; once learned they follow ageing so slowly that a fault of days is not learned away. Averages weigh samples by their
momentary doubt, so that a transient or an idle plant says little.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
QUICK_S, SLOW_S = 300.0, 7200.0
TOGETHER = 2.0  # samples of a minute that err together, as transients last
HOLD = 3.0  # standard deviations beyond which nothing is learned
LEARN_S = 4 * 3600.0  # of good data make a constant
MEMORY_S = 30 * 86_400.0
ERR_S = 1800.0  # slow errors are new after half an hour
OFFSET_K = 0.1  # prior of a slope: thermometers of class A against each other (IEC 60751)
EXCESS_S, MOST = 1800.0, 100.0  # how fast doubts are corrected where errors are larger, and by how much at most
WEAK = 1e-12
MARGIN, LEAST = 3.0, 0.1  # of spreads and doubts that prove too modest: departures count threefold, and a tenth of the variance stays
CALM_S = 2 * 3600.0  # over which it is learned that a channel is calmer than its kind: two dozen independent averages
SURE = 0.5  # excess below which a minute scatters less than its doubt: others keep all of their spread
RESTLESS_S = 600.0  # and over which that is forgotten


@dataclass(frozen=True, slots=True)
class Baseline:
    """Flat over channels [M]: weighted sums and weights of both averages of the departure; the line and its covariance."""

    quick_sum: Array
    quick_weight: Array
    slow_sum: Array
    slow_weight: Array
    constant: Array
    slope: Array
    constant_var: Array
    cross: Array
    slope_var: Array
    learned: Array  # s of data in it
    excess: Array  # square of the errors over their doubt, one where the doubts are right
    calm: Array  # share of the quick spread's variance that this piece of plant is seen to need, one at first


@dataclass(frozen=True, slots=True)
class Spread:
    """Of each channel [M]: prior, quick, slow standard deviations."""

    prior: Array
    quick: Array
    slow: Array


@dataclass(frozen=True, slots=True)
class Departure:
    """Distance from the line and its variance, over minutes, over hours and in the last minute; infinite variance where nothing is known."""

    quick: Array
    quick_var: Array
    slow: Array
    slow_var: Array
    now: Array
    now_var: Array

    def each(self, part: Callable[[Array], Array]) -> Departure:
        """Part of every field."""
        return Departure(part(self.quick), part(self.quick_var), part(self.slow), part(self.slow_var), part(self.now), part(self.now_var))

    def without(self, gone: Array) -> Departure:
        """None left where `gone`."""
        return Departure(np.where(gone, 0.0, self.quick), self.quick_var, np.where(gone, 0.0, self.slow), self.slow_var, np.where(gone, 0.0, self.now), self.now_var)


def fresh_baseline(spread: Spread) -> Baseline:
    """Before the first minute: lines at zero, as doubtful as their priors."""
    zero = np.zeros(len(spread.prior))
    return Baseline(zero, zero, zero, zero, zero, zero, spread.prior**2, zero, np.full(len(zero), OFFSET_K**2), zero, zero + 1.0, zero + 1.0)


def learn(b: Baseline, s: Spread, y: Array, doubt: Array, lever: Array, dt: float) -> tuple[Baseline, Departure]:
    """Take in one minute's residuals y [M] with standard deviation doubt [M] and lever [M], NaN where there is none."""
    seen = np.isfinite(y) & np.isfinite(doubt) & np.isfinite(lever)
    x = np.where(seen, lever, 0.0)
    wide = np.where(seen, doubt * np.sqrt(np.maximum(b.excess, 1.0)), 1.0)
    error = np.where(seen, y - b.constant - b.slope * x, 0.0)
    at_c, at_s = b.constant_var + x * b.cross, b.cross + x * b.slope_var
    line_var = at_c + x * at_s
    weight = np.where(seen, 1.0 / np.square(wide), 0.0)
    sums = [np.exp(-dt / t) * a + w for t, a, w in ((QUICK_S, b.quick_sum, weight * error), (QUICK_S, b.quick_weight, weight),
                                                   (SLOW_S, b.slow_sum, weight * error), (SLOW_S, b.slow_weight, weight))]
    modest = np.clip(b.excess, LEAST, 1.0)
    away = Departure(*_mean(sums[0], sums[1], modest, s.quick**2 * b.calm + line_var), *_mean(sums[2], sums[3], 1.0, s.slow**2 + line_var),
                     error, np.where(seen, wide**2 + s.quick**2 + line_var, np.inf))
    calm = (away.quick**2 <= HOLD**2 * away.quick_var) & (away.slow**2 <= HOLD**2 * away.slow_var) & seen
    local = np.divide(b.quick_sum, b.quick_weight, out=np.zeros(len(error)), where=b.quick_weight > WEAK)
    strange = np.square(error - local) / (np.square(np.where(seen, doubt, 1.0)) + s.quick**2)
    excess = b.excess + np.where(calm & (b.learned < LEARN_S), dt / EXCESS_S, 0.0) * (np.minimum(strange, MOST) - b.excess)
    total = line_var + np.square(wide) * TOGETHER + s.slow**2 * ERR_S / dt
    young = calm & ((b.learned < LEARN_S) | (line_var > s.slow**2))
    gain_c, gain_s = np.where(young, at_c / total, 0.0), np.where(young, at_s / total, 0.0)
    follow = np.where(calm & ~young, dt / MEMORY_S, 0.0)
    moved = (gain_c + gain_s * x) * error  # of the line where it was read: what the averages hold is a distance from it
    sums[0], sums[2] = sums[0] - moved * sums[1], sums[2] - moved * sums[3]
    return Baseline(*sums, b.constant + (gain_c + follow) * error, b.slope + gain_s * error, b.constant_var - gain_c * at_c,
                    b.cross - gain_c * at_s, b.slope_var - gain_s * at_s, b.learned + np.where(calm, dt, 0.0), excess,
                    _calmer(b, away, s.quick, calm & (b.learned > QUICK_S), dt)), away


def _mean(total: Array, weight: Array, modest: Array | float, floor: Array) -> tuple[Array, Array]:
    known = weight > WEAK
    mean = np.divide(total, weight, out=np.zeros(len(total)), where=known)
    var = np.divide(TOGETHER * modest, weight, out=np.full(len(total), np.inf), where=known)
    return mean, var + floor


def _calmer(b: Baseline, away: Departure, usual: Array, learning: Array, dt: float) -> Array:
    """Share of the quick spread's variance that is needed: departures seen, threefold, for days are longer than what was seen; never more than all."""
    target = np.where(b.excess < SURE, np.clip(MARGIN**2 * np.square(away.quick / usual), LEAST, 1.0), 1.0)
    pace = np.where(target > b.calm, dt / RESTLESS_S, dt / CALM_S)
    return np.where(learning, b.calm + pace * (target - b.calm), b.calm)
