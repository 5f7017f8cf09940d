"""Machines and heat over a block of steps in a world that holds still."""
from __future__ import annotations

from typing import NamedTuple

from twin.plant.drive import drive
from twin.plant.machines import Machines, Targets
from twin.plant.pumped import Pumped
from twin.plant.step import account, solve
from twin.plant.types import Flows, Inputs, Parameters, State
from twin.whatif.ground import Ground


class Moved(NamedTuple):
    """After a block: the inputs and flows are those of its last step."""

    state: State
    machines: Machines
    inputs: Inputs
    pumped: Pumped
    flows: Flows


class Motion:
    """A plant on the move with parameters that hold."""

    def __init__(self, g: Ground, p: Parameters, state: State, machines: Machines, dt: float):
        self.g, self.p, self.state, self.machines, self.dt = g, p, state, machines, dt

    def run(self, t: Targets, steps: int) -> Moved:
        """`steps` steps towards these targets."""
        for _ in range(steps):
            before = self.state
            self.machines, u, pumped = drive(self.p, self.g.m, self.machines, before, t, self.dt)
            solved = solve(self.p, before, u, self.dt)
            self.state = solved.after
        return Moved(self.state, self.machines, u, pumped, account(self.p, before, u, solved, self.dt))
