"""Many futures of one plant, each a driven run over racks whose GPUs are lumped into one node pair.

Lumped racks keep every capacity, conductance and joule. They are exact where the GPUs of a rack are alike; else the rack's mean
plate stands for all, and a rack's heat differs while its load changes, not when it is steady. A lumped rack throttles by its mean die.
Steps up to 15 s: controllers of pumps answer within seconds, longer steps make them swing.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from twin.plant.compiled_show import Shown
from twin.plant.driven import FLAT, DrivenRunner
from twin.plant.machines import Machinery, Machines, Targets
from twin.plant.types import Parameters, State

Array = np.ndarray


class Futures:
    """A plant from which futures begin."""

    def __init__(self, p: Parameters, m: Machinery, state: State, machines: Machines):
        factor = p.leaves.plate_factor.mean(-1, keepdims=True)
        self._start = lumped(state), lumped_machines(machines)
        p = replace(p, leaves=replace(p.leaves, plate_factor=factor))
        self._runner = DrivenRunner(p, m, *self._start, each=state.die.shape[-1])

    def run(self, targets: Iterable[Targets], steps: int, dt: float, loads: Array = FLAT, every: int = 0) -> Shown:
        """What each future shows, with a leading axis of futures; arguments as in `DrivenRunner.run`, `loads` common to all."""
        rows = [self._one(lumped_targets(t), steps, dt, loads, every) for t in targets]
        return Shown(*(np.stack(column) for column in zip(*rows, strict=True)))

    def _one(self, t: Targets, steps: int, dt: float, loads: Array, every: int) -> Shown:
        self._runner.restart(*self._start)
        return self._runner.run(t, steps, dt, loads, every).shown


def lumped(state: State) -> State:
    """One die and one plate a rack: the means."""
    return replace(state, die=state.die.mean(-1, keepdims=True), plate=state.plate.mean(-1, keepdims=True))


def lumped_machines(x: Machines) -> Machines:
    """One GPU a rack: the mean of what they take."""
    taken = (x.throttle * (1.0 - x.off)).mean(-1, keepdims=True)
    return replace(x, throttle=taken, off=np.zeros_like(taken))


def lumped_targets(t: Targets) -> Targets:
    """One power a rack: the sum."""
    return replace(t, gpu_power=t.gpu_power.sum(-1, keepdims=True))
