"""The newest good value of every measured column and when it was measured."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

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
    gpu_whole: Array  # [R] bool, every GPU has told its power
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
        gpu_whole=np.zeros(racks, dtype=bool),
        rack_at_gpu=np.full(racks, np.nan),
    )


def trusted(reading: Reading) -> bool:
    """Whether a message may be assimilated: good, or uncertain for no other reason than its missing columns."""
    return reading.q == GOOD or (reading.q == UNCERTAIN and bool(np.isnan(reading.values).any()))


def fold(latest: Latest, readings: Iterable[Reading]) -> Latest:
    """Take in readings in event-time order."""
    values: dict[str, Array] = dict(latest.values)
    stamps: dict[str, Array] = dict(latest.ts_ms)
    gpus: list[Reading] = []
    for (cls, ts_ms), some in groupby((r for r in readings if trusted(r)), key=attrgetter("cls", "ts_ms")):
        if cls == "gpu":
            gpus += some
            continue
        if values[cls] is latest.values[cls]:
            values[cls], stamps[cls] = values[cls].copy(), stamps[cls].copy()
        for each in _once(list(some)):
            _put(values[cls], stamps[cls], ts_ms, each)
    return _with_gpus(Latest(values, stamps, latest.gpu, latest.gpu_ts, latest.gpu_whole, latest.rack_at_gpu), gpus)


def _once(readings: list[Reading]) -> Iterable[list[Reading]]:
    """Readings of one moment as they are, or one by one where a row spoke twice."""
    return [readings] if len({r.row for r in readings}) == len(readings) else [[r] for r in readings]


def _put(values: Array, stamps: Array, ts_ms: int, readings: list[Reading]) -> None:
    """Rows of one moment, each once, in place; what is missing keeps its last value and time."""
    rows, new = np.array([r.row for r in readings]), np.array([r.values for r in readings])
    seen = np.isfinite(new)
    values[rows] = np.where(seen, new, values[rows])
    stamps[rows] = np.where(seen, ts_ms, stamps[rows])


def _with_gpus(latest: Latest, readings: list[Reading]) -> Latest:
    """The arrays of racks' GPUs; beside them the power that the rack's meter showed nearest to them."""
    if not readings:
        return latest
    gpu, gpu_ts, whole, at_gpu = latest.gpu.copy(), latest.gpu_ts.copy(), latest.gpu_whole.copy(), latest.rack_at_gpu.copy()
    power = latest.values["rack"][:, CLASSES["rack"].column("power_kw")]
    for r in readings:
        np.copyto(gpu[r.row], r.values, where=np.isfinite(r.values))
        gpu_ts[r.row], at_gpu[r.row] = r.ts_ms, power[r.row]
        whole[r.row] = np.isfinite(gpu[r.row, 1]).all()
    return Latest(latest.values, latest.ts_ms, gpu, gpu_ts, whole, at_gpu)
