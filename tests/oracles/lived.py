"""A step of the plant in numpy, with what the filter's transition is made of."""
from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from twin.plant.step import account, solve
from twin.plant.types import Flows, Inputs, Parameters, State

Array = np.ndarray


class Lived(NamedTuple):
    after: State
    flows: Flows
    exchanger: Array  # [C] W/K
    heat_slope: Array  # [C] W/K heat into facility water per kelvin of it
    manifold_slope: Array  # [R] coolant leaving each rack per kelvin entering


def live(p: Parameters, factor: Array, state: State, u: Inputs, dt: float) -> Lived:
    """One step of `dt` seconds of a plant with plates of relative conductance `factor` [R, K]."""
    own = replace(p, leaves=replace(p.leaves, plate_factor=factor))
    solved = solve(own, state, u, dt)
    return Lived(solved.after, account(own, state, u, solved, dt), solved.lines.g, solved.lines.heat.slope, solved.lines.manifold.slope)
