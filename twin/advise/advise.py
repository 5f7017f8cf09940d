"""`advise(ground, start, wish) -> Advice`: search with many coarse futures, prove the chosen point with what-ifs of the whole plant.

Pure: the start is a value and stays as it was, and what comes out is words and numbers.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from twin.advise.advice import Advice, Change, Price
from twin.advise.knobs import held, knobs
from twin.advise.knobs import spelled as knob_words
from twin.advise.limits import Limit, changed, judge, limits
from twin.advise.price import priced
from twin.advise.problem import Problem
from twin.advise.redundancy import Check, checks
from twin.advise.search import Tried, best, refined, sampled
from twin.advise.trial import MARKS, STEP_S, TRANSITION_S, Trial, supplied
from twin.advise.wish import COST, Wish
from twin.whatif.accounts import Account, account, prices_at
from twin.whatif.ground import Ground, halls
from twin.whatif.perturbation import Perturbation
from twin.whatif.phrase import listed
from twin.whatif.question import spelled
from twin.whatif.record import Trajectory
from twin.whatif.refusal import Refused
from twin.whatif.run import run
from twin.whatif.schedule import checked, pieces, spans
from twin.whatif.start import Start

Array = np.ndarray
STILL_S = 600.0  # judged of a world that stands still: after the transition it is steady
MOST_TRIED_S, POINTS, RACK_STEP_S, POINT_S = 120.0, 900, 1.5e-7, 2e-3  # of one core, as `boucle bench advise` finds them
ROUNDS = 5  # of search and proof
LITTLE = 0.02  # of the gain: a change that gives less is not advised
SPARE_K = 0.3  # added where a proof fails
YEAR_H = 8766.0


def advise(g: Ground, start: Start, wish: Wish, tell: Callable[[float], None] = lambda share: None) -> Advice:
    """Set points that serve the wish. Raises Refused where it means nothing at this site or is too big.

    `tell` hears the share that is done, and ends the work by raising.
    """
    problem = posed(g, start, wish)
    tell(0.05)
    rules = limits(wish.margin_k, np.array([h.set_points.hall_air_c for h in g.site.model.halls], dtype=float), problem.now)
    points = sampled(problem.low, problem.high)
    tried = solved(problem, rules, Tried(points, problem.trial(points)))
    tell(0.3)
    point, tightened, tried, proofs = proven(problem, rules, tried, tell)
    prices, tried = priced(problem, tightened, rules, tried, tell)
    return told(problem, point, proofs, prices, len(tried.points))


def posed(g: Ground, start: Start, wish: Wish) -> Problem:
    """The wish as a problem. Raises Refused."""
    given = spelled(wish.given)
    checked(g, given)
    found = held(knobs(g, start.world, start.machines.pumps_on, wish.knobs), halls(g, wish.hall))
    found = [k for k in found if (k.high > k.low).any()]
    if not found:
        raise Refused("knobs", f"none of them moves at {g.site.id}")
    if wish.network_c is not None and not g.d.dh_peak.max() > 0:
        raise Refused("network_c", f"{g.site.id} sells no heat")
    if wish.goal != COST and not g.d.dh_peak.max() > 0:
        raise Refused("goal", f"{g.site.id} sells no heat")
    steps = int((TRANSITION_S + (wish.horizon_s if given else STILL_S)) / STEP_S)
    affordable(g, steps)
    trial = Trial(g, start, pieces(g, start.world, given, steps, STEP_S), found, wish.network_c)
    low, high = (np.stack([getattr(k, side) for k in found], axis=-1) for side in ("low", "high"))
    return Problem(g, start, wish, given, trial, low, high, trial(np.zeros((1, *low.shape), dtype=int))[0])


def affordable(g: Ground, steps: int) -> None:
    """Refuse what is too big, with the numbers."""
    takes = POINTS * (POINT_S + steps * len(g.m.rack) * RACK_STEP_S)
    if takes > MOST_TRIED_S:
        raise Refused("horizon_s", f"{POINTS} points of {steps} steps at {len(g.m.rack):,} racks take about {takes:,.0f} s: at most {MOST_TRIED_S:g} s")


def solved(p: Problem, rules: list[Limit], tried: Tried) -> Tried:
    return refined(p.trial, judge(rules, p.wish.goal), tried, p.low, p.high, p.steps)


def chosen(p: Problem, rules: list[Limit], tried: Tried) -> Array:
    """The best point [L, K], without the changes that give next to nothing."""
    at, all_loops = best(tried, judge(rules, p.wish.goal)), np.arange(len(p.now))
    point, marks = tried.points[at, all_loops], tried.marks[at, all_loops]
    judged = judge(rules, p.wish.goal)
    least = judged(p.now)[1] - judged(marks)[1]
    for k in range(point.shape[-1]):
        back = point.copy()
        back[:, k] = 0
        broken, cost = judged(p.trial(back[None])[0])
        fine = (broken <= judged(marks)[0] + 1e-9) & (cost - judged(marks)[1] <= LITTLE * least)
        point = np.where(fine[:, None], back, point)
    return point


def proven(p: Problem, rules: list[Limit], tried: Tried, tell: Callable[[float], None]) -> tuple[Array, list[Limit], Tried, list[Check]]:
    """The best point that survives every loss; where one does not, GPUs must keep more in normal operation and the search goes on."""
    today = checks(p.g, p.start, p.given, TRANSITION_S) if p.wish.redundant else []
    for i in range(ROUNDS):
        point = chosen(p, rules, tried)
        proofs = checks(p.g, p.start, begun(p, point), TRANSITION_S) if p.wish.redundant and point.any() else today
        short = lacking(proofs, today)
        tell(0.35 + 0.1 * i)
        if short <= 0.0:
            return point, rules, tried, proofs
        kept = marks_at(p, point)[:, MARKS.index("gpu_margin_k")].min()
        rules = changed(rules, "gpu_margin", lambda limit, least=kept + short + SPARE_K: replace(limit, at=np.maximum(limit.at, least)))
        tried = solved(p, rules, tried)
    return np.zeros_like(p.low), rules, tried, today


def lacking(proofs: Sequence[Check], today: Sequence[Check]) -> float:
    """K that GPUs lack in the worst loss; a loss that is not survived today either may be no worse."""
    short = 0.0
    for found, now in zip(proofs, today, strict=True):
        least = min(0.0, now.margin_k)
        short = max(short, least - found.margin_k, 1.0 if now.powered and not found.powered else 0.0)
    return short


def marks_at(p: Problem, point: Array) -> Array:
    return p.trial(point[None])[0]


def worded(p: Problem, point: Array) -> list[str]:
    """The point as words of a what-if."""
    words = knob_words(p.g, p.trial.found, point)
    if p.wish.network_c is None:
        return words
    t, there = p.start.world.targets, supplied(p.start.world, p.wish.network_c).targets
    flow = float(np.max(there.dh_flow / np.maximum(t.dh_flow, 1e-12)))
    return [f"network-temperature {p.wish.network_c:g} flow={flow:.4f}", *words]


def begun(p: Problem, point: Array) -> tuple[Perturbation, ...]:
    return (*p.given, *spelled(" + ".join(worded(p, point))))


def told(p: Problem, point: Array, proofs: list[Check], prices: Sequence[Price], tried: int) -> Advice:
    """The chosen point beside the present one, as what-ifs of the whole plant have it."""
    (account_, margin), (present, before) = (seen(p, begun(p, at)) for at in (point, np.zeros_like(point)))
    changes = tuple(Change(p.g.halls[loop], k.name, k.title, k.unit, round(k.value(loop, 0), 4), round(k.value(loop, int(point[loop, i])), 4))
                    for i, k in enumerate(p.trial.found) for loop in np.flatnonzero(point[:, i]))
    after, now, hours = marks_at(p, point), p.now, p.wish.horizon_s / 3600.0
    gained = (now - after)[:, MARKS.index("cost_eur_h")].sum() if p.wish.goal == COST else (after - now)[:, MARKS.index("sold_w")].sum() / 1e3
    return Advice(
        site=p.g.site.id, start_ms=p.start.ts_ms, wish=p.wish.model_dump(exclude_defaults=True), headline=headline(p, changes, account_ - present, hours, proofs),
        changes=changes, words=" + ".join(worded(p, point)), hours=hours, account=account_, present=present, difference=account_ - present, margin_k=margin,
        present_margin_k=before, searched=float(gained), checks=tuple(proofs), prices=tuple(prices), tried=tried)


def seen(p: Problem, perturbations: Sequence[Perturbation]) -> tuple[Account, float]:
    """Account and least margin after the transition."""
    steps = int(TRANSITION_S + p.wish.horizon_s)
    plan = pieces(p.g, p.start.world, perturbations, steps, 1.0)
    t = run(p.g, p.start, plan, spans(plan, steps, 1.0, steps // 10), 1.0)
    late = t.seconds >= TRANSITION_S - 1e-6
    part = Trajectory(t.seconds[late], {name: v[late] for name, v in t.values.items()}, t.last)
    return account(part, prices_at(plan, part.seconds, 1.0), p.g.p.leaves.plate_factor.shape[-1]), float(part["rack.gpu_margin_k"].min())


def headline(p: Problem, changes: Sequence[Change], d: Account, hours: float, proofs: Sequence[Check]) -> str:
    """The advice in a line."""
    unsafe = [c.title for c in proofs if not c.safe]
    warned = f" Losing {listed(unsafe)} is not survived as the plant stands today." if unsafe else ""
    if not changes:
        return f"Leave the set points as they are: nothing within the limits is better.{warned}"
    moved = f"Move {len(changes)} set point{'s' * (len(changes) > 1)}"
    money = f"{abs(d.net_eur) / hours:,.0f} EUR/h {'less' if d.net_eur < 0 else 'more'} net cost"
    heat = f"{abs(d.sold_kwh) / hours:,.0f} kW {'more' if d.sold_kwh >= 0 else 'less'} heat sold"
    first, then = (money, heat) if p.wish.goal == COST else (heat, money)
    return f"{moved}: {first}, {then}, about {abs(d.net_eur) / hours * YEAR_H:,.0f} EUR a year if load and weather stayed.{warned}"
