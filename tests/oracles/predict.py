"""Time update: the plant's own step moves the mean, its own matrices move the covariances."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.oracles.belief import Belief, heat_std
from tests.oracles.filters import moved
from tests.oracles.lived import Lived, live
from tests.oracles.moves import Moves, renewed
from twin.estimate import blocks, noise
from twin.estimate.moves import RENEW_S
from twin.plant import nodes
from twin.plant.cdu import exchanger
from twin.plant.leaves import carried
from twin.plant.types import Flows, Inputs, Parameters, State

Array = np.ndarray
_NO_MORE = np.zeros((1, 0, 0))  # nothing but their own states moves CDUs and racks


def predict(p: Parameters, belief: Belief, inputs: Inputs, dt: float) -> tuple[Belief, Flows]:
    """The belief `dt` seconds later, and the heat that moved."""
    lived = live(p, belief.factor, belief.state, inputs, dt)
    moves = _moves(p, belief, inputs, lived, dt)
    heats = belief.core_more[:, : len(blocks.HEATS)]
    core = lived.after.core + (moves.heats @ heats[..., None])[..., 0]
    more = belief.core_more.copy()
    more[:, : len(blocks.HEATS)] *= np.exp(-dt / noise.HEAT_S)
    ahead = replace(
        belief,
        state=_with_core(lived.after, core),
        core_cov=_core(moves, belief),
        core_more=more,
        main_var=moves.main**2 * belief.main_var + noise.MAIN_K_RT_S**2 * dt,
        cdu_cov=_pair(moves.cdu, belief.cdu_cov, _cdu_noise(belief, moves, dt), dt),
        rack_cov=_pair(moves.rack, belief.rack_cov, _rack_noise(belief, moves, dt), dt),
        moves=moves,
        quiet=belief.quiet + dt,
        inlet=(lived.after.tcs_supply + belief.cdu_more[:, 0])[p.wiring.rack_cdu],
    )
    return ahead, _explained(lived.flows, heats)


def _with_core(s: State, core: Array) -> State:
    return State(s.die, s.plate, s.manifold, s.tcs_supply, s.tcs_return, core, s.mains)


def _moves(p: Parameters, b: Belief, u: Inputs, lived: Lived, dt: float) -> Moves:
    old = b.moves
    if old is None or old.dt != dt or old.age_s + dt > RENEW_S:
        return renewed(p, b.state, u, lived, heat_std(p), dt)
    return replace(old, age_s=old.age_s + dt)


def _core(m: Moves, b: Belief) -> Array:
    """A P A' + B V B' + Q with A and B of the physics step; V doubts the contents of the mains."""
    return moved(m.core, b.core_cov, m.core_noise * _scaled(b.scales[0]), m.into, b.main_var)


def _scaled(scale: Array) -> Array:
    """Nodes follow the block's scale; heats and offsets of sensors do not."""
    out = np.ones((len(scale), blocks.CORE))
    out[:, : nodes.N] = scale[:, None]
    return out


def _cdu_noise(b: Belief, m: Moves, dt: float) -> Array:
    """[C, 2] K2 that a step adds to supply and return; what jumps in the load reaches the supply through the exchanger only."""
    quiet, jump = noise.CDU_K_RT_S**2 * dt, m.jumps[1] ** 2 * b.jumps[1]
    unseen = np.where(b.quiet > noise.SILENT_S, noise.SILENT_K_RT_S**2 * dt, 0.0)[:, None]
    return np.stack([quiet + 0.1 * jump, quiet + jump], axis=1) * b.scales[1][:, None] + unseen


def _rack_noise(b: Belief, m: Moves, dt: float) -> Array:
    return ((noise.RACK_K_RT_S**2 * dt + m.jumps[0] ** 2 * b.jumps[0]) * b.scales[2])[:, None]


def _pair(move: Array, cov: Array, added: Array, dt: float) -> Array:
    """`added` [rows, temperatures] K2."""
    rows, temperatures = added.shape
    noises = np.full((rows, cov.shape[-1]), noise.OFFSET_RT_S**2 * dt)
    noises[:, :temperatures], noises[:, temperatures : 2 * temperatures] = added, noise.MODEL_RT_S**2 * dt
    return moved(move, cov, noises, _NO_MORE, _NO_MORE[0])


def _explained(f: Flows, heats: Array) -> Flows:
    """Heats as the filter sees them: what it had to add at a machine is what the machine gave or took beyond its law."""
    more = noise.HEAT_W * heats
    return replace(f, district=f.district - more[:, blocks.DISTRICT_HEAT], heatpump_source=f.heatpump_source - more[:, blocks.HEATPUMP_HEAT],
                   cooler=f.cooler - more[:, blocks.REJECTION_HEAT])


def corrected(p: Parameters, before: Belief, ahead: Belief, after: Belief, u: Inputs, f: Flows, dt: float) -> tuple[Belief, Flows]:
    """Heats after the update: what moved the coolant returning, the facility water arriving or an unexplained heat moved them too.

    The exchanger's heat is drawn to the energy balance of its coolant within minutes, so that a conductance that is wrong spoils it no longer.
    """
    w, a, b = p.wiring, after.state, before.state
    g = exchanger(p.cdus, w.racks_to_cdus(carried(p.leaves, u.rack_flow)), u.fws_flow)
    arriving = (a.core - ahead.state.core)[w.cdu_loop, nodes.HALL_IN]
    more = after.core_more[:, : len(blocks.HEATS)] - ahead.core_more[:, : len(blocks.HEATS)]
    heat = f.cdu_heat + g * (a.tcs_return - ahead.state.tcs_return - arriving)
    kept = p.cdus.supply_capacity * (a.tcs_supply - b.tcs_supply) + p.cdus.return_capacity * (a.tcs_return - b.tcs_return)
    kept = kept + w.racks_to_cdus(p.leaves.manifold_capacity * (a.manifold - b.manifold))
    away = w.racks_to_cdus(f.rack_liquid) + u.cdu_pump - kept / dt - heat
    mean = away + np.exp(-dt / noise.BALANCE_S) * (before.unbalanced - away)
    return replace(after, unbalanced=mean), replace(_explained(f, more), cdu_heat=heat + mean)
