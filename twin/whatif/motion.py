"""Machines and heat over a block of steps in a world that holds still: the compiled plant, and what it shows as columns."""
from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from twin.plant import nodes
from twin.plant.compiled_show import Shown
from twin.plant.drive import LoopInputs, loop_inputs
from twin.plant.driven import Course, DrivenRunner
from twin.plant.futures import lumped
from twin.plant.machines import Machines, Targets
from twin.plant.pumped import branch_conductance
from twin.plant.types import Parameters, State
from twin.whatif.ground import Ground

Array = np.ndarray


class Seen(NamedTuple):
    """Rows [n] at the ends of steps; flows and powers are those during the step."""

    seconds: Array  # [n] s after the start of the block
    shown: Shown
    inputs: LoopInputs  # [n, L]
    loop_dp: Array  # [n, L] Pa across the hall
    cdu_dp: Array  # [n, C] Pa across the racks


class Body(NamedTuple):
    """State of a plant in which each node of a rack stands for `each` GPUs."""

    state: State
    machines: Machines
    each: int


def body(state: State, machines: Machines, factor: Array, power: Array) -> Body:
    """One node a rack where all GPUs of every rack are alike (then it is exact), every GPU else."""
    parts = (state.die, state.plate, factor, power, machines.throttle, machines.off)
    if any((x != x[:, :1]).any() for x in parts):
        return Body(state, machines, 1)
    one = replace(machines, throttle=machines.throttle[:, :1].copy(), off=machines.off[:, :1].copy())
    return Body(State(**{f: getattr(state, f) for f in State.__dataclass_fields__} | {"die": state.die[:, :1].copy(), "plate": state.plate[:, :1].copy()}),
                one, state.die.shape[-1])


def averaged(state: State, machines: Machines) -> Body:
    """One node a rack: the means of its GPUs."""
    one = replace(machines, throttle=machines.throttle.mean(-1, keepdims=True), off=machines.off.mean(-1, keepdims=True))
    return Body(lumped(state), one, state.die.shape[-1])


class Motion:
    """A plant on the move with parameters that hold."""

    def __init__(self, g: Ground, p: Parameters, b: Body, dt: float):
        self.g, self.dt, self.each = g, dt, b.each
        factor = p.leaves.plate_factor
        if b.each > 1:
            factor = factor.mean(-1, keepdims=True)
        self._runner = DrivenRunner(replace(p, leaves=replace(p.leaves, plate_factor=factor)), g.m, b.state, b.machines, b.each)

    def run(self, t: Targets, steps: int, every: int) -> Seen:
        """`steps` steps towards these targets, a row each `every` of them."""
        course = self.course(t, steps, every)
        return seen(self.g, t, course.seconds, course.shown)

    def course(self, t: Targets, steps: int, every: int, dt: float | None = None) -> Course:
        """The same as the compiled plant shows it, in steps of `dt` seconds where those are not the usual ones."""
        asked = replace(t, gpu_power=t.gpu_power.sum(-1, keepdims=True)) if self.each > 1 else t
        return self._runner.run(asked, steps, dt or self.dt, every=every)

    def machines(self, x: Machines) -> None:
        """Go on with other machines."""
        self._runner.restart(self._runner.state(), x)

    def boot_s(self) -> Array:
        """Seconds [R] until the GPUs of racks that lost their power are at work."""
        return self._runner.boot_s()

    def restart(self, b: Body) -> None:
        """Begin again from this body, of as many nodes as before."""
        self._runner.restart(b.state, b.machines)

    def body(self) -> Body:
        return Body(self._runner.state(), self._runner.machines(), self.each)


def seen(g: Ground, t: Targets, seconds: Array, shown: Shown) -> Seen:
    """What follows from the rows of a run."""
    m, w = g.m, g.p.wiring
    loops, cdus = shown.loop_machines.view(np.recarray), shown.cdu_machines.view(np.recarray)
    hall = w.cdus_to_loops(branch_conductance(m, cdus, t)) + m.air
    root = shown.loops["flow"] / np.maximum(hall, 1e-12)
    return Seen(seconds, shown, loop_inputs(loops, t, nodes.first(shown.core), m.air * root, shown.loops["pump"]), root**2,
                np.square(shown.cdus["tcs_flow"] / w.racks_to_cdus(m.rack)))
