"""Advice where the best set points are known without a search: lattices with known optima, and plants whose laws give the answer."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.load import load_site
from tests.futures import grounded
from twin.advise.advise import Advice, advise
from twin.advise.redundancy import apart, checks, losses
from twin.advise.search import Tried, best, refined, sampled
from twin.advise.trial import TRANSITION_S
from twin.advise.wish import wished
from twin.physics.machines import lorenz_cop
from twin.plant import nodes
from twin.plant.design import SINK_LIFT
from twin.whatif.ground import ground
from twin.whatif.question import spelled
from twin.whatif.start import designed


def solve(marks, low, high, limit=lambda m: np.zeros(m.shape[:2])) -> np.ndarray:
    """Best points [L, K] of problems whose cost is the first mark."""
    def judge(m):
        return limit(m), m[..., 0]

    points = sampled(low, high)
    tried = refined(marks, judge, Tried(points, marks(points)), low, high, (high - low).max(0) // 4)
    at = best(tried, judge)
    return tried.points[at, np.arange(len(at))]


def test_each_loop_finds_its_own_minimum() -> None:
    aims = np.array([[3, -7, 12], [-16, 5, 0], [11, 11, -11]])
    low, high = np.full((3, 3), -16), np.full((3, 3), 16)
    found = solve(lambda p: np.square(p - aims).sum(-1, keepdims=True).astype(float), low, high)
    assert np.array_equal(found, aims)


def test_a_minimum_on_a_slanted_limit_is_found() -> None:
    """Least -x - 2 y where x + y <= 9 and y <= 6 by its box: at (3, 6)."""
    low, high = np.full((1, 2), -10), np.array([[10, 6]])
    found = solve(lambda p: np.stack([-p[..., 0] - 2.0 * p[..., 1], p.sum(-1)], axis=-1).astype(float), low, high, lambda m: np.maximum(m[..., 1] - 9.0, 0.0))
    assert found.tolist() == [[3, 6]]


def given(words: str = "", **wish) -> Advice:
    return advise(*grounded("valence"), wished({"given": words, **wish}))


def to(a: Advice, name: str) -> float | None:
    return next((c.to for c in a.changes if c.name == name), None)


def test_warmer_coolant_is_bounded_by_the_margin_that_is_asked_for() -> None:
    """At held flows a die is warmer by as much as its coolant: the warmest set point is today's margin less the one asked for, in half kelvins."""
    g, start = grounded("valence")
    today = float((g.p.leaves.throttle - start.state.die.max(-1)).min())
    a = given(goal="heat", knobs=["tcs_supply_c"], margin_k=20.0, redundant=False)
    now = start.world.targets.tcs_supply[0]
    assert to(a, "tcs_supply_c") == pytest.approx(now + np.floor((today - 20.0) / 0.5) * 0.5)
    assert a.margin_k == pytest.approx(today - (to(a, "tcs_supply_c") - now), abs=0.1)
    priced = {p.limit: p for p in a.prices}
    assert priced["gpu_margin"].binds
    assert priced["gpu_margin"].gain == pytest.approx((a.difference.sold_kwh / a.hours) / (to(a, "tcs_supply_c") - now), rel=0.3)  # per kelvin


@pytest.mark.parametrize(("share", "runs_more"), [(0.6, False), (1.6, True)])
def test_a_heat_pump_runs_where_heat_pays_for_its_power(share: float, runs_more: bool) -> None:
    """It pays where the price of heat times its COP is above that of power."""
    g, start = grounded("valence")
    t = start.world.targets
    cop = float(lorenz_cop(start.state.core[0, nodes.HEATPUMP], t.sink_out[0], g.p.core.heatpump_efficiency[0]))
    a = given(f"price-change power_eur_mwh=100 heat_eur_mwh={100.0 / cop * share:.3f}", knobs=["heat_pump_load"], redundant=False, horizon_s=600)
    now = 100.0 * t.heatpump[0]
    assert (to(a, "heat_pump_load") > now) if runs_more else (to(a, "heat_pump_load") < 0.5 * now)
    assert a.difference.net_eur < 0.0


def test_no_more_heat_is_sold_than_the_network_wants() -> None:
    """In such a price of heat all else would be sold: what is sold is what brings the network's water to its supply temperature, within a step of the load."""
    g, start = grounded("valence")
    t = start.world.targets
    wants = 4.1e6 * t.dh_flow[0] * (t.sink_out[0] - SINK_LIFT - t.dh_return[0]) / 1e3
    a = given("price-change heat_eur_mwh=500", knobs=["heat_pump_load"], redundant=False, horizon_s=600)
    sold = a.account.sold_kwh / a.hours
    assert sold < 1.02 * wants
    assert sold + 0.05 * 1.5 * g.p.core.heatpump_source[0] / 1e3 > 0.98 * wants
    assert {p.limit: p for p in a.prices}["network"].binds


@pytest.fixture(scope="module")
def spareless():
    """Valence at full load with CDUs that have no pump in reserve: a loss takes coolant away. Its GPUs throttle 0.2 K above what that leaves them."""
    g, _ = grounded("valence")
    bare = replace(g, m=replace(g.m, cdu_pumps=g.m.cdu_needed.copy()))
    start = designed(bare, load=1.0)
    left = min(c.margin_k for c in checks(bare, start, (), TRANSITION_S))
    tight = replace(bare, p=replace(bare.p, leaves=replace(bare.p.leaves, throttle=bare.p.leaves.throttle - left + 0.2)))
    return tight, start


KEEN = {"goal": "heat", "given": "network-temperature flow=3", "knobs": ["tcs_supply_c"], "margin_k": 0.0, "horizon_s": 600}


def test_what_no_loss_leaves_room_for_is_not_advised(spareless) -> None:
    """The least step is 0.5 K: any of them would throttle GPUs once a pump is lost, though in operation there is room."""
    a = advise(*spareless, wished(KEEN))
    assert a.changes == ()
    assert a.headline.startswith("Leave the set points as they are")
    assert all(c.safe for c in a.checks)
    priced = {p.limit: p for p in a.prices}["redundancy"]
    assert priced.binds
    assert priced.gain > 0.0


def test_without_redundancy_the_same_loss_would_throttle(spareless) -> None:
    a = advise(*spareless, wished(KEEN | {"redundant": False}))
    assert a.changes
    assert a.margin_k >= 0.0
    assert not all(c.safe for c in checks(*spareless, spelled(a.words), TRANSITION_S))


def test_losses_follow_from_the_site() -> None:
    g, _ = grounded("valence")
    assert [x.words for x in losses(g)] == ["pump-trip * 1", "facility-pump-trip all 1", "heat-pump-off all", "feed-lost a", "feed-lost b"]
    assert len(losses(g)[0].alone) == g.site.count("cdu")
    assert not any("heat-pump" in x.words for x in losses(ground(load_site("frontier"))))
    assert apart(ground(load_site("grand-est"))) == ["grand-est-1-a,grand-est-2-a", "grand-est-1-b,grand-est-2-b"]
