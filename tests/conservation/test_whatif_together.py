"""Futures that run together against each of them run alone, block by block with its supply and stocks: the same to rounding."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.futures import grounded, question
from twin.whatif.ensemble import member, paced
from twin.whatif.motion import averaged
from twin.whatif.schedule import Span, pieces
from twin.whatif.together import CHUNK, Future, alone, calm, recorded, together

HOUR = 3600
# kept as they are at the start of futures that run together
HELD = {"cdu.level_pct", "loop.pressure_kpa", "loop.residual"}


def crowd(words: str, steps: int, count: int = 3):
    g, start = grounded("valence")
    plan = pieces(g, start.world, question(words).perturbations, steps, 1.0)
    pace = paced(g, start, plan, 1.0, steps)
    drawn = [member(g, start, pace.plan, np.random.default_rng([3, i])) for i in range(count)]
    return g, pace, [Future(s, p, averaged(s.state, s.machines)) for s, p in drawn]


@pytest.mark.parametrize("words", ["pump-trip cdu-03", "load-step 1.0 ramp=20 start=100 + fouling cdu 40% cdu-02", "heat-wave 41 ramp=5min + facility-pump-trip start=60 for=7min"])
def test_together_is_alone(words: str) -> None:
    g, pace, members = crowd(words, 600)
    even = [replace(span, stride=1) for span in pace.grid]
    for one, t in zip(members, together(g, members, even, pace.dt), strict=True):
        by_itself = alone(g, one, even, pace.dt)
        assert np.array_equal(t.seconds, by_itself.seconds)
        for name in sorted(set(t.values) - HELD):
            scale = max(np.abs(by_itself[name]).max(), 1e-9)
            assert np.abs(t[name] - by_itself[name]).max() < 2e-5 * scale, name


def test_longer_steps_are_close_and_stand_at_the_same_times() -> None:
    g, pace, members = crowd("load-step 100% start=10min", HOUR, 2)
    assert max(span.stride for span in pace.grid) > 1
    fast = together(g, members, pace.grid, pace.dt)
    for one, t in zip(members, fast, strict=True):
        exact = alone(g, one, pace.grid, pace.dt)
        assert np.array_equal(t.seconds, exact.seconds)
        assert np.array_equal(t.seconds, recorded(one.plan, pace.grid, pace.dt))
        assert np.abs(t["rack.gpu_max_c"] - exact["rack.gpu_max_c"]).max() < 0.5
        assert abs(t["site.facility_kw"].mean() / exact["site.facility_kw"].mean() - 1) < 1e-3


def test_pieces_between_two_records_are_run_as_well() -> None:
    g, pace, members = crowd("heat-wave 41 ramp=5min", 600, 1)
    long = [Span(0, sum(piece.steps for piece in pace.plan), 150)]
    assert len(pace.plan) > 10
    found, by_itself = together(g, members, long, pace.dt)[0], alone(g, members[0], long, pace.dt)
    assert np.array_equal(found.seconds, by_itself.seconds)
    assert np.abs(found["rack.gpu_max_c"] - by_itself["rack.gpu_max_c"]).max() < 1e-5


def test_a_lost_feed_is_run_alone_and_so_is_a_future_that_loses_power() -> None:
    g, start = grounded("valence")
    lost = pieces(g, start.world, question("feed-lost a").perturbations, 60, 1.0)
    assert not calm(g, start, lost)
    weak = replace(g, supply=replace(g.supply, ups_rating=g.supply.ups_rating * 0.2, transformer_rating=g.supply.transformer_rating * 0.2))
    pace = paced(weak, start, pieces(weak, start.world, (), 60, 1.0), 1.0, 60)
    one = Future(start, pace.plan, averaged(start.state, start.machines))
    found, by_itself = together(weak, [one], pace.grid, pace.dt)[0], alone(weak, one, pace.grid, pace.dt)
    assert by_itself["power.powered"].min() < 0.999
    assert np.array_equal(found["site.it_kw"], by_itself["site.it_kw"])
    with pytest.raises(ValueError, match="at most"):
        together(g, [Future(start, lost, averaged(start.state, start.machines))] * (CHUNK + 1), (), 1.0)
