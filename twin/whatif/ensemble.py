"""How sure an answer is: many futures of plants that may be the real one, each rack's GPUs lumped, seeded.

A member draws: exchangers, cold plates and their heat capacity, coolers and towers, outdoor air, load, and where loops and coolant stand now. The spreads are those of
the twin's belief where there is one; else of a plant as designed (assumptions, below).
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from twin.whatif import singled
from twin.whatif.ground import Ground
from twin.whatif.limits import HARM, LIMITS, Reached, times
from twin.whatif.motion import averaged
from twin.whatif.record import Trajectory
from twin.whatif.schedule import Piece, Span, spans
from twin.whatif.series import thin
from twin.whatif.start import Doubt, Start
from twin.whatif.together import CHUNK, Future, calm, together

Array = np.ndarray
# one standard deviation, relative or K; assumptions: makers' tolerances, uncertainty of a day's forecast, and a load that is not quite what is asked
PLATE_ALL, PLATE_EACH, UA_ALL, UA_EACH, REJECTION, AIR_K, LOAD, MASS, LOOP_K, COOLANT_K, PLATE_ONE = 0.04, 0.02, 0.04, 0.02, 0.08, 0.7, 0.015, 0.08, 0.3, 0.2, 0.04
LEAST = 0.3  # of any conductance
STEPS, RECORDS = 360, 120
LONGEST_S, SHORT_S, SPARSE = 10.0, 2.5, 2  # controllers swing in longer steps; steps for a while after a change, and those of a record
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
    return Doubt(np.full(loops, LOOP_K), np.full(cdus, COOLANT_K), np.full(racks, PLATE_EACH), np.full(racks, PLATE_ONE), np.full(cdus, UA_EACH))


def member(g: Ground, start: Start, plan: Sequence[Piece], rng: np.random.Generator) -> tuple[Start, list[Piece]]:
    """One plant that may be the real one, with its world."""
    doubt, s, common = start.doubt or assumed(g), start.state, start.doubt is None
    plate = np.exp(PLATE_ALL * rng.normal() * common + doubt.plate * rng.normal(size=len(g.m.rack)))
    ua = np.exp(UA_ALL * rng.normal() * common + doubt.ua * rng.normal(size=len(g.m.cdu_head)))
    rejection, air, load, mass = np.exp(REJECTION * rng.normal()), AIR_K * rng.normal(), np.exp(LOAD * rng.normal()), np.exp(MASS * rng.normal())
    loop, coolant = doubt.core_k * rng.normal(size=len(g.halls)), doubt.cdu_k * rng.normal(size=len(g.m.cdu_head))
    rack, plates = coolant[g.p.wiring.rack_cdu], np.repeat(np.maximum(plate, LEAST)[:, None], s.die.shape[-1], -1)
    rows = singled.singled(start, plan)
    plates[rows] *= np.exp(doubt.gpu[rows, None] * rng.normal(size=(len(rows), s.die.shape[-1])))
    state = replace(s, core=s.core + loop[:, None], mains=s.mains + loop[:, None, None], tcs_supply=s.tcs_supply + coolant, tcs_return=s.tcs_return + coolant,
                    manifold=s.manifold + rack, die=s.die + rack[:, None], plate=s.plate + rack[:, None])
    p = start.known or g.p
    known = replace(p, leaves=replace(p.leaves, plate_factor=p.leaves.plate_factor * plates,
                                           die_capacity=p.leaves.die_capacity * mass, plate_capacity=p.leaves.plate_capacity * mass),
                    cdus=replace(p.cdus, ua=p.cdus.ua * np.maximum(ua, LEAST)),
                    core=replace(p.core, cooler_ua=p.core.cooler_ua * rejection, tower_ua=p.core.tower_ua * rejection))
    return replace(start, state=state, known=known), [replace(piece, world=_other(piece, air, load)) for piece in plan]


def _other(piece: Piece, air: float, load: float) -> object:
    t = piece.world.targets
    return piece.world.aim(dry_bulb=t.dry_bulb + air, wet_bulb=np.minimum(t.wet_bulb + air / 3.0, t.dry_bulb + air), gpu_power=t.gpu_power * load,
                           other_power=t.other_power * load, air_power=t.air_power * load)


class Pace(NamedTuple):
    """A plan in the steps that members take."""

    plan: list[Piece]
    grid: list[Span]
    dt: float


def paced(g: Ground, start: Start, plan: Sequence[Piece], dt: float, steps: int) -> Pace:
    """The plan in longer steps, about STEPS in all; shorter ones after each change where members can run together."""
    long = dt * min(max(int(steps / STEPS), 1), max(int(LONGEST_S / dt), 1))
    stride = int(np.ceil(long / max(SHORT_S, dt))) if calm(g, start, plan) else 1
    short = long / stride
    ends = [round(e * dt / short) for e in (*(piece.first for piece in plan[1:]), steps)]
    firsts = [0, *ends[:-1]]
    pieces = [Piece(a, b - a, piece.world) for piece, a, b in zip(plan, firsts, ends, strict=True) if b > a] or [Piece(0, 1, plan[-1].world)]
    grid = spans(pieces, max(ends[-1], 1), short, RECORDS)
    return Pace(pieces, [span if stride == 1 else sparser(span, stride) for span in grid], short)


def sparser(span: Span, stride: int) -> Span:
    """A record each SPARSE short steps after a change, whole strides later on."""
    return replace(span, each=SPARSE) if span.each == 1 else replace(span, each=-(-span.each // stride) * stride, stride=stride)


def hottest(g: Ground, t: Trajectory, s: Start, plan: Sequence[Piece], dt: float) -> Trajectory:
    """A future of lumped racks with its hottest GPUs: as far above the mean as at the start, at the same power; those that fare otherwise one by one."""
    above = s.state.die.max(-1) - s.state.die.mean(-1)
    hot = t["rack.gpu_max_c"] + above * (1.0 - t["rack.lost"])
    rows = singled.singled(s, plan)
    if len(rows):
        hot[:, rows] = singled.hottest(g, s, plan, t, rows, dt)
    return replace(t, values=dict(t.values) | {"rack.gpu_max_c": hot, "rack.gpu_margin_k": g.p.leaves.throttle - hot, "site.gpu_max_c": hot.max(-1)})


def futures(g: Ground, start: Start, pace: Pace, seeds: Sequence[Sequence[int]]) -> list[Trajectory]:
    """Members of these seeds."""
    drawn = [member(g, start, pace.plan, np.random.default_rng(seed)) for seed in seeds]
    found = together(g, [Future(mine, plan, averaged(mine.state, mine.machines)) for mine, plan in drawn], pace.grid, pace.dt)
    return [hottest(g, t, mine, plan, pace.dt) for t, (mine, plan) in zip(found, drawn, strict=True)]


def bands(g: Ground, start: Start, plan: Sequence[Piece], dt: float, steps: int, members: int, seed: int, reached: Sequence[Reached],
          tell: Callable[[float], None] = lambda share: None) -> Bands:
    """Bands of an answer; member i draws from (seed, i) alone, so it is the same in any company."""
    pace = paced(g, start, plan, dt, steps)
    names = {r.name for r in reached}
    limits = [limit for limit in LIMITS if limit.name in names or limit.severity == HARM]
    curves, hits, grid = [], [], np.zeros(0)
    for first in range(0, members, CHUNK):
        numbers = range(first, min(first + CHUNK, members))
        for t in futures(g, start, pace, [(seed, i) for i in numbers]):
            grid = t.seconds[thin(len(t.seconds))]
            curves.append([t[name][thin(len(t.seconds))] for name in CURVES])
            hits.append([times(g, start.world, limit, t).min() for limit in limits])
        tell((numbers[-1] + 1) / members)
    shown = np.quantile(np.array(curves), QUANTILES, axis=0)
    at = {limit.name: x for limit, x in zip(limits, np.array(hits).T, strict=True) if limit.name in names or np.isfinite(x).any()}
    return Bands(members, grid, {name: shown[:, k] for k, name in enumerate(CURVES)}, {name: _reach(x) for name, x in at.items()},
                 {name: _spread(x) for name, x in at.items()})


def _reach(at: Array) -> tuple[float, ...]:
    there = at[np.isfinite(at)]
    share = len(there) / len(at)
    return (share, *np.quantile(there, QUANTILES)) if len(there) else (share,)


def _spread(at: Array) -> float:
    there = at[np.isfinite(at)]
    return float((np.quantile(there, 0.95) - np.quantile(there, 0.05)) / 2) if len(there) > 1 else float("nan")
