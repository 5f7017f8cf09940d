"""Measurement update: sensors pull the belief as far as both deserve; one that disagrees is marked, not believed."""
from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from config.classes import CLASSES
from twin.estimate import blocks
from twin.estimate.belief import Belief
from twin.estimate.compiled import Before, Heard, Told, assimilated
from twin.estimate.gpus import update_gpus
from twin.estimate.predict import LAW, Ahead
from twin.estimate.sheet import Plan

Array = np.ndarray


class Places(NamedTuple):
    """Where the filter's sensors lie among all measured columns, -1 where a loop has none: core_at [L, sensors], heat_at [L, meters], power_at [L]."""

    core_at: Array
    heat_at: Array
    power_at: Array
    cdu: int
    rack: int
    size: int


def places(plan: Plan, loop_of: Mapping[str, Array], loops: int) -> Places:
    """Of a site's measured columns; assets of a core class stand in the loops `loop_of` [rows]."""
    def at(cls: str, column: str) -> Array:
        out, (start, _, width) = np.full(loops, -1), plan.places[cls]
        out[loop_of[cls]] = start + width * np.arange(len(loop_of[cls])) + CLASSES[cls].column(column)
        return out

    core = [at(cls, column) if cls != "cdu" else np.full(loops, -1) for cls, column, _ in blocks.CORE_SENSORS]
    heat = [at(cls, "heat_kw") for cls, _ in blocks.CORE_METERS]
    return Places(np.stack(core, axis=1), np.stack(heat, axis=1), at("heatpump", "power_kw"), plan.places["cdu"][0], plan.places["rack"][0], plan.size)


class Measured(NamedTuple):
    """Sensors of one step, flat as the measured columns [size], SI: values, whether measured in it, times; values and times a step before.

    gpu_c [r, K] of the racks `gpu_rows` [r] whose GPUs spoke.
    """

    values: Array
    scatter: Array  # variance of a sample
    fresh: Array
    ts_ms: Array
    values_before: Array
    ts_before: Array
    gpu_c: Array
    gpu_rows: Array


class Judged(NamedTuple):
    belief: Belief
    told: Told  # innovations and what was refused
    nis: Mapping[str, Array]  # block -> squared whitened innovations


def assimilate(before: Belief, ahead: Ahead, m: Measured, at: Places, dt: float) -> Judged:
    """Update every block, in the arrays of `ahead`."""
    plant = ahead.lived.plant
    told = Told(np.full(at.size, np.nan), np.zeros(at.size, dtype=bool), np.empty((len(plant.core), len(blocks.CORE_SEES))), np.empty((len(plant.cdus), 2)),
                np.empty(len(plant.racks)))
    heard = Heard(m.values, m.scatter, m.fresh, m.ts_ms, m.values_before, m.ts_before, at.core_at, at.heat_at, at.power_at, at.cdu, at.rack)
    s = before.state
    assimilated(dt, plant, Before(s.tcs_supply, s.tcs_return, s.manifold), ahead.blocks, ahead.moves.of.into, heard, told, LAW)
    gpus, scale, common, square = before.gpus, before.gpu_scale, before.common, None
    if len(m.gpu_rows):
        gpus, scale, common, square = update_gpus(before, ahead, m.gpu_rows, m.gpu_c)
    belief = Belief(ahead.lived.after(), ahead.blocks, gpus, scale, before.slow, ahead.moves, common, before.levels)
    nis = {"core": told.core, "cdu": told.cdu, "rack": told.rack}
    return Judged(belief, told, nis if square is None else nis | {"gpu": square})
