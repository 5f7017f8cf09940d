"""Electric loads of the racks from what meters and GPUs last said."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from config.classes import CLASSES
from twin.engine.latest import Latest
from twin.engine.model import Model
from twin.estimate.slow import Slow
from twin.plant.types import Inputs

Array = np.ndarray


def follow_loads(model: Model, latest: Latest, u: Inputs, slow: Slow) -> Inputs:
    """Power of every GPU, of the rest of its rack to liquid, and to air.

    A GPU that reports follows its rack's meter in between; one that does not takes the mean of its rack's others; a rack of which none
    reports divides its power as the racks do whose GPUs report.
    """
    d, n, idle = model.design, model.gpus, slow.shares.idle_share
    rest = d.other + d.air
    span = n * (d.gpu_max - d.gpu_idle)
    grows = span + rest * (1.0 - idle)
    rack = rack_power(model, latest, u)
    load = np.clip((rack - n * d.gpu_idle - rest * idle) / grows, 0.0, 1.2)
    gpu, drawn = gpu_powers(latest.gpu[:, 1], rack, latest.rack_at_gpu, d.gpu_idle, span / grows, d.gpu_idle + load * span / n)
    left = np.maximum(rack - drawn, 0.0)
    return replace(u, gpu_power=gpu, other_power=left * model.liquid_share, air_power=left * (1.0 - model.liquid_share))


def gpu_powers(said: Array, rack: Array, then: Array, idle: Array, part: Array, even: Array) -> tuple[Array, Array]:
    """Power [R, K] W of every GPU and their sum [R]: they move with their rack, and take no more than it does.

    said [R, K] as they last told, NaN where they never did; rack [R] draws now, `then` [R] when its GPUs spoke, NaN where unknown;
    `idle` [R] of a GPU; `part` [R] of a rack's change falls on its GPUs; `even` [R] for the GPUs of a rack of which none reports.
    """
    known = np.isfinite(said)
    mean = np.divide(np.where(known, said, 0.0).sum(1), known.sum(1), out=np.zeros(len(said)), where=known.any(1))
    change = np.where(then > 1.0, part * (rack - then) / said.shape[1], 0.0)
    swing = np.maximum(1.0 + change / np.maximum(mean - idle, 1.0), 0.0)
    gpu = np.maximum(idle[:, None] + swing[:, None] * (np.where(known, said, mean[:, None]) - idle[:, None]), 0.0)
    gpu = np.where(known.any(1)[:, None], gpu, np.maximum(even, 0.0)[:, None])
    gpu = gpu * np.minimum(1.0, rack / np.maximum(gpu.sum(1), 1.0))[:, None]
    return gpu, gpu.sum(1)


def rack_power(model: Model, latest: Latest, u: Inputs) -> Array:
    """Rack power [R] W: its meter; where there is none, its share of the heat its CDU reports."""
    designed = u.gpu_power.sum(-1) + u.other_power + u.air_power
    w = model.parameters.wiring
    seen = latest.values["rack"][:, CLASSES["rack"].column("power_kw")]
    if np.isfinite(seen).all():
        return np.maximum(seen, 0.0)
    heat = latest.values["cdu"][:, CLASSES["cdu"].column("heat_kw")] / np.bincount(w.rack_cdu)
    liquid = model.gpu_share + (1.0 - model.gpu_share) * model.liquid_share
    told = np.where(np.isfinite(heat), heat, np.nan)[w.rack_cdu] / liquid
    return np.maximum(np.where(np.isfinite(seen), seen, np.where(np.isfinite(told), told, designed)), 0.0)
