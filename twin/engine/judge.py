"""Snapshot side of the estimator: residuals and verdicts by class and column."""
from __future__ import annotations

import numpy as np

from twin.engine.latest import NEVER, Latest
from twin.engine.model import Model
from twin.estimate.compiled import Told
from twin.estimate.sheet import Sheet
from twin.events import BELIEVED, STALE, SUSPECT, UNSEEN

Array = np.ndarray


def verdicts(model: Model, latest: Latest, told: Told, values: Sheet, now_ms: int,
             fresh: Sheet, before: Sheet) -> tuple[Sheet, Sheet]:
    """Residuals and qualities (uint8) of every measured column.

    A column the filter judged shows its innovation and verdict, and stays suspect until it is judged again; any other fresh
    column shows its distance to the model.
    """
    seen = latest.ts_ms.flat
    unseen = seen == NEVER
    old = now_ms - np.where(unseen, now_ms, seen) > model.stale_ms
    quality = np.where(unseen, UNSEEN, np.where(old, STALE, BELIEVED)).astype(np.uint8)
    quality[(quality == BELIEVED) & (before.flat == SUSPECT) & ~fresh.flat] = SUSPECT
    residual = np.where(fresh.flat, latest.values.flat - values.flat[model.measured_at], np.nan)
    judged = np.isfinite(told.innovation)
    quality[judged & told.refused] = SUSPECT
    return model.measured.sheet(np.where(judged, told.innovation, residual)), model.measured.sheet(quality)
