"""What each limit costs: the problem is solved once more with that limit eased, from all points that are known already."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from twin.advise.advice import Price
from twin.advise.limits import Limit, changed, judge
from twin.advise.problem import Problem
from twin.advise.search import Tried, best, refined
from twin.advise.trial import MARKS
from twin.advise.wish import COST
from twin.plant.design import SINK_LIFT

Array = np.ndarray
COLDER_K = 5.0  # of the network's supply
NOTHING = 0.05  # EUR/h or kW: a limit that costs less does not bind


def priced(p: Problem, rules: list[Limit], without: list[Limit], tried: Tried, tell: Callable[[float], None]) -> tuple[list[Price], Tried]:
    """Prices of every limit that is a matter of choice; `without` are the limits before redundancy tightened them."""
    eased = [(rule, changed(rules, rule.name, Limit.eased)) for rule in rules if rule.ease]
    for i, (_, loose) in enumerate(eased):
        tell(0.8 + 0.15 * i / len(eased))
        tried = refined(p.trial, judge(loose, p.wish.goal), tried, p.low, p.high, np.maximum(p.steps // 4, 1))
    base = value(p, tried, rules)
    found = [price(p, rule.name, said(rule), f"by {rule.ease / rule.factor:g} {rule.unit}", value(p, tried, loose) - base) for rule, loose in eased]
    if p.wish.redundant:
        found.append(price(p, "redundancy", "any single pump or feed lost leaves GPUs below throttling", "left out", value(p, tried, without) - base))
    return found + ([network(p, rules, tried, base)] if p.g.p.core.heatpump_source.max() > 0 else []), tried


def said(rule: Limit) -> str:
    """Its title with its figure: that of the hall where it is tightest."""
    at = rule.sign * float(np.min(rule.sign * rule.at))
    return rule.title.format(at=f"{at / rule.factor:.3g} {rule.unit}")


def price(p: Problem, name: str, title: str, eased: str, gain: float) -> Price:
    return Price(name, title, gain > NOTHING, eased, max(gain, 0.0), "EUR/h" if p.wish.goal == COST else "kW")


def network(p: Problem, rules: list[Limit], tried: Tried, base: float) -> Price:
    """The network's temperature: what is gained where it is content with colder water."""
    wanted = p.wish.network_c or float(np.max(p.start.world.targets.sink_out)) - SINK_LIFT
    colder = replace(p.trial, network_c=wanted - COLDER_K)
    at = tried.points[best(tried, judge(rules, p.wish.goal)), np.arange(len(p.now))][None]
    tried = refined(colder, judge(rules, p.wish.goal), Tried(at, colder(at)), p.low, p.high, np.maximum(p.steps // 4, 1))
    return price(p, "network_temperature", f"the network is supplied at {wanted:g} degC", f"by {COLDER_K:g} K", value(p, tried, rules) - base)


def value(p: Problem, tried: Tried, rules: list[Limit]) -> float:
    """Of the best point under these limits: EUR/h earned, or kW of heat sold, at the whole site."""
    marks = tried.marks[best(tried, judge(rules, p.wish.goal)), np.arange(len(p.now))]
    return -float(marks[:, MARKS.index("cost_eur_h")].sum()) if p.wish.goal == COST else float(marks[:, MARKS.index("sold_w")].sum() / 1e3)
