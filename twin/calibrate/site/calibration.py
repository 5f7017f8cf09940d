"""The whole calibration: fit on the first four fifths of the history, judge on the last, where nothing was fitted."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from config.calibration import asset_key
from config.quantities import QUANTITIES
from config.site import Site
from twin.calibrate.site.fit import Estimate, estimate
from twin.calibrate.site.kinds import KINDS, Kind
from twin.calibrate.site.scene import Minutes, Plant, plant_of, scene
from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array

FITTED = 0.8  # share of the minutes, the oldest
LEAST = 10  # minutes


@dataclass(frozen=True, slots=True)
class Score:
    """Root mean square error of one measured column on the hours held out, in its boundary unit; NaN where nothing was measured."""

    column: str
    unit: str
    before: float  # by the datasheet
    after: float  # with what was fitted
    minutes: int


@dataclass(frozen=True, slots=True)
class Result:
    """One parameter of one asset. `reason`: why the history cannot tell it; then no number is meant."""

    asset: str  # hall/class/id
    name: str
    title: str
    value: float
    low: float
    high: float
    used: int
    reason: str
    scores: tuple[Score, ...]


def calibrate(site: Site, times_ms: Array, columns: Mapping[str, Array], samples: float) -> list[Result]:
    """Every parameter of every asset. times_ms [T]; columns `class.column` -> [T, rows] SI, NaN where missing; samples in a minute.

    Raises ValueError where there are too few minutes to hold any out.
    """
    if len(times_ms) < LEAST:
        raise ValueError(f"{len(times_ms)} minutes of history: at least {LEAST} are needed")
    plant = plant_of(site)
    whole = scene(plant.facts, times_ms, columns, samples)
    cut = int(FITTED * len(times_ms))
    return [r for kind in KINDS if site.count(kind.cls) for r in _results(plant, kind, whole.part(slice(0, cut)), whole.part(slice(cut, None)))]


def _results(plant: Plant, kind: Kind, fitted: Minutes, held: Minutes) -> Iterator[Result]:
    e = estimate(plant, kind, fitted)
    low, high = e.interval()
    scores = [_errors(plant, kind, e, held, column) for column in kind.outlets]
    for row, asset in enumerate(plant.site.assets[kind.cls]):
        yield Result(asset_key(asset.hall, asset.cls, asset.id), kind.name, kind.title, float(e.factor[row]), float(low[row]), float(high[row]),
                     int(e.used[row]), e.reason[row], tuple(s[row] for s in scores))


def _errors(plant: Plant, kind: Kind, e: Estimate, held: Minutes, column: str) -> list[Score]:
    """Score of a column for each asset."""
    before, n = _rmse(kind, plant.facts, held, column)
    after, _ = _rmse(kind, plant.scaled(kind.cls, kind.name, e.factor), held, column)
    name = column.split(".")[1]
    q = QUANTITIES[name]
    unit = "K" if name.endswith("_c") else name.rsplit("_", 1)[1].replace("kw", "kW")
    return [Score(name, unit, float(b / q.factor), float(a / q.factor), int(k)) for b, a, k in zip(before, after, n, strict=True)]


def _rmse(kind: Kind, facts: Facts, held: Minutes, column: str) -> tuple[Array, Array]:
    """[rows] SI, and the minutes behind it; only of minutes in which the law says anything."""
    v = held.columns(kind.terms, kind.channel.cls)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        residual = kind.channel.law(facts, v)
        error = np.where(np.isfinite(residual), kind.outlets[column](facts, v, residual) - v[column], np.nan)
    known = np.isfinite(error)
    n = known.sum(axis=0)
    squares = np.square(np.where(known, error, 0.0)).sum(axis=0)
    return np.sqrt(np.divide(squares, n, out=np.full(len(n), np.nan), where=n > 0)), n
