"""Snapshot side of the estimator: residuals and verdicts by class and column."""
from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from config.classes import CLASSES
from twin.engine.latest import NEVER, Latest
from twin.engine.model import Model
from twin.estimate.joint import Verdict
from twin.events import BELIEVED, STALE, SUSPECT, UNSEEN

Array = np.ndarray
STALE_STEPS, STALE_MIN_MS = 5, 30_000  # a column is stale after five steps or half a minute of silence, the longer
STALE_PERIODS = 3  # or after three of its own turns, where its class speaks less often than every step


def verdicts(model: Model, latest: Latest, judged: Mapping[tuple[str, str], Verdict], values: Mapping[str, Array], now_ms: int,
             fresh: Mapping[str, Array], before: Mapping[str, Array]) -> tuple[dict[str, Array], dict[str, Array]]:
    """Residuals [rows, measured] and qualities (uint8) of every class.

    A column the filter judged shows its innovation and verdict, and stays suspect until it is judged again; any other fresh
    column shows its distance to the model.
    """
    residual, quality = {}, {}
    usual = max(STALE_STEPS * model.step_ms, STALE_MIN_MS)
    for cls, rows in model.rows.items():
        if not rows:
            continue
        seen = latest.ts_ms[cls]
        limit = max(usual, STALE_PERIODS * model.period_ms.get(cls, 0))
        age = np.where(seen == NEVER, 0, now_ms - seen)
        quality[cls] = np.where(seen == NEVER, UNSEEN, np.where(age > limit, STALE, BELIEVED)).astype(np.uint8)
        heard = fresh.get(cls)
        waiting = (quality[cls] == BELIEVED) & (before[cls] == SUSPECT)
        quality[cls][waiting if heard is None else waiting & ~heard] = SUSPECT
        away = np.full(seen.shape, np.nan) if heard is None else np.where(heard, latest.values[cls] - values[cls][:, : seen.shape[1]], np.nan)
        residual[cls] = away
    for (cls, column), v in judged.items():
        if cls in quality:
            _judge(residual[cls], quality[cls], CLASSES[cls].column(column), v)
    return residual, quality


def _judge(residual: Array, quality: Array, column: int, v: Verdict) -> None:
    seen = np.isfinite(v.innovation)
    residual[seen, column] = v.innovation[seen]
    quality[seen & ~v.believed, column] = SUSPECT
