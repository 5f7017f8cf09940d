"""Time update: the plant's own step moves the mean, its own matrices move the covariances."""
from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from twin.estimate import blocks, noise
from twin.estimate.belief import Belief, heat_std
from twin.estimate.compiled import Blocks, Law, predicted
from twin.estimate.instruments import instrument
from twin.estimate.moves import RENEW_S, Moves, renewed
from twin.plant.compiled_types import Plant
from twin.plant.live import Lived, stepped
from twin.plant.types import Inputs, Parameters

Array = np.ndarray
LARGEST = 9.0  # a squared innovation counts to here
LAW = Law(
    heat_w=noise.HEAT_W, heat_s=noise.HEAT_S, main_k_rt_s=noise.MAIN_K_RT_S, main_k=noise.MAIN_K, cdu_k_rt_s=noise.CDU_K_RT_S, rack_k_rt_s=noise.RACK_K_RT_S,
    silent_k_rt_s=noise.SILENT_K_RT_S, silent_s=noise.SILENT_S, balance_s=noise.BALANCE_S, offset_rt_s=noise.OFFSET_RT_S, model_rt_s=noise.MODEL_RT_S,
    meter_w=noise.METER_W, sample_k=noise.SAMPLE_K, gate=noise.GATE, scale_core=noise.SCALE_CORE, scale_low=noise.SCALE[0], scale_high=noise.SCALE[1],
    scale_rate=noise.SCALE_RATE, scale_doubted=noise.SCALE_DOUBTED, largest=LARGEST, cdu_offset=blocks.CDU_OFFSET,
    pair_lag_s=instrument("cdu", "tcs_supply_c").lag_s)


class Ahead(NamedTuple):
    """The belief a step later, to be corrected in place: nothing of it is anyone else's."""

    lived: Lived
    blocks: Blocks
    moves: Moves


def opened(b: Belief) -> Blocks:
    """The filter's arrays, to be written."""
    return Blocks(*(a.copy() for a in b.blocks))


def predict(p: Parameters, b: Belief, own: Blocks, room: Plant, table: Array, u: Inputs, dt: float) -> Ahead:
    """The belief `dt` seconds later. `own` are its arrays and `room` the plant's records, both opened for this step; `room` and `table` [L] hold `u`."""
    lived = stepped(b.slow.template, room, table, b.state, dt)
    moves = _moves(p, b, u, lived, dt)
    predicted(dt, lived.plant, own, moves.of, LAW)
    return Ahead(lived, own, moves)


def _moves(p: Parameters, b: Belief, u: Inputs, lived: Lived, dt: float) -> Moves:
    old = b.moves
    if old is None or old.dt != dt or old.age_s + dt > RENEW_S:
        return renewed(p, b.state, u, lived, heat_std(p), dt)
    return replace(old, age_s=old.age_s + dt)
