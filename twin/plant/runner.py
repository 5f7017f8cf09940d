"""The whole plant compiled, held in buffers and stepped in place: `twin.plant.step` for many GPUs, many steps, or both.

Halls meet only through their inputs, so within a run each hall goes through all its steps while it is in cache: the wall of
memory bandwidth is met once a run, not once a step.
"""
from __future__ import annotations

import numpy as np

from twin.kernels import kernel
from twin.plant import compiled_types as ct
from twin.plant.compiled_core import core_begin, core_end
from twin.plant.compiled_leaves import advance, condense
from twin.plant.leaves import gains
from twin.plant.types import Flows, Inputs, Parameters, State

Array = np.ndarray
FLAT = np.ones((1, 1))


class Runner:
    """A plant with its state. Parameters, state and inputs without batch axes.

    A die, plate and power of the arrays stands for `each` GPUs alike (twin.plant.futures).
    """

    def __init__(self, p: Parameters, state: State, each: int = 1):
        self.p, self.each = p, each
        self._plant = ct.plant(p, state, each)
        self._table = ct.table(ct.INPUTS, len(p.core.ambient))
        self.restart(state)

    def restart(self, state: State) -> None:
        """Begin again from this state."""
        ct.put(self._plant, state)
        self._inputs: Inputs | None = None
        self._dt, self._last = 0.0, FLAT[0]

    def run(self, inputs: Inputs, steps: int, dt: float, loads: Array = FLAT) -> float:
        """`steps` steps (at least one) of `dt` seconds under constant inputs; returns the largest |residual| over throughput of all.

        `loads` [1 or steps, 1 or R] scales the power of all GPUs of a rack. Inputs are values: the same object again costs nothing.
        """
        loads = checked(loads, steps, len(self._plant.racks))
        ready = self._prepare(inputs, dt) and np.array_equal(loads[0], self._last)
        self._last = loads[(steps - 1) % len(loads)].copy()
        return _steps(steps, dt, not ready, self._plant, self._table, loads)

    def _prepare(self, inputs: Inputs, dt: float) -> bool:
        """Coefficients of a run; True when those of the last one hold."""
        if inputs is self._inputs and dt == self._dt:
            return True
        if dt != self._dt:
            ct.step_length(self._plant, self.p, dt)
        self._inputs, self._dt = inputs, dt
        racks, cdus, power = self._plant.racks, self._plant.cdus, self._plant.power
        power[:] = inputs.gpu_power
        racks["film"] = self.each * gains(self.p.leaves, inputs.rack_flow, self.each * power.shape[-1], dt).film
        racks["flow"], racks["other"], racks["air"] = inputs.rack_flow, inputs.other_power, inputs.air_power
        cdus["fws_flow"], cdus["pump"] = inputs.fws_flow, inputs.cdu_pump
        for name in ct.LOOP_INPUTS:
            self._table[name] = getattr(inputs, name)
        return False

    def state(self) -> State:
        """The state now, float64."""
        return ct.get(self._plant)

    def core(self) -> Array:
        """Core temperatures now, [L, N] degC."""
        return self._plant.temps.copy()

    def flows(self) -> Flows:
        """The account of the last step."""
        return flows(self._plant)


def checked(loads: Array, steps: int, racks: int) -> Array:
    """Loads as compiled code takes them."""
    loads = np.ascontiguousarray(loads, dtype=float)
    if steps < 1 or loads.ndim != 2 or len(loads) not in (1, steps) or loads.shape[1] not in (1, racks):
        raise ValueError(f"{steps} steps with loads of shape {loads.shape}: expected [1 or {steps}, 1 or {racks}]")
    return loads


def flows(plant: ct.Plant) -> Flows:
    """The account of the last step of a compiled plant."""
    return Flows(rack_liquid=plant.racks["liquid"].copy(), cdu_heat=plant.cdus["heat"].copy(),
                 **{f: plant.flows[f].copy() for f in ct.FLOWS.names})


@kernel()
def _steps(steps, dt, fresh, plant, inputs, loads):
    """Every loop through all steps; the largest residual share."""
    worst = 0.0
    for loop in range(len(plant.core)):
        u = inputs[loop]
        if fresh:
            condense(loop, plant, loads[0])
        for i in range(steps):
            now, later = loads[i % len(loads)], loads[min(i + 1, steps - 1) % len(loads)]
            g, stored, entered = core_begin(loop, dt, plant, u)
            took, gpu = advance(loop, dt, plant, now, later)
            worst = max(worst, core_end(loop, dt, plant, u, g, stored + took, entered + gpu))
    return worst
