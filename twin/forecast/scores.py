"""How well it was foretold, and what that teaches: a fold over forecasts and what then happened.

Each column at each of three horizons is compared with what came, and so is the plainest forecast of all: that it stays as it is. Learned of
each from the last day or so: `share`, how much of a modelled change comes true, `off`, what a change is off by on average, `weight`, how far
a change so corrected is believed beside persistence; of its band `wide`, errors over modelled deviations, `rest`, the variance no factor
mends, and `scale`, which brings nine tenths inside. What came within half a horizon weighs as much as trust in the model before it: errors of
forecasts that overlap are much the same. What is scored was said before it happened, with what was known then.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.events import Score
from twin.forecast import blend
from twin.forecast.ahead import Forecast
from twin.forecast.quantities import Column

Array = np.ndarray
HORIZONS_S = (900.0, 3600.0, 14_400.0)
MEMORY_S = 86_400.0
EVERY_S = 60.0
BAND = 1.6448536  # standard deviations of a normal distribution from its middle to its 95 %
SHARE, WIDE = (0.0, 2.0), (0.1, 10.0)
TRUST = 0.5  # of a horizon: observations that weigh as much as the model before them
SETTLE = 8.0  # times that many, in which a band's scale settles: four horizons, as errors of overlapping forecasts fall out together
SLACK_S = 30.0  # a moment this close to the one foretold is it
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Due:
    """What was said of a moment, [D] SI."""

    ts_ms: int
    horizon: int
    before: Array  # as it was when that was said: the forecast that nothing changes
    change: Array  # as modelled
    corrected: Array  # change with the share and the mean error learned by then, before it is blended with persistence
    said: Array  # as told, blended
    std: Array  # as modelled
    band: Array  # as told, one standard deviation


@dataclass(frozen=True, slots=True)
class Sums:
    """Weighted sums [H, D] over what came true."""

    n: Array
    moved: Array  # of modelled changes
    real: Array  # of real changes
    change: Array  # of squared modelled changes
    both: Array  # of modelled times real changes
    wrong: Array  # of squared errors of what was told
    still: Array  # of squared errors of persistence
    tried: Array  # of squared corrected changes
    true: Array  # of corrected times real changes
    z: Array  # of squared errors over modelled variances, where a factor can mend them
    beside: Array  # of squared errors where none can
    inside: Array  # of what fell between 5 and 95 %


@dataclass(frozen=True, slots=True)
class Scores:
    sums: Sums
    scale: Array  # [H, D] factor of the band that the share inside has taught
    waiting: tuple[Due, ...] = ()

    @property
    def share(self) -> Array:
        """[H, D] how much of a modelled change comes true."""
        s, trust = self.sums, _trust()
        n = np.maximum(s.n, 1.0)
        vary, together = s.change - s.moved**2 / n, s.both - s.moved * s.real / n
        return np.clip((together * s.n + trust * vary + TINY) / (vary * (s.n + trust) + TINY), *SHARE)

    @property
    def off(self) -> Array:
        """[H, D] SI by which a real change exceeds what is told of it, whatever is modelled: what a future settles to from its very start."""
        s = self.sums
        return (s.real - self.share * s.moved) / (s.n + _trust())

    @property
    def weight(self) -> Array:
        """[H, D] 0..1 of a corrected change that is told; the rest is persistence."""
        s = self.sums
        return blend.weight(s.true, s.tried, s.n, _trust())

    @property
    def wide(self) -> Array:
        """[H, D] real errors over modelled deviations."""
        s, trust = self.sums, _trust()
        return np.clip(np.sqrt((s.z + trust) / (s.n + trust)), *WIDE)

    @property
    def rest(self) -> Array:
        """[H, D] variance beside the modelled one: of what no factor mends."""
        return self.sums.beside / (self.sums.n + _trust())

    @property
    def skill(self) -> Array:
        """[H, D] 1 - RMSE / RMSE of persistence; NaN before anything has come or where nothing ever changes."""
        s = self.sums
        still = np.where((s.n > 0) & (s.still > TINY * np.maximum(s.n, 1.0)), s.still, np.nan)
        return 1.0 - np.sqrt(s.wrong / still)

    def rmse(self, what: str = "wrong") -> Array:
        """[H, D] SI of what was told, or of persistence (`still`)."""
        s = self.sums
        return np.sqrt(getattr(s, what) / np.where(s.n > 0, s.n, np.nan))

    @property
    def coverage(self) -> Array:
        """[H, D] share of what came that fell between 5 and 95 %; 0.9 where the bands are right."""
        return self.sums.inside / np.where(self.sums.n > 0, self.sums.n, np.nan)


def _trust() -> Array:
    return TRUST * np.array(HORIZONS_S)[:, None] / EVERY_S


def unscored(width: int) -> Scores:
    zero = np.zeros((len(HORIZONS_S), width))
    return Scores(Sums(*(zero.copy() for _ in Sums.__dataclass_fields__)), np.ones_like(zero))


def told(f: Forecast, s: Scores) -> tuple[Array, Array]:
    """Values and one standard deviation [n, D] of a forecast with what its predecessors taught; straight lines between horizons."""
    weight, wide, rest, scale = (_between(f.seconds, x) for x in (s.weight, s.wide, s.rest, s.scale))
    return f.now + weight * _corrected(f, s), scale * np.sqrt(np.square(wide * f.std) + _early(f) * rest)


def _corrected(f: Forecast, s: Scores) -> Array:
    """[n, D] change by what came of earlier ones, before it is blended."""
    share, off = (_between(f.seconds, x) for x in (s.share, s.off))
    return share * f.change + _early(f) * off


def _early(f: Forecast) -> Array:
    """[n, 1] what is known of the first horizon fades in from now on."""
    return np.clip(f.seconds / HORIZONS_S[0], 0.0, 1.0)[:, None]


def _between(seconds: Array, x: Array) -> Array:
    """[n, D] of what is known [H, D] of the horizons."""
    return np.stack([np.interp(seconds, HORIZONS_S, column) for column in x.T], axis=1)


def said(s: Scores, f: Forecast) -> Scores:
    """Remember what is said of the moments of the horizons."""
    (values, std), corrected = told(f, s), _corrected(f, s)
    due = []
    for h, horizon in enumerate(HORIZONS_S):
        i = int(np.abs(f.seconds - horizon).argmin())
        due.append(Due(f.ts_ms + round(1000 * horizon), h, f.now, f.change[i], corrected[i], values[i], f.std[i], std[i]))
    return replace(s, waiting=(*s.waiting, *due))


def came(s: Scores, ts_ms: int, seen: Array) -> Scores:
    """Compare what was said of this moment with what is there [D] SI; what was said of moments long past is forgotten."""
    now = [d for d in s.waiting if abs(d.ts_ms - ts_ms) <= 1000 * SLACK_S]
    if not now and not any(d.ts_ms < ts_ms for d in s.waiting):
        return s
    for due in now:
        s = _with(s, due, seen)
    return replace(s, waiting=tuple(d for d in s.waiting if d.ts_ms > ts_ms + 1000 * SLACK_S))


def _with(s: Scores, d: Due, seen: Array) -> Scores:
    """Older ones fade with a memory of a day."""
    known, h = np.isfinite(seen) & np.isfinite(d.said), d.horizon
    terms, keep, out = _terms(d, seen), np.exp(-EVERY_S / MEMORY_S), {}
    for name in Sums.__dataclass_fields__:
        out[name] = old = getattr(s.sums, name).copy()
        old[h] = np.where(known, keep * old[h] + np.where(known, getattr(terms, name), 0.0), old[h])
    scale = s.scale.copy()
    scale[h] = np.where(known, blend.rescaled(scale[h], terms.inside, SETTLE * _trust()[h]), scale[h])
    return replace(s, sums=Sums(**out), scale=scale)


def _terms(d: Due, seen: Array) -> Sums:
    """[D] what one outcome adds."""
    error, real = seen - d.said, seen - d.before
    z, beside = blend.taught(error, d.std, WIDE[1])
    return Sums(n=np.ones_like(seen), moved=d.change, real=real, change=d.change**2, both=d.change * real, wrong=error**2, still=real**2,
                tried=d.corrected**2, true=d.corrected * real, z=z, beside=beside, inside=(np.abs(error) <= BAND * d.band).astype(float))


def report(s: Scores, ts_ms: int, scenario: str, columns: Sequence[Column]) -> tuple[Score, ...]:
    """A line a column and horizon of which anything came."""
    return tuple(_line(s.sums, ts_ms, scenario, c, h) for c in columns for h in range(len(HORIZONS_S)) if s.sums.n[h, c.place].any())


def _line(s: Sums, ts_ms: int, scenario: str, c: Column, h: int) -> Score:
    n, wrong, still, inside = (float(getattr(s, name)[h, c.place].sum()) for name in ("n", "wrong", "still", "inside"))
    skill = 1.0 - (wrong / still) ** 0.5 if still > TINY * n else float("nan")
    return Score(ts_ms, scenario, c.key, HORIZONS_S[h], skill, inside / n, (wrong / n) ** 0.5, (still / n) ** 0.5, n / (c.place.stop - c.place.start))
