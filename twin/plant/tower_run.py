"""A tower plant through time: the loop over `step`, compiled by numba, with the Python loop kept as its oracle."""
from __future__ import annotations

import numpy as np

from twin.kernels import kernel
from twin.plant.staging import Stage
from twin.plant.tower_plant import (
    HOT_CELLS,
    TOWER_CELLS,
    TowerPlantInputs,
    TowerPlantOutputs,
    TowerPlantParams,
    TowerPlantState,
    position_of,
    step,
)

OUTPUTS = TowerPlantOutputs._fields


def _loop(params, state, inputs, out, dt_s):
    """Fill out[step, output] from inputs[step, input]; returns the last state."""
    for k in range(len(inputs)):
        row = TowerPlantInputs(inputs[k, 0], inputs[k, 1], inputs[k, 2], inputs[k, 3], inputs[k, 4], inputs[k, 5])
        state, seen = step(params, state, row, dt_s)
        for j, value in enumerate(seen):
            out[k, j] = value
    return state


_compiled = kernel()(_loop)


def run(params: TowerPlantParams, state: TowerPlantState, inputs: np.ndarray, dt_s: float, compiled: bool = True):
    """(outputs[step, output], last state) for inputs[step, 6] at a constant step dt_s [s]; columns as in the two types."""
    out = np.empty((len(inputs), len(OUTPUTS)))
    loop = _compiled if compiled else _loop
    return out, loop(params, state, np.ascontiguousarray(inputs), out, dt_s)


def state_from_readings(p: TowerPlantParams, hot_supply_c, hot_return_c, tower_supply_c, tower_return_c, hot_m3_s, tower_m3_s,
                        fan, cells, pumps, wet_bulb_c) -> TowerPlantState:
    """A state that shows these readings (degC, m3/s, fraction, counts), volumes filled evenly. All arguments floats."""
    position = position_of(p, tower_m3_s / p.tower_meter, cells)
    return TowerPlantState(
        np.full(HOT_CELLS, float(hot_return_c)), float(hot_supply_c - p.supply_offset_k), float(tower_supply_c),
        np.full(TOWER_CELLS, float(tower_return_c)), float(hot_m3_s), float(fan), 0.0, float(position), 0.0, float(wet_bulb_c),
        Stage(float(cells), 0.0, 0.0), Stage(float(pumps), 0.0, 0.0))
