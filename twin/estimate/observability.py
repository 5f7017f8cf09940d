"""What the sensors that report can tell: parameters determined, told only together with others, or not at all.

Each channel that can be evaluated shows one combination of slow parameters, as sharply as its law and the tolerances of its instruments
allow. In units of what is known beforehand, a combination that the channels show better than before is a direction of the information
matrix with an eigenvalue above one. A parameter that lies in such directions alone is determined; several that share one are suspects of
each other: their sum is known, their parts are not.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from config.classes import CLASSES
from twin.estimate.parameters import PARAMETERS
from twin.estimate.residuals import BANK, Scene

Array = np.ndarray
SHARP = 3.0  # eigenvalue from which a direction counts as told: doubt at least halved
WHOLE = 0.75  # of a parameter's own direction, told: determined
PART = 0.3  # of the largest part of a told direction: shares it


@dataclass(frozen=True, slots=True)
class Known:
    """One asset: names of its parameters by how far the sensors tell them."""

    cls: str
    row: int
    determined: tuple[str, ...]
    joint: tuple[tuple[str, ...], ...]
    unknown: tuple[str, ...]

    def text(self, asset: str) -> str:
        """One sentence for an operator."""
        titles = {n: p.title for n, p in PARAMETERS[self.cls].items()}
        parts = [f"cannot separate {' or '.join(titles[n] for n in group)}" for group in self.joint]
        parts += [f"cannot assess {', '.join(titles[n] for n in self.unknown)}"] if self.unknown else []
        return f"{asset}: " + ("; ".join(parts) if parts else "every parameter is determined")


def without(scene: Scene, silent: Iterable[str]) -> Scene:
    """The scene as it would be without the sensors `class.column`, in every row."""
    values = {c: v.copy() for c, v in scene.values.items()}
    for name in silent:
        cls, column = name.split(".")
        values[cls][:, CLASSES[cls].column(column)] = np.nan
    return replace(scene, values=values)


def observability(scene: Scene, cls: str) -> tuple[Known, ...]:
    """What the sensors of `scene` (NaN where none reports) tell of every asset of a class."""
    parameters = PARAMETERS[cls]
    information = _information(scene, cls)
    values, vectors = np.linalg.eigh(information)
    return tuple(_known(cls, row, tuple(parameters), values[row], vectors[row]) for row in range(len(information)))


def _information(scene: Scene, cls: str) -> Array:
    """[rows, n, n] in units of the priors: ones are as good as what is known beforehand."""
    names, rows = list(PARAMETERS[cls]), scene.facts.rows[cls]
    prior = np.array([p.prior for p in PARAMETERS[cls].values()])
    out = np.zeros((rows, len(names), len(names)))
    for channel in BANK.values():
        if channel.cls != cls:
            continue
        seen = channel.evaluate(scene)
        fixed = channel.model if channel.instrumental else seen.tolerance
        h = np.zeros((rows, len(names)))
        for name, slope in channel.sensitivity(scene).items():
            h[:, names.index(name)] = slope
        h *= prior
        there = np.isfinite(seen.value) & np.isfinite(h).all(1) & np.isfinite(seen.tolerance)
        h = np.where(there[:, None], h / np.where(there, np.hypot(fixed, 1e-3), 1.0)[:, None], 0.0)
        out += h[:, :, None] * h[:, None, :]
    return out


def _known(cls: str, row: int, names: tuple[str, ...], values: Array, vectors: Array) -> Known:
    told = vectors[:, values >= SHARP]
    whole = (told**2).sum(1)
    determined = {n for n, w in zip(names, whole, strict=True) if w >= WHOLE}
    groups: list[tuple[str, ...]] = []
    for k in range(told.shape[1] - 1, -1, -1):
        part = np.abs(told[:, k])
        group = tuple(n for n, p in zip(names, part, strict=True) if p >= PART * part.max() and n not in determined)
        if len(group) > 1 and not any(set(group) <= set(g) for g in groups):
            groups.append(group)
    joint = {n for g in groups for n in g}
    return Known(cls, row, tuple(n for n in names if n in determined), tuple(groups), tuple(n for n in names if n not in determined | joint))
