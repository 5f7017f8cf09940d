"""What the twin believes: the plant's state and how wrong it may be, in blocks so that the cost stays linear.

Facility core of each loop and the two volumes of each CDU carry full covariances; racks and GPUs are leaves conditioned on
their CDU and carry variances. `resistance` is each GPU's cold-plate resistance relative to the datasheet.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.estimate import noise
from twin.plant import nodes
from twin.plant.types import Parameters, State

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Belief:
    state: State
    core_cov: Array  # [L, N, N] K2
    main_var: Array  # [L, 2] K2, contents of supply and return main, common to all their cells
    cdu_cov: Array  # [C, 2, 2] K2, order supply, return
    manifold_var: Array  # [R] K2
    die_var: Array  # [R, K] K2
    resistance: Array  # [R, K] relative, 1 = datasheet
    resistance_var: Array  # [R, K]


def doubtful(p: Parameters, state: State) -> Belief:
    """A belief around `state` as wide as a designed steady state may be wrong."""
    wide = noise.INITIAL_K**2
    loops, cdus = state.core.shape[-2], state.tcs_supply.shape[-1]
    return Belief(
        state=state,
        core_cov=np.broadcast_to(np.eye(nodes.N) * wide, (loops, nodes.N, nodes.N)).copy(),
        main_var=np.full((loops, 2), wide),
        cdu_cov=np.broadcast_to(np.eye(2) * wide, (cdus, 2, 2)).copy(),
        manifold_var=np.full(state.manifold.shape, wide),
        die_var=np.full(state.die.shape, wide),
        resistance=np.ones(state.die.shape),
        resistance_var=np.full(state.die.shape, noise.RESISTANCE**2),
    )
