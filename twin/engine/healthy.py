"""Health inside the fold: what is wrong after these readings, and what the estimator is not to believe."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from twin.engine.latest import Latest
from twin.engine.model import Model
from twin.engine.twin import Twin
from twin.estimate.health.monitor import Health, step
from twin.events import BELIEVED, SUSPECT

Array = np.ndarray


def look(twin: Twin, latest: Latest, fresh: Mapping[str, Array], dt: float) -> Health:
    """Health after the readings of a step of `dt` s; `fresh` names the classes that sent any."""
    silent = {c: np.zeros(v.shape, dtype=bool) for c, v in latest.values.items() if c not in fresh}
    return step(twin.model.health, twin.health, twin.next_ms, dt, latest.values, {**silent, **fresh}, latest.gpu, latest.gpu_ts != twin.latest.gpu_ts)


def trusted(model: Model, latest: Latest, health: Health) -> Latest:
    """The newest values without those of sensors found at fault: what no sensor reports is estimated."""
    if not health.excluded.any():
        return latest
    bad = model.health.flat.split(health.excluded)
    return replace(latest, values={c: np.where(bad[c], np.nan, v) if c in bad else v for c, v in latest.values.items()})


def doubt(model: Model, quality: Mapping[str, Array], health: Health) -> None:
    """Mark in the verdicts of this step what was left out."""
    if health.excluded.any():
        for cls, bad in model.health.flat.split(health.excluded).items():
            quality[cls][bad & (quality[cls] == BELIEVED)] = SUSPECT
