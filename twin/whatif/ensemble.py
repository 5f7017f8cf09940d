"""How sure an answer is: many futures of plants that may be the real one, each rack's GPUs lumped, seeded.

A member draws: exchangers, cold plates and their heat capacity, coolers and towers, outdoor air, load, and where loops and coolant stand now. The spreads are those of
the twin's belief where there is one; else of a plant as designed (assumptions, below).
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.whatif.ground import Ground
from twin.whatif.limits import LIMITS, Reached, times
from twin.whatif.motion import averaged
from twin.whatif.record import Trajectory
from twin.whatif.run import run, worn
from twin.whatif.schedule import Piece, spans
from twin.whatif.series import thin
from twin.whatif.start import Doubt, Start

Array = np.ndarray
# one standard deviation, relative or K; assumptions: makers' tolerances, uncertainty of a day's forecast, and a load that is not quite what is asked
PLATE_ALL, PLATE_EACH, UA_ALL, UA_EACH, REJECTION, AIR_K, LOAD, MASS, LOOP_K, COOLANT_K = 0.04, 0.02, 0.04, 0.02, 0.08, 0.7, 0.015, 0.08, 0.3, 0.2
LEAST = 0.3  # of any conductance
STEPS, RECORDS = 360, 120
QUANTILES = (0.05, 0.5, 0.95)
CURVES = ("site.gpu_max_c", "site.it_kw", "site.facility_kw", "site.sold_kw")


@dataclass(frozen=True, slots=True)
class Bands:
    """5, 50 and 95 % of the members."""

    members: int
    seconds: Array  # [n]
    curves: dict[str, Array]  # [3, n] SI
    reach: dict[str, tuple[float, ...]]  # limit -> share of the members that reach it, then 5, 50, 95 % of the times [s] of those
    plus_minus_s: dict[str, float]  # half of what lies between 5 and 95 %


def assumed(g: Ground) -> Doubt:
    """Of a designed plant that nobody has measured."""
    loops, cdus, racks = len(g.halls), len(g.m.cdu_head), len(g.m.rack)
    return Doubt(np.full(loops, LOOP_K), np.full(cdus, COOLANT_K), np.full(racks, PLATE_EACH), np.full(cdus, UA_EACH))


def member(g: Ground, start: Start, plan: Sequence[Piece], rng: np.random.Generator) -> tuple[Start, list[Piece]]:
    """One plant that may be the real one, with its world."""
    doubt, s, common = start.doubt or assumed(g), start.state, start.doubt is None
    plate = np.exp(PLATE_ALL * rng.normal() * common + doubt.plate * rng.normal(size=len(g.m.rack)))
    ua = np.exp(UA_ALL * rng.normal() * common + doubt.ua * rng.normal(size=len(g.m.cdu_head)))
    rejection, air, load, mass = np.exp(REJECTION * rng.normal()), AIR_K * rng.normal(), np.exp(LOAD * rng.normal()), np.exp(MASS * rng.normal())
    loop, coolant = doubt.core_k * rng.normal(size=len(g.halls)), doubt.cdu_k * rng.normal(size=len(g.m.cdu_head))
    rack = coolant[g.p.wiring.rack_cdu]
    state = replace(s, core=s.core + loop[:, None], mains=s.mains + loop[:, None, None], tcs_supply=s.tcs_supply + coolant, tcs_return=s.tcs_return + coolant,
                    manifold=s.manifold + rack, die=s.die + rack[:, None], plate=s.plate + rack[:, None])
    p = start.known or g.p
    known = replace(p, leaves=replace(p.leaves, plate_factor=p.leaves.plate_factor * np.maximum(plate, LEAST)[:, None],
                                           die_capacity=p.leaves.die_capacity * mass, plate_capacity=p.leaves.plate_capacity * mass),
                    cdus=replace(p.cdus, ua=p.cdus.ua * np.maximum(ua, LEAST)),
                    core=replace(p.core, cooler_ua=p.core.cooler_ua * rejection, tower_ua=p.core.tower_ua * rejection))
    return replace(start, state=state, known=known), [replace(piece, world=_other(piece, air, load)) for piece in plan]


def _other(piece: Piece, air: float, load: float) -> object:
    t = piece.world.targets
    return piece.world.aim(dry_bulb=t.dry_bulb + air, wet_bulb=np.minimum(t.wet_bulb + air / 3.0, t.dry_bulb + air), gpu_power=t.gpu_power * load,
                           other_power=t.other_power * load, air_power=t.air_power * load)


def coarse(plan: Sequence[Piece], dt: float, steps: int) -> tuple[list[Piece], float]:
    """The plan in longer steps, about STEPS in all."""
    times_ = max(int(steps / STEPS), 1)
    ends = [piece.first for piece in plan[1:]] + [steps]
    firsts = [round(piece.first / times_) for piece in plan]
    lasts = [max(round(e / times_), 1) for e in ends]
    return [Piece(a, b - a, piece.world) for piece, a, b in zip(plan, firsts, lasts, strict=True) if b > a], dt * times_


def future(g: Ground, start: Start, plan: Sequence[Piece], dt: float, rng: np.random.Generator) -> Trajectory:
    """One member: lumped racks whose hottest GPU stands as far above the mean as now, at the same power."""
    mine, pieces = member(g, start, plan, rng)
    steps = pieces[-1].first + pieces[-1].steps
    t = run(g, mine, pieces, spans(pieces, steps, dt, RECORDS), dt, averaged(mine.state, mine.machines))
    above = mine.state.die.max(-1) - mine.state.die.mean(-1)
    hot = t["rack.gpu_max_c"] + above * (1.0 - t["rack.lost"])
    values = dict(t.values) | {"rack.gpu_max_c": hot, "rack.gpu_margin_k": worn(g.p, mine, pieces[0].world).leaves.throttle - hot, "site.gpu_max_c": hot.max(-1)}
    return replace(t, values=values)


def bands(g: Ground, start: Start, plan: Sequence[Piece], dt: float, steps: int, members: int, seed: int, reached: Sequence[Reached],
          tell: Callable[[float], None] = lambda share: None) -> Bands:
    """Bands of an answer; member i draws from (seed, i) alone, so it is the same in any company."""
    pieces, longer = coarse(plan, dt, steps)
    limits = [limit for limit in LIMITS if limit.name in {r.name for r in reached}]
    curves, hits, grid = [], [], np.zeros(0)
    for i in range(members):
        t = future(g, start, pieces, longer, np.random.default_rng([seed, i]))
        grid = t.seconds[thin(len(t.seconds))]
        curves.append([t[name][thin(len(t.seconds))] for name in CURVES])
        hits.append([times(g, start.world, limit, t).min() for limit in limits])
        tell((i + 1) / members)
    shown = np.quantile(np.array(curves), QUANTILES, axis=0)
    at = dict(zip((limit.name for limit in limits), np.array(hits).T, strict=True))
    return Bands(members, grid, {name: shown[:, k] for k, name in enumerate(CURVES)}, {name: _reach(x) for name, x in at.items()},
                 {name: _spread(x) for name, x in at.items()})


def _reach(at: Array) -> tuple[float, ...]:
    there = at[np.isfinite(at)]
    share = len(there) / len(at)
    return (share, *np.quantile(there, QUANTILES)) if len(there) else (share,)


def _spread(at: Array) -> float:
    there = at[np.isfinite(at)]
    return float((np.quantile(there, 0.95) - np.quantile(there, 0.05)) / 2) if len(there) > 1 else float("nan")
