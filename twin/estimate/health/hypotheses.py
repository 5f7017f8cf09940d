"""Which single explanation fits the channels of an asset best: sensors and plant faults compete by likelihood.

A sensor's error is put into its reading and the channels computed again, so that its signature is exact at the present operating
point. A plant fault brings its own signature. Errors without a free size (a wrong unit, two sensors under each other's name) must
match in height as well. Source of the test: generalised likelihood ratio of a shift of known direction in Gaussian residuals
(Basseville and Nikiforov, Detection of Abrupt Changes, 1993, section 7.3).
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from config.quantities import QUANTITIES
from twin.estimate.health.baseline import Departure
from twin.estimate.health.facts import Facts
from twin.estimate.health.scene import Group, Sensor, Values

Array = np.ndarray
OFFSET, FAHRENHEIT, PSI, SWAP, PLANT = "offset", "fahrenheit", "psi", "swap", "plant"
PSI_KPA = 6.894757293168
FREE = 1.5  # a free size costs this much likelihood (half the log of the samples that set it, order of magnitude)
MISFIT = 0.03  # signatures are right within this share of what they explain


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """`kind` and what it is about: one sensor, two sensors, or a plant fault by name with its signature [K]."""

    kind: str
    sensors: tuple[Sensor, ...] = ()
    fault: str = ""
    shift: tuple[float, ...] = ()
    pace: str = "any"

    @property
    def name(self) -> str:
        return self.fault or f"{self.kind} {' '.join(f'{a}/{b}' for a, b in self.sensors)}"


def hypotheses(group: Group, plant: Sequence[tuple[str, Mapping[str, float], str]]) -> tuple[Hypothesis, ...]:
    """All that may explain a departure of this group; `plant` is (fault, signature, pace)."""
    def unit(s: Sensor) -> str:
        return s[1].rsplit("_", 1)[1]

    found = [Hypothesis(OFFSET, (s,)) for s in group.sensors]
    found += [Hypothesis(FAHRENHEIT, (s,)) for s in group.sensors if unit(s) == "c"]
    found += [Hypothesis(PSI, (s,)) for s in group.sensors if unit(s) == "kpa"]
    found += [Hypothesis(SWAP, (a, b)) for i, a in enumerate(group.sensors) for b in group.sensors[i + 1:]
              if a[0] == b[0] and unit(a) == unit(b) and unit(a) in ("c", "lpm", "kw")]
    names = [c.name for c in group.channels]
    found += [Hypothesis(PLANT, fault=f, shift=tuple(sign.get(n, 0.0) for n in names), pace=pace) for f, sign, pace in plant]
    return tuple(found)


def trial_size(sensor: Sensor, seen: Array) -> Array:
    """A small error of a sensor, SI [rows]."""
    unit = sensor[1].rsplit("_", 1)[1]
    fixed = {"c": 0.2, "pct": 0.01, "hz": 0.02}.get(unit)
    return np.full(seen.shape, fixed) if fixed else np.maximum(0.01 * np.abs(seen), 1e-3 * QUANTITIES[sensor[1]].factor)


def repaired(h: Hypothesis, seen: Values) -> dict[Sensor, Array]:
    """The readings if this were the error and it were undone."""
    first = h.sensors[0]
    if h.kind == OFFSET:
        return {first: seen[first] - trial_size(first, seen[first])}
    if h.kind == FAHRENHEIT:
        return {first: (seen[first] - 32.0) / 1.8}
    if h.kind == PSI:
        return {first: seen[first] * PSI_KPA}
    return {first: seen[h.sensors[1]], h.sensors[1]: seen[first]}


def signatures(group: Group, facts: Facts, context: Mapping[str, Array], seen: Values, found: Sequence[Hypothesis], y: Array) -> Array:
    """Shift of every channel per unit of each hypothesis [H, rows, K], NaN where a channel says nothing."""
    errors = [h for h in found if h.kind != PLANT]
    stacked = {s: np.broadcast_to(v, (len(errors), *v.shape)).copy() for s, v in seen.items()}
    for i, h in enumerate(errors):
        for sensor, value in repaired(h, seen).items():
            stacked[sensor][i] = value
    again = group.values(facts, context, stacked)
    mended = np.stack([np.broadcast_to(again[c.name], (len(errors), len(y))) for c in group.channels], axis=-1)
    shift = y - mended
    for i, h in enumerate(errors):
        if h.kind == OFFSET:
            shift[i] /= trial_size(h.sensors[0], seen[h.sensors[0]])[:, None]
    plant = [np.broadcast_to(np.array(h.shift), y.shape) for h in found if h.kind == PLANT]
    return np.concatenate([shift, np.array(plant).reshape(-1, *y.shape)])


@dataclass(frozen=True, slots=True)
class Fit:
    """Of each hypothesis [H, rows]: log likelihood ratio against healthy, size and its standard deviation."""

    evidence: Array
    size: Array
    std: Array
    slow: Array  # bool, judged over hours


def fit(shift: Array, fixed: Array, positive: Array, away: Array, var: Array) -> Fit:
    """Best size of every hypothesis for departures [rows, K] of variance var; `fixed` [H] have size one, `positive` [H] grow one way."""
    good = np.isfinite(shift) & np.isfinite(away) & np.isfinite(var)
    s = np.where(good, shift, 0.0)
    weight = np.where(np.isfinite(var), 1.0 / (var + (MISFIT * np.nan_to_num(away)) ** 2), 0.0)
    num = (s * (np.nan_to_num(away) * weight)).sum(-1)
    den = (s * s * weight).sum(-1)
    size = np.divide(num, den, out=np.zeros_like(num), where=den > 1e-12)
    size = np.where(positive[:, None], np.maximum(size, 0.0), size)
    size = np.where(fixed[:, None], 1.0, size)
    evidence = size * num - 0.5 * size * size * den - np.where(fixed, 0.0, FREE)[:, None]
    return Fit(np.where(den > 1e-12, evidence, 0.0), size, np.divide(1.0, np.sqrt(den), out=np.full_like(den, np.inf), where=den > 1e-12),
               np.zeros(den.shape, dtype=bool))


def both(shift: Array, found: Sequence[Hypothesis], away: Departure) -> Fit:
    """The better of minutes and hours for each hypothesis; what has no free size is judged by the last minute, for averages hold what was before."""
    fixed = np.array([h.kind in (FAHRENHEIT, PSI, SWAP) for h in found])
    plant = np.array([h.kind == PLANT for h in found])
    quick, now = fit(shift, fixed, plant, away.quick, away.quick_var), fit(shift, fixed, plant, away.now, away.now_var)
    slow = fit(shift, fixed, plant, away.slow, away.slow_var)
    longer = (slow.evidence > quick.evidence) & ~fixed[:, None]
    trio = ((quick.evidence, slow.evidence, now.evidence), (quick.size, slow.size, now.size), (quick.std, slow.std, now.std))
    return Fit(*(np.where(fixed[:, None], c, np.where(longer, b, a)) for a, b, c in trio), longer)
