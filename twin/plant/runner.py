"""The whole plant compiled, held in buffers and stepped in place: `twin.plant.step` for many GPUs, many steps, or both.

Halls meet only through their inputs, so within a run each hall goes through all its steps while it is in cache: the wall of
memory bandwidth is met once a run, not once a step.
"""
from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import njit

from twin.plant import compiled_types as ct
from twin.plant.compiled_core import loop_step
from twin.plant.compiled_leaves import condense
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
        racks, cdus, loops = len(p.wiring.rack_cdu), len(p.wiring.cdu_loop), len(p.core.ambient)
        self._wires, self._core = ct.wires(p.wiring), ct.core_table(p.core)
        self._factor = np.array(p.leaves.plate_factor, dtype=float)
        self._liquid, self._heat, self._flows = np.zeros(racks), np.zeros(cdus), np.zeros((loops, len(ct.FLOWS)))
        self._work = ct.work(racks, cdus)
        self._given: tuple[Any, ...] = ()
        self.restart(state)

    def restart(self, state: State) -> None:
        """Begin again from this state."""
        self._nodes = ct.nodes(state)
        self._inputs: Inputs | None = None
        self._dt, self._last = 0.0, FLAT[0]

    def run(self, inputs: Inputs, steps: int, dt: float, loads: Array = FLAT) -> float:
        """`steps` steps (at least one) of `dt` seconds under constant inputs; returns the largest |residual| over throughput of all.

        `loads` [1 or steps, 1 or R] scales the power of all GPUs of a rack. Inputs are values: the same object again costs nothing.
        """
        loads = np.ascontiguousarray(loads, dtype=float)
        if steps < 1 or len(loads) not in (1, steps) or loads.shape[1] not in (1, len(self._liquid)):
            raise ValueError(f"{steps} steps with loads of shape {loads.shape}: expected [1 or {steps}, 1 or {len(self._liquid)}]")
        ready = self._prepare(inputs, dt) and np.array_equal(loads[0], self._last)
        self._last = loads[(steps - 1) % len(loads)].copy()
        return _run()(loop_step(), steps, dt, not ready, self._wires, *self._given, self._nodes, self._work, self._flows, loads)

    def _prepare(self, inputs: Inputs, dt: float) -> bool:
        """Coefficients of a run; True when those of the last one hold."""
        if inputs is self._inputs and dt == self._dt:
            return True
        self._inputs, self._dt = inputs, dt
        self._given = (self._cdus(inputs), self._core, *self._racks(inputs, dt), ct.input_table(inputs, len(self._core)))
        return False

    def _cdus(self, u: Inputs) -> ct.CduRows:
        c, n = self.p.cdus, len(self._heat)
        return ct.CduRows(*(ct.full(x, n) for x in (c.ua, c.supply_capacity, c.return_capacity, u.fws_flow, u.cdu_pump)), self._heat)

    def _racks(self, inputs: Inputs, dt: float) -> tuple[Any, Any]:
        """Coefficients of racks and their GPUs for one run."""
        p = self.p.leaves
        power = np.ascontiguousarray(np.broadcast_to(inputs.gpu_power, self._factor.shape), dtype=float)
        g = gains(p, inputs.rack_flow, self.each * power.shape[-1], dt)
        store, plate_store, link, film = (self.each * x for x in g)
        through = link / (store + link)
        per_node = (store, plate_store, link, through, plate_store + store * through, 1.0 / (store + link), film)
        rest = (self.each * p.die_capacity, self.each * p.plate_capacity, p.manifold_capacity, 0.0, inputs.rack_flow,
                inputs.other_power, inputs.air_power)
        leaf = ct.LeafRows(*(ct.full(x, len(power)) for x in per_node), power, self._factor)
        return ct.RackRows(*(ct.full(x, len(power)) for x in rest), self._liquid), leaf

    def state(self) -> State:
        """The state now, float64."""
        return State(*(np.array(getattr(self._nodes, f), dtype=float) for f in State.__dataclass_fields__))

    def core(self) -> Array:
        """Core temperatures now, [L, N] degC."""
        return self._nodes.core.copy()

    def flows(self) -> Flows:
        """The account of the last step."""
        return Flows(rack_liquid=self._liquid.copy(), cdu_heat=self._heat.copy(), **{f: self._flows[:, i].copy() for i, f in enumerate(ct.FLOWS)})


@cache
def _run() -> Any:
    return njit(error_model="numpy")(_steps)


def _steps(loop_step, steps, dt, fresh, wires, cdus, core, racks, leaf, inputs, state, work, flows, loads):
    """Every loop through all steps; the largest residual share."""
    worst = 0.0
    for loop in range(len(core)):
        if fresh:
            condense(loop, wires, racks, leaf, state, loads[0])
        for i in range(steps):
            now, later = loads[i % len(loads)], loads[min(i + 1, steps - 1) % len(loads)]
            worst = max(worst, loop_step(loop, dt, wires, cdus, core, racks, leaf, inputs, state, work, flows, now, later))
    return worst
