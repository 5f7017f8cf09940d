"""What the twin believes: the plant's state and how wrong it may be, in blocks so that the cost stays linear.

Facility core of each loop and the two volumes of each CDU carry full covariances together with the offsets of their sensors and, in the
core, the heats that no law explains; racks and GPUs are leaves conditioned on their CDU. `resistance` is each GPU's cold-plate resistance
relative to the datasheet. Layout: twin.estimate.blocks.

`Blocks`: core_cov [L, M, M] nodes K, heats 1e5 W, offsets K; core_more [L, M - N] heats, offsets, errors of meters; main_var [L, 2] K2, contents of supply and
return main, common to all their cells; cdu_cov [C, 6, 6] K2: supply and return, what the model is off at both, offsets of both sensors;
cdu_more [C, 4] K; rack_cov [R, 3, 3] K2: coolant leaving, what the model is off, offset of its sensor; rack_more [R, 2] K; core_scale, cdu_scale,
rack_scale of process variance; inlet [R] degC coolant arriving; quiet [C] s since a unit was heard; unbalanced [C] W, energy balance less
exchanger's heat, mean of the last minutes; jumps_rack, jumps_cdu W2 mean squared change of power between messages; asked [R] W to liquid in the
last step; drawn [R] W at the last message, infinite before.
"""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.estimate import blocks, noise
from twin.estimate.compiled import Blocks
from twin.estimate.compiled_gpus import Gpus
from twin.estimate.kept import Kept
from twin.estimate.levels import Levels, unknown
from twin.estimate.moves import Moves
from twin.estimate.slow import Slow
from twin.plant import nodes
from twin.plant.types import Parameters, State

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Belief:
    state: State
    blocks: Blocks
    gpus: Kept  # of the arrays of Gpus
    gpu_scale: Array  # [R] of the variance of GPUs' powers
    slow: Slow
    moves: Moves | None = None
    common: int = 0  # messages of GPUs that shaped their common resistance
    levels: Levels = field(default_factory=lambda: unknown(0))  # of loads and flows, as `Model.levelled` of the engine

    def shown(self) -> State:
        """The state with what the model was found to be off for good."""
        s, b = self.state, self.blocks
        return State(s.die, s.plate, s.manifold + b.rack_more[:, 0], s.tcs_supply + b.cdu_more[:, 0], s.tcs_return + b.cdu_more[:, 1], s.core, s.mains)

    @property
    def of_gpus(self) -> Gpus:
        """Resistances, offsets and their covariance: to be read at once."""
        return Gpus(*self.gpus.arrays())

    @property
    def die_var(self) -> Array:
        """Variance [R, K] K2 of every die: its resistance's doubt and its power's, both in proportion to the heat it carries."""
        rows = np.arange(len(self.state.die))
        return die_var(self, rows[:, None], np.arange(self.state.die.shape[1]))

    def gpu_power_var(self) -> Array:
        """Relative variance [R] of the power of a GPU that reports, at a moment between its messages."""
        return noise.GPU_POWER**2 * self.gpu_scale + noise.JUMP_GPU**2 * self.blocks.jumps_rack / self.blocks.drawn**2


def die_var(b: Belief, rack: Array, gpu: Array) -> Array:
    """Variance [K2] of the dies at (rack, gpu), any broadcast shape."""
    inlet, g = b.blocks.inlet[rack], b.of_gpus
    slope = (b.state.plate[rack, gpu] - inlet) / g.resistance[rack, gpu]
    power = b.gpu_power_var()[rack] + np.where(g.heard[rack, gpu], 0.0, noise.GPU_POWER_SILENT**2)
    return slope**2 * g.v_r[rack, gpu] + power * (b.state.die[rack, gpu] - inlet) ** 2 + 0.03


def doubtful(p: Parameters, state: State, slow: Slow) -> Belief:
    """A belief around `state` as wide as a designed steady state may be wrong."""
    shape = state.die.shape
    gpus = Gpus(np.ones(shape), p.leaves.plate_factor.copy(), np.zeros(shape), np.full(shape, noise.RESISTANCE**2), np.zeros(shape),
                np.full(shape, noise.GPU_OFFSET_K**2), np.zeros(shape, dtype=bool))
    return Belief(state, _wide(p, state), Kept(*gpus), np.ones(shape[0]), slow, levels=unknown(2 * shape[0] + state.tcs_supply.shape[-1]))


def _wide(p: Parameters, state: State) -> Blocks:
    wide = noise.INITIAL_K**2
    loops, cdus, racks = state.core.shape[-2], state.tcs_supply.shape[-1], state.manifold.shape[-1]
    rated = heat_std(p)
    core = np.zeros((loops, blocks.CORE, blocks.CORE))
    n = np.arange(blocks.CORE)
    core[:, n, n] = np.concatenate([np.full((loops, nodes.N), wide), np.repeat(rated[:, None] ** 2, len(blocks.HEATS), 1),
                                    _offsets(p) ** 2, np.repeat((noise.METER_SHARE * rated[:, None]) ** 2, len(blocks.CORE_METERS), 1)], axis=1)
    return Blocks(
        core_cov=core,
        core_more=np.zeros((loops, blocks.CORE - nodes.N)),
        main_var=np.full((loops, 2), wide),
        cdu_cov=np.tile(np.diag([wide] * 2 + [blocks.MODEL_K**2] * 2 + [blocks.CDU_OFFSET**2] * 2), (cdus, 1, 1)),
        cdu_more=np.zeros((cdus, 4)),
        rack_cov=np.tile(np.diag([wide, blocks.MODEL_K**2, blocks.RACK_OFFSET**2]), (racks, 1, 1)),
        rack_more=np.zeros((racks, 2)),
        core_scale=np.ones(loops), cdu_scale=np.ones(cdus), rack_scale=np.ones(racks),
        inlet=state.tcs_supply[p.wiring.rack_cdu],
        quiet=np.zeros(cdus), unbalanced=np.zeros(cdus),
        jumps_rack=np.zeros(racks), jumps_cdu=np.zeros(cdus),
        asked=np.zeros(racks), drawn=np.full(racks, np.inf),
    )


def _offsets(p: Parameters) -> Array:
    """Standard deviation [L, sensors] K of the fixed errors in the core; those of a loop's many units average out."""
    out = np.tile(blocks.CORE_OFFSET, (len(p.wiring.loop_cdus), 1))
    units = np.bincount(p.wiring.cdu_loop, minlength=len(out))
    out[:, -1] = np.maximum(out[:, -1] / np.sqrt(np.maximum(units, 1)), blocks.LEAST_OFFSET)
    return out


def heat_std(p: Parameters) -> Array:
    """Standard deviation [L] of an unexplained heat, in units of `noise.HEAT_W`."""
    return noise.HEAT_SHARE * p.core.rated_flow * 4.14e6 * noise.RATED_RISE_K / noise.HEAT_W
