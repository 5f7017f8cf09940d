"""What the twin believes: the plant's state and how wrong it may be, in blocks so that the cost stays linear.

Facility core of each loop and the two volumes of each CDU carry full covariances together with the offsets of their sensors and, in the
core, the heats that no law explains; racks and GPUs are leaves conditioned on their CDU. `resistance` is each GPU's cold-plate resistance
relative to the datasheet. Layout: twin.estimate.blocks.
"""
from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from tests.oracles.moves import Moves
from twin.estimate import noise
from twin.estimate.slow import Slow
from twin.plant.types import Inputs, Parameters, State

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Belief:
    state: State
    core_cov: Array  # [L, M, M] nodes K, heats 1e5 W, offsets K
    core_more: Array  # [L, M - N] heats and offsets
    main_var: Array  # [L, 2] K2, contents of supply and return main, common to all their cells
    cdu_cov: Array  # [C, 6, 6] K2: supply and return, what the model is off at both, offsets of both sensors
    cdu_more: Array  # [C, 4] K
    rack_cov: Array  # [R, 3, 3] K2: coolant leaving, what the model is off, offset of its sensor
    rack_more: Array  # [R, 2] K
    scales: tuple[Array, Array, Array, Array]  # [L], [C], [R], [R] of process variance: cores, CDUs, racks, powers of GPUs
    resistance: Array  # [R, K] relative, 1 = datasheet
    factor: Array  # [R, K] relative conductance of the plates: designed over resistance
    gpu_offset: Array  # [R, K] K
    gpu_cov: tuple[Array, Array, Array]  # [R, K] variance of resistance, covariance with offset, variance of offset
    heard: Array  # [R, K] bool, reports its temperature
    slow: Slow
    moves: Moves | None = None
    inlet: Array | None = None  # [R] degC coolant arriving at each rack
    jumps: tuple[Array, Array] = (np.zeros(0), np.zeros(0))  # [R], [C] W2 mean squared change of power between messages
    quiet: Array = field(default_factory=lambda: np.zeros(0))  # [C] s since a unit was heard
    unbalanced: Array = field(default_factory=lambda: np.zeros(0))  # [C] W, energy balance less exchanger's heat, mean of the last minutes
    drawn: Array = field(default_factory=lambda: np.ones(0))  # [R] W, of the racks at their last message
    common: int = 0  # messages of GPUs that shaped their common resistance

    def shown(self) -> State:
        """The state with what the model was found to be off for good."""
        s = self.state
        return State(s.die, s.plate, s.manifold + self.rack_more[:, 0], s.tcs_supply + self.cdu_more[:, 0], s.tcs_return + self.cdu_more[:, 1], s.core, s.mains)

    @property
    def die_var(self) -> Array:
        """Variance [R, K] K2 of every die: its resistance's doubt and its power's, both in proportion to the heat it carries."""
        rows = np.arange(len(self.resistance))
        return die_var(self, rows[:, None], np.arange(self.resistance.shape[1]))

    def gpu_power_var(self) -> Array:
        """Relative variance [R] of the power of a GPU that reports, at a moment between its messages."""
        return noise.GPU_POWER**2 * self.scales[3] + noise.JUMP_GPU**2 * self.jumps[0] / self.drawn**2

    @property
    def manifold_var(self) -> Array:
        return self.rack_cov[:, :2, :2].sum((-2, -1))


def die_var(b: Belief, rack: Array, gpu: Array) -> Array:
    """Variance [K2] of the dies at (rack, gpu), any broadcast shape."""
    inlet = b.inlet[rack]
    slope = (b.state.plate[rack, gpu] - inlet) / b.resistance[rack, gpu]
    power = b.gpu_power_var()[rack] + np.where(b.heard[rack, gpu], 0.0, noise.GPU_POWER_SILENT**2)
    return slope**2 * b.gpu_cov[0][rack, gpu] + power * (b.state.die[rack, gpu] - inlet) ** 2 + 0.03


def jumped(p: Parameters, b: Belief, before: Inputs, after: Inputs) -> Belief:
    """The belief after racks said what they draw now."""
    drawn = after.gpu_power.sum(-1) + after.other_power
    change = drawn - (before.gpu_power.sum(-1) + before.other_power)
    keep = noise.JUMP_MEMORY
    jumps = tuple(keep * old + (1.0 - keep) * now**2 for old, now in zip(b.jumps, (change, p.wiring.racks_to_cdus(change)), strict=True))
    return replace(b, jumps=jumps, drawn=np.maximum(drawn, 1e3))


def heat_std(p: Parameters) -> Array:
    """Standard deviation [L] of an unexplained heat, in units of `noise.HEAT_W`."""
    return noise.HEAT_SHARE * p.core.rated_flow * 4.14e6 * noise.RATED_RISE_K / noise.HEAT_W
