"""Many futures of one plant, each a run of the compiled step over racks whose GPUs are lumped into one node pair.

Lumped racks keep every capacity, conductance and joule. They are exact where the GPUs of a rack are alike; else the rack's mean
plate stands for all, and a rack's heat differs while its load changes, not when it is steady.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from twin.plant.runner import FLAT, Runner
from twin.plant.types import Inputs, Parameters, State

Array = np.ndarray


class Futures:
    """A plant from which futures begin."""

    def __init__(self, p: Parameters, state: State):
        factor = p.leaves.plate_factor.mean(-1, keepdims=True)
        self._runner = Runner(replace(p, leaves=replace(p.leaves, plate_factor=factor)), lumped(state), state.die.shape[-1])
        self._start = lumped(state)

    def run(self, inputs: Iterable[Inputs], steps: int, dt: float, loads: Array = FLAT, every: int = 0) -> Array:
        """Core temperatures [members, records, L, N] degC of each member's inputs, every `every` steps (all of them in one where 0).

        `loads` [1 or steps, 1 or R] scales GPU power as in `Runner.run`, and is common to all members.
        """
        return np.stack([self._one(lumped_inputs(u), steps, dt, loads, every or steps) for u in inputs])

    def _one(self, inputs: Inputs, steps: int, dt: float, loads: Array, every: int) -> Array:
        self._runner.restart(self._start)
        records = []
        for first in range(0, steps, every):
            n = min(every, steps - first)
            self._runner.run(inputs, n, dt, loads if len(loads) == 1 else loads[first : first + n])
            records.append(self._runner.core())
        return np.stack(records)


def lumped(state: State) -> State:
    """One die and one plate a rack: the means."""
    return replace(state, die=state.die.mean(-1, keepdims=True), plate=state.plate.mean(-1, keepdims=True))


def lumped_inputs(inputs: Inputs) -> Inputs:
    """One power a rack: the sum."""
    return replace(inputs, gpu_power=inputs.gpu_power.sum(-1, keepdims=True))
