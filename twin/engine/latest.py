"""The newest good value of every measured column and when it was measured."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from config.classes import CLASSES
from twin.engine.model import Model
from twin.estimate.sheet import Plan, Sheet
from twin.events import GOOD, UNCERTAIN, Reading

Array = np.ndarray
NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Latest:
    """values, ts_ms: sheets of the measured columns; NaN and NEVER where nothing was ever measured. gpu [R, 2, K], gpu_ts [R]."""

    values: Sheet
    ts_ms: Sheet
    gpu: Array
    gpu_ts: Array
    gpu_whole: Array  # [R] bool, every GPU has told its power
    rack_at_gpu: Array  # [R] rack power when its GPUs last reported, W, NaN where unknown
    spoke: frozenset[str] = frozenset()  # classes that sent anything in the last step, GPUs aside


def nothing(model: Model) -> Latest:
    """Before the first reading."""
    racks = model.rows["rack"]
    return Latest(
        values=model.measured.full(np.nan),
        ts_ms=model.measured.full(NEVER, np.int64),
        gpu=np.full((racks, 2, model.gpus), np.nan),
        gpu_ts=np.full(racks, NEVER, dtype=np.int64),
        gpu_whole=np.zeros(racks, dtype=bool),
        rack_at_gpu=np.full(racks, np.nan),
    )


def trusted(reading: Reading) -> bool:
    """Whether a message may be assimilated: good, or uncertain for no other reason than its missing columns."""
    return reading.q == GOOD or (reading.q == UNCERTAIN and bool(np.isnan(reading.values).any()))


def fold(plan: Plan, latest: Latest, readings: Iterable[Reading]) -> Latest:
    """Take in readings in event-time order; `plan` is that of the measured columns."""
    assets: list[Reading] = []
    gpus: list[Reading] = []
    for r in readings:
        if r.q == GOOD or trusted(r):
            (gpus if r.cls == "gpu" else assets).append(r)
    values, stamps = _put(plan, latest.values, latest.ts_ms, assets) if assets else (latest.values, latest.ts_ms)
    spoke = frozenset([r.cls for r in assets])
    return _with_gpus(Latest(values, stamps, latest.gpu, latest.gpu_ts, latest.gpu_whole, latest.rack_at_gpu, spoke), gpus)


def _put(plan: Plan, values: Sheet, stamps: Sheet, readings: list[Reading]) -> tuple[Sheet, Sheet]:
    """The sheets with readings in event-time order, the last of an asset counts; what is missing keeps its last value and time."""
    places = plan.places
    starts = np.array([places[r.cls][0] + r.row * places[r.cls][2] for r in readings])
    width, new = np.array([len(r.values) for r in readings]), np.concatenate([r.values for r in readings])
    seen = np.isfinite(new)
    at = (np.arange(len(new)) + np.repeat(starts - np.cumsum(width) + width, width))[seen]
    flat, times = values.flat.copy(), stamps.flat.copy()
    flat[at], times[at] = new[seen], np.repeat([r.ts_ms for r in readings], width)[seen]  # of a repeated index the last one stays
    return plan.sheet(flat), plan.sheet(times)


def _once(readings: list[Reading]) -> list[list[Reading]]:
    """Readings of one class as they are, or in turns where an asset spoke more than once."""
    if len({r.row for r in readings}) == len(readings):
        return [readings]
    turns: list[list[Reading]] = []
    said: dict[int, int] = {}
    for r in readings:
        turn = said[r.row] = said.get(r.row, -1) + 1
        if turn == len(turns):
            turns.append([])
        turns[turn].append(r)
    return turns


def _with_gpus(latest: Latest, readings: list[Reading]) -> Latest:
    """The arrays of racks' GPUs; beside them the power that the rack's meter showed nearest to them."""
    if not readings:
        return latest
    gpu, gpu_ts, whole, at_gpu = latest.gpu.copy(), latest.gpu_ts.copy(), latest.gpu_whole.copy(), latest.rack_at_gpu.copy()
    power = latest.values["rack"][:, CLASSES["rack"].column("power_kw")]
    for each in _once(readings):
        rows, new = [r.row for r in each], np.array([r.values for r in each])
        known = np.isfinite(new)
        gpu[rows] = new if known.all() else np.where(known, new, gpu[rows])
        gpu_ts[rows], at_gpu[rows] = [r.ts_ms for r in each], power[rows]
        whole[rows] = np.isfinite(gpu[rows, 1]).all(-1)
    return Latest(latest.values, latest.ts_ms, gpu, gpu_ts, whole, at_gpu, latest.spoke)
