"""Snapshot side of the estimator: residuals and verdicts by class and column."""
from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from config.classes import CLASSES
from tests.oracles.joint import Verdict
from twin.engine.latest import NEVER, Latest
from twin.engine.model import Model
from twin.estimate.sheet import Sheet
from twin.events import BELIEVED, STALE, SUSPECT, UNSEEN

Array = np.ndarray


def verdicts(model: Model, latest: Latest, judged: Mapping[tuple[str, str], Verdict], values: Sheet, now_ms: int,
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
    residuals, qualities = model.measured.sheet(residual), model.measured.sheet(quality)
    for (cls, column), v in judged.items():
        _judge(residuals[cls], qualities[cls], CLASSES[cls].column(column), v)
    return residuals, qualities


def _judge(residual: Array, quality: Array, column: int, v: Verdict) -> None:
    seen = np.isfinite(v.innovation)
    residual[seen, column] = v.innovation[seen]
    quality[seen & ~v.believed, column] = SUSPECT
