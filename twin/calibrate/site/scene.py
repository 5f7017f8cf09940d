"""Stored minutes as the residual laws of the estimator see them: [T, rows] in place of [rows]."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from config.classes import CLASSES
from config.site import Site
from twin.estimate.facts import LOOP_CLASSES, Facts
from twin.estimate.residuals.base import Array, Columns, Scene, moved
from twin.plant.assembly import assemble
from twin.plant.calibrated import calibrated, loops_of
from twin.plant.design import design
from twin.plant.machines import machinery

SAMPLE_S = 5.0  # between samples of which the residual channels take the scatter as independent
LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Plant:
    """A site by its datasheets."""

    site: Site
    facts: Facts

    def scaled(self, cls: str, name: str, factor: Array) -> Facts:
        """Facts with one parameter times `factor` [rows of `cls`], as a parameter file would make them."""
        p = calibrated(self.facts.p, {(cls, name): factor}, self.facts.loop_of)
        return replace(self.facts, p=p, m=machinery(self.site, p, self.facts.d))


def plant_of(site: Site) -> Plant:
    """The site without any earlier calibration."""
    bare = replace(site, factors={})
    p, d = assemble(bare), design(bare)
    rows = {cls: site.count(cls) for cls in CLASSES}
    loop_of = {cls: loops_of(site, cls) for cls in ("cdu", *LOOP_CLASSES)}
    return Plant(bare, Facts(p, d, machinery(bare, p, d), rows, loop_of, {}))


@dataclass(frozen=True, slots=True)
class Minutes(Scene):
    """values, rate: `class.column` -> [T, rows]; times_s [T]."""

    times_s: Array = ()  # type: ignore[assignment]  # the fields before it have no default, this one is always given

    def take(self, name: str, cls: str, table: Mapping[str, Array] | None = None) -> Array:
        """Column `class.column` on the rows of `cls`, [T, rows]."""
        owner = name.split(".")[0]
        x = (self.values if table is None else table)[name]
        if not x.shape[1]:
            return np.full((len(x), self.facts.rows[cls]), np.nan)
        return x if owner == cls else np.stack([moved(self.facts, owner, cls, minute) for minute in x])

    def columns(self, terms: tuple[str, ...], cls: str) -> Columns:
        """The terms of a law."""
        return {t: self.take(t, cls) for t in terms}

    def part(self, span: slice) -> Minutes:
        """Some of the minutes."""
        return replace(self, values={n: x[span] for n, x in self.values.items()}, rate={n: x[span] for n, x in self.rate.items()},
                       times_s=self.times_s[span])


def scene(facts: Facts, times_ms: Array, columns: Mapping[str, Array], samples: float) -> Minutes:
    """Minutes at `times_ms` [T], T >= 2; `samples` of a sensor in a minute."""
    t = times_ms * 1e-3
    return Minutes(facts, columns, {n: np.gradient(x, t, axis=0) for n, x in columns.items()}, min(LONGEST_S, SAMPLE_S * samples), t)
