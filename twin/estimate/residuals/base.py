"""The shape of a residual channel, and what it is evaluated on.

A channel compares sensors with a law: `law` returns the logarithm of measured over lawful, so it is zero where sensors, law and
datasheet agree, and constant while only fixed errors part them. Its doubt follows from the instruments: each term is moved by its own
scatter, its tolerance, and what it changes within `lag_s`, and the law tells what that does.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from config.classes import CLASSES
from twin.estimate.facts import LOOP_CLASSES, Facts
from twin.estimate.instruments import or_zero, scatters, tolerances

Array = np.ndarray
Columns = Mapping[str, Array]  # "cdu.tcs_flow_lpm" -> [rows of the channel's class], SI
Law = Callable[[Facts, Columns], Array]


class Residual(NamedTuple):
    """value, std and tolerance: [rows of the channel's class], NaN where its sensors say nothing.

    std: what averages out (scatter, transients); tolerance: what does not (fixed errors of instruments).
    """

    value: Array
    std: Array
    tolerance: Array


@dataclass(frozen=True, slots=True)
class Scene:
    """values: class -> [rows, measured] SI, averages over `over_s` seconds; rate: the same, SI/s; NaN where nothing is known."""

    facts: Facts
    values: Mapping[str, Array]
    rate: Mapping[str, Array]
    over_s: float

    def take(self, name: str, cls: str, table: Mapping[str, Array] | None = None) -> Array:
        """Column `class.column` on the rows of `cls`: its own, its loop's, the sum of its racks or CDUs (of the mean where some are silent)."""
        owner, column = name.split(".")
        if not self.facts.rows[owner]:
            return np.full(self.facts.rows[cls], np.nan)
        return moved(self.facts, owner, cls, (table or self.values)[owner][:, CLASSES[owner].column(column)])


def moved(f: Facts, owner: str, cls: str, x: Array) -> Array:
    """`x` [rows of `owner`] on the rows of `cls`: its own, its loop's, the sum of its racks or CDUs."""
    w = f.p.wiring
    if owner == cls:
        return x
    if owner == "weather":
        return np.full(f.rows[cls], x[0])
    if owner == "rack" and cls == "cdu":
        return _total(x, w.rack_cdu, f.rows["cdu"])
    if owner == "cdu" and cls == "rack":
        return x[w.rack_cdu]
    if owner == "cdu":
        return _total(x, w.cdu_loop, f.loops)[f.loop_of[cls]]
    per_loop = np.full(f.loops, np.nan)
    per_loop[f.loop_of[owner]] = x
    return per_loop[f.loop_of[cls]] if cls in (*LOOP_CLASSES, "cdu") else per_loop[w.rack_loop]


def _total(x: Array, parent: Array, count: int) -> Array:
    """Sum over children: their mean where known, times their number."""
    known = np.isfinite(x)
    number = np.bincount(parent, known, count)
    total = np.bincount(parent, np.where(known, x, 0.0), count)
    return np.divide(total, number, out=np.full(count, np.nan), where=number > 0) * np.bincount(parent, minlength=count)


@dataclass(frozen=True, slots=True)
class Channel:
    """One residual: `terms` are the columns its law reads; `sees` the slow parameters it shows and how strongly (per unit of each)."""

    name: str
    cls: str
    title: str
    terms: tuple[str, ...]
    law: Law
    sees: Mapping[str, float | Law]
    lag_s: float = 5.0  # how far apart in time the terms may be
    model: float = 0.02  # standard deviation of the law itself, does not average out
    instrumental: bool = False  # the parameters it sees are the fixed errors of its own instruments

    def evaluate(self, scene: Scene) -> Residual:
        """Value and doubts of every row. A change of a term is scaled from what a small one does, so that no end crosses."""
        f, terms = scene.facts, range(len(self.terms))
        x, rate = (np.stack([scene.take(t, self.cls, table) for t in self.terms]) for table in (scene.values, scene.rate))
        small, many = 1e-3 * np.maximum(np.abs(x), 1e-3), self._many(f, x.shape)
        each = np.repeat(x[:, None], len(x) + 1, axis=1)  # [terms, as it is and with each term moved, rows]
        each[terms, np.arange(len(x)) + 1] += small
        with np.errstate(invalid="ignore", divide="ignore"):
            value = self.law(f, dict(zip(self.terms, each, strict=True)))
            slope = (value[1:] - value[0]) / small
            told = np.isfinite(x)  # a law may do without a term; then it adds no doubt
            noise, fixed = (how(self.terms, x / many) * np.sqrt(many) for how in (scatters, tolerances))
            quick = (slope * noise) ** 2 / max(scene.over_s / 5.0, 1.0) + (slope * self.lag_s * np.abs(or_zero(rate))) ** 2
        return Residual(value[0], np.sqrt(np.where(told, quick, 0.0).sum(0)), np.sqrt(self.model**2 + np.where(told, (slope * fixed) ** 2, 0.0).sum(0)))

    def _many(self, f: Facts, shape: tuple[int, ...]) -> Array:
        """How many instruments each term stands for [terms, rows]."""
        out = np.ones(shape)
        for i, term in enumerate(self.terms):
            out[i] = _children(f, term.split(".")[0], self.cls)
        return out

    def sensitivity(self, scene: Scene) -> dict[str, Array]:
        """Change of the residual per unit of each slow parameter it sees, [rows]."""
        v = {t: scene.take(t, self.cls) for t in self.terms}
        with np.errstate(invalid="ignore", divide="ignore"):
            return {name: (how(scene.facts, v) if callable(how) else np.full(scene.facts.rows[self.cls], float(how))) for name, how in self.sees.items()}


def _children(f: Facts, owner: str, cls: str) -> Array | float:
    """How many instruments a summed term stands for."""
    w = f.p.wiring
    if owner == "rack" and cls == "cdu":
        return np.bincount(w.rack_cdu, minlength=f.rows["cdu"]).astype(float)
    if owner == "cdu" and cls in LOOP_CLASSES:
        return np.bincount(w.cdu_loop, minlength=f.loops).astype(float)[f.loop_of[cls]]
    return 1.0


def log_ratio(a: Array, b: Array) -> Array:
    """log(a / b), NaN where either is not positive."""
    good = (a > 0) & (b > 0)
    return np.where(good, np.log(np.where(good, a, 1.0) / np.where(good, b, 1.0)), np.nan)


def log_mean(one: Array, two: Array) -> Array:
    """Log-mean of two end differences [K]; NaN where an end is closed beyond what sensors resolve."""
    good = (one > 0.3) & (two > 0.3)
    a, b = np.where(good, one, 1.0), np.where(good, two, 1.0)
    ratio = np.log(a / b)
    near = np.abs(ratio) < 1e-3
    return np.where(good, np.where(near, 0.5 * (a + b), (a - b) / np.where(near, 1.0, ratio)), np.nan)
