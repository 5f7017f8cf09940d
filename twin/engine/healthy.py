"""Health inside the fold: what is wrong after these readings, and what the estimator is not to believe."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.engine.latest import Latest
from twin.engine.model import Model
from twin.engine.twin import Twin
from twin.estimate.health.monitor import Health, step
from twin.estimate.sheet import Sheet


def look(twin: Twin, latest: Latest, fresh: Sheet, dt: float) -> Health:
    """Health after the readings of a step of `dt` s; `fresh` are those measured in it."""
    return step(twin.model.health, twin.health, twin.next_ms, dt, latest.values, fresh, latest.gpu, latest.gpu_ts != twin.latest.gpu_ts)


def trusted(model: Model, latest: Latest, health: Health) -> Latest:
    """The newest values without those of sensors found at fault: what no sensor reports is estimated."""
    if not health.excluded.any():
        return latest
    return replace(latest, values=model.measured.sheet(np.where(health.excluded, np.nan, latest.values.flat)))
