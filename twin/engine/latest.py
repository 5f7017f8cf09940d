"""The newest good value of every measured column and when it was measured."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from config.classes import CLASSES
from twin.engine.model import Model
from twin.events import GOOD, UNCERTAIN, Reading

Array = np.ndarray
NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Latest:
    """values, ts_ms: class -> [rows, measured]; NaN and NEVER where nothing was ever measured. gpu [R, 2, K], gpu_ts [R]."""

    values: Mapping[str, Array]
    ts_ms: Mapping[str, Array]
    gpu: Array
    gpu_ts: Array
    rack_at_gpu: Array  # [R] rack power when its GPUs last reported, W, NaN where unknown


def nothing(model: Model) -> Latest:
    """Before the first reading."""
    shape = {cls: (n, len(CLASSES[cls].measured)) for cls, n in model.rows.items()}
    racks = model.rows["rack"]
    return Latest(
        values={c: np.full(s, np.nan) for c, s in shape.items()},
        ts_ms={c: np.full(s, NEVER, dtype=np.int64) for c, s in shape.items()},
        gpu=np.full((racks, 2, model.gpus), np.nan),
        gpu_ts=np.full(racks, NEVER, dtype=np.int64),
        rack_at_gpu=np.full(racks, np.nan),
    )


def trusted(reading: Reading) -> bool:
    """Whether a message may be assimilated: good, or uncertain for no other reason than its missing columns."""
    return reading.q == GOOD or (reading.q == UNCERTAIN and bool(np.isnan(reading.values).any()))


def fold(latest: Latest, readings: Iterable[Reading]) -> Latest:
    """Take in readings in event-time order."""
    values: dict[str, Array] = dict(latest.values)
    stamps: dict[str, Array] = dict(latest.ts_ms)
    gpu, gpu_ts, at_gpu, fresh = latest.gpu, latest.gpu_ts, latest.rack_at_gpu, set()
    power = CLASSES["rack"].column("power_kw")
    for r in readings:
        if not trusted(r):
            continue
        if r.cls == "gpu":
            if "gpu" not in fresh:
                gpu, gpu_ts, at_gpu = gpu.copy(), gpu_ts.copy(), at_gpu.copy()
                fresh.add("gpu")
            np.copyto(gpu[r.row], r.values, where=np.isfinite(r.values))
            gpu_ts[r.row], at_gpu[r.row] = r.ts_ms, values["rack"][r.row, power]
            continue
        if r.cls not in fresh:
            values[r.cls], stamps[r.cls] = values[r.cls].copy(), stamps[r.cls].copy()
            fresh.add(r.cls)
        seen = np.isfinite(r.values)
        np.copyto(values[r.cls][r.row], r.values, where=seen)
        stamps[r.cls][r.row][seen] = r.ts_ms
    return Latest(values, stamps, gpu, gpu_ts, at_gpu)
