"""The driven plant compiled: controllers, pumps, valves and throttling GPUs (`twin.plant.drive`) with the thermal step, hall by hall.

Equal to `drive` and `step` in numpy to rounding (tested). Halls meet only through their targets, so a run takes each hall through all its
steps while it is in cache: the wall of memory bandwidth is met once a run, not once a step.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.kernels import kernel
from twin.plant import compiled_drive as cd
from twin.plant import compiled_types as ct
from twin.plant.compiled_core import core_begin, core_end
from twin.plant.compiled_show import Shown, show, show_machines, shown
from twin.plant.compiled_throttle import advance_driven, begin_all
from twin.plant.machines import Machinery, Machines, Targets
from twin.plant.types import Flows, Parameters, State

Array = np.ndarray
FLAT = np.ones((1, 1))


@dataclass(frozen=True, slots=True)
class Course:
    """What a run shows, a row each `every` steps. Tables are structured arrays: `course.cdus["heat"]` is [n, C]."""

    seconds: Array  # [n] s after the start of the run
    shown: Shown  # hottest, gpu [n, R]; cdus, cdu_machines [n, C]; loops, loop_machines [n, L]; core [n, L, N]
    residual: float  # largest |residual| over throughput of all loops and steps


class DrivenRunner:
    """A plant with its machines and their state. Parameters, state and targets without batch axes.

    A die, plate and power of the arrays stands for `each` GPUs alike (twin.plant.futures).
    """

    def __init__(self, p: Parameters, m: Machinery, state: State, machines: Machines, each: int = 1):
        self.p, self.m = p, m
        self._plant = ct.plant(p, state, each)
        self._driven = cd.driven(p, m, machines, each * state.die.shape[-1])
        self._dt = 0.0

    def restart(self, state: State, machines: Machines) -> None:
        """Begin again from this state."""
        ct.put(self._plant, state)
        cd.put(self._driven, machines)

    def run(self, t: Targets, steps: int, dt: float, loads: Array = FLAT, every: int = 0) -> Course:
        """`steps` steps (at least one) of `dt` seconds, shown each `every` of them (0: the last alone).

        Targets but `gpu_power` are held, or have a leading axis of `steps`. `loads` [1 or steps, 1 or R] scales the power of all
        GPUs of a rack.
        """
        every = every or steps
        wants = _wants(self._driven, t, steps, _loads(loads, steps, len(self._plant.racks)))
        self._plant.power[:] = t.gpu_power
        if dt != self._dt:
            ct.step_length(self._plant, self.p, dt)
            self._dt = dt
        out = shown(self._plant, steps // every)
        residual = _course(steps, dt, every, self._plant, self._driven, wants, out)
        return Course(np.arange(1, steps // every + 1) * every * dt, out, residual)

    def state(self) -> State:
        """Temperatures now."""
        return ct.get(self._plant)

    def view(self) -> State:
        """Temperatures now, without a copy: they move with the next run."""
        return ct.view(self._plant)

    def machines(self) -> Machines:
        """Controllers and actuators now."""
        return cd.get(self._driven)

    def boot_s(self) -> Array:
        """Seconds [R] until the GPUs of racks are at work, a view."""
        return self._driven.boot_s

    def flows(self) -> Flows:
        """The account of the last step."""
        return ct.account(self._plant)


def _loads(loads: Array, steps: int, racks: int) -> Array:
    """Loads as compiled code takes them."""
    loads = np.ascontiguousarray(loads, dtype=float)
    if steps < 1 or loads.ndim != 2 or len(loads) not in (1, steps) or loads.shape[1] not in (1, racks):
        raise ValueError(f"{steps} steps with loads of shape {loads.shape}: expected [1 or {steps}, 1 or {racks}]")
    return loads


def _wants(d: cd.Driven, t: Targets, steps: int, loads: Array) -> cd.Wants:
    """Targets as records, a row a step where any field of the table has one."""
    tables = ((cd.LOOP_TARGETS, len(d.loops)), (cd.CDU_TARGETS, len(d.cdus)), (cd.RACK_TARGETS, len(d.racks)))
    return cd.Wants(*(_table(dtype, t, steps, width) for dtype, width in tables), loads)


def _table(dtype: np.dtype, t: Targets, steps: int, width: int) -> Array:
    values = {name: np.asarray(getattr(t, name), dtype=float) for name in dtype.names}
    for name, value in values.items():
        if value.shape not in ((), (width,), (steps, width)):
            raise ValueError(f"target {name} of shape {value.shape}: expected [{width}] or [{steps}, {width}]")
    out = np.empty((max(len(v) if v.ndim == 2 else 1 for v in values.values()), width), dtype)
    for name, value in values.items():
        out[name] = value
    return out


@kernel()
def _course(steps, dt, every, plant, d, wants, out):
    """Every loop through all steps; the largest residual share."""
    worst = 0.0
    held = len(wants.loops) == 1 and len(wants.cdus) == 1
    for loop in range(len(plant.core)):
        u = cd.drive_loop(loop, dt, plant, d, wants, 0, plant.temps[loop], False)
        begin_all(loop, dt, plant, d, wants)
        for i in range(steps):
            g, stored, entered = core_begin(loop, dt, plant, u)
            row = (i + 1) // every - 1 if (i + 1) % every == 0 else -1
            if row >= 0:
                show_machines(row, loop, plant, d, out)
            later, last = u, i + 1 == steps
            if not last:
                later = cd.drive_loop(loop, dt, plant, d, wants, i + 1, plant.b, held)
            took, gpu = advance_driven(loop, dt, plant, d, wants, i, last)
            worst = max(worst, core_end(loop, dt, plant, u, g, stored + took, entered + gpu))
            if row >= 0:
                show(row, loop, plant, u, g, out)
            u = later
    return worst
