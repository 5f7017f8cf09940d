"""Where a study's runs lie: a grid or a Latin hypercube over its axes."""
from __future__ import annotations

import zlib
from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np

from twin.sweep.study import Axis, Planned, Range, Sample, Scalar

Array = np.ndarray


def settings(p: Planned) -> list[dict[str, Scalar]]:
    """The value of every axis in every run, in the order of the runs."""
    s = p.study.sample
    if s.kind == "latin-hypercube":
        columns = {name: hypercube(name, axis, s) for name, axis in p.axes.items()}
        return [{name: column[i] for name, column in columns.items()} for i in range(s.runs or 0)]
    return [dict(zip(p.axes, values, strict=True)) for values in product(*map(levels, p.axes.values()))]


def size(axes: Mapping[str, Axis], s: Sample) -> list[int]:
    """Runs, as factors: `[5, 3]` of a grid, `[24]` of a hypercube."""
    return [s.runs or 0] if s.kind == "latin-hypercube" else [len(a) if isinstance(a, tuple) else a.steps or 0 for a in axes.values()]


def levels(axis: Axis) -> list[Scalar]:
    """Values of an axis of a grid."""
    return list(axis) if isinstance(axis, tuple) else [between(axis, u) for u in np.linspace(0.0, 1.0, axis.steps or 2)]


def ends(axis: Axis) -> list[Scalar]:
    """Values that bound an axis, or all of a list."""
    return list(axis) if isinstance(axis, tuple) else [between(axis, 0.0), between(axis, 1.0)]


def hypercube(name: str, axis: Axis, s: Sample) -> list[Scalar]:
    """One value in each of `runs` layers of equal likelihood, shuffled: McKay, Beckman, Conover 1979, Technometrics 21(2).

    The draw of an axis hangs on the seed and its name alone: adding an axis leaves the others where they are.
    """
    n = s.runs or 0
    rng = np.random.default_rng([s.seed, zlib.crc32(name.encode())])
    share = (rng.permutation(n) + rng.random(n)) / n
    if isinstance(axis, tuple):
        return [axis[min(int(u * len(axis)), len(axis) - 1)] for u in share]
    return [between(axis, u) for u in share]


def between(axis: Range, share: Any) -> Scalar:
    """Value at a share [0..1] of a range, to twelve digits so that it is written as it is run."""
    u = float(share)
    value = axis.low * (axis.high / axis.low) ** u if axis.log else axis.low + (axis.high - axis.low) * u
    return round(value) if axis.whole else float(f"{value:.12g}")
