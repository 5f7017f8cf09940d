"""Snapshot side of the estimator: standard deviations, residuals and verdicts by class and column."""
from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from config.classes import CLASSES
from twin.engine.latest import NEVER, Latest
from twin.engine.model import Model
from twin.estimate.assimilate import CORE_SENSORS
from twin.estimate.belief import Belief
from twin.estimate.scalar import Verdict
from twin.events import BELIEVED, STALE, SUSPECT, UNSEEN

Array = np.ndarray
STALE_STEPS, STALE_MIN_MS = 5, 30_000  # a column is stale after five steps or half a minute of silence, the longer
STALE_PERIODS = 3  # or after three of its own turns, where its class speaks less often than every step


def deviations(model: Model, belief: Belief) -> dict[str, Array]:
    """One standard deviation of every estimated column, [rows, columns] SI, NaN where none is kept."""
    out = {c: np.full((n, len(CLASSES[c].columns)), np.nan) for c, n in model.rows.items() if n}
    core = np.sqrt(np.maximum(np.diagonal(belief.core_cov, axis1=-2, axis2=-1), 0.0))
    for cls, column, node in CORE_SENSORS:
        if cls in out:
            out[cls][:, CLASSES[cls].column(column)] = core[model.loop_of[cls], node]
    cdu = np.sqrt(np.maximum(np.diagonal(belief.cdu_cov, axis1=-2, axis2=-1), 0.0))
    for index, column in enumerate(("tcs_supply_c", "tcs_return_c")):
        out["cdu"][:, CLASSES["cdu"].column(column)] = cdu[:, index]
    rack = out["rack"]
    rack[:, CLASSES["rack"].column("supply_c")] = cdu[model.parameters.wiring.rack_cdu, 0]
    rack[:, CLASSES["rack"].column("return_c")] = np.sqrt(belief.manifold_var)
    hottest = np.take_along_axis(belief.die_var, belief.state.die.argmax(-1)[:, None], axis=-1)[:, 0]
    for column in ("gpu_max_c", "gpu_margin_k"):
        rack[:, CLASSES["rack"].column(column)] = np.sqrt(hottest)
    return out


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
        waiting = ~fresh[cls] & (quality[cls] == BELIEVED) & (before[cls] == SUSPECT)
        quality[cls][waiting] = SUSPECT
        residual[cls] = np.where(fresh[cls], latest.values[cls] - values[cls][:, : seen.shape[1]], np.nan)
    for (cls, column), v in judged.items():
        if cls in quality:
            _judge(residual[cls], quality[cls], CLASSES[cls].column(column), v)
    return residual, quality


def _judge(residual: Array, quality: Array, column: int, v: Verdict) -> None:
    seen = np.isfinite(v.innovation)
    residual[seen, column] = v.innovation[seen]
    quality[seen & ~v.believed, column] = SUSPECT
