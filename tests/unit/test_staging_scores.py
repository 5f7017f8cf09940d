"""Staging waits, holds and stops at its limits; scores and baselines by hand."""
from __future__ import annotations

import numpy as np
import pytest

from twin.calibrate.fit import Parameter, fit
from twin.calibrate.scores import one_lag, persistence, scores
from twin.plant.staging import Rule, Stage, stage

RULE = Rule(least=1.0, most=3.0, up_delay_s=60.0, down_delay_s=120.0)


def held(now: Stage, up: bool, down: bool, seconds: int) -> Stage:
    for _ in range(seconds // 15):
        now = stage(RULE, now, up, down, 15.0)
    return now


@pytest.mark.parametrize(("seconds", "count"), [(45, 1), (60, 2), (105, 2), (120, 3), (600, 3)])
def test_starts_are_a_delay_apart_and_end_at_the_most(seconds: int, count: int) -> None:
    assert held(Stage(1.0, 0.0, 0.0), True, False, seconds).count == count


@pytest.mark.parametrize(("seconds", "count"), [(105, 3), (120, 2), (240, 1), (900, 1)])
def test_stops_are_a_delay_apart_and_end_at_the_least(seconds: int, count: int) -> None:
    assert held(Stage(3.0, 0.0, 0.0), False, True, seconds).count == count


def test_a_broken_wish_starts_its_clock_again_and_up_wins() -> None:
    broken = held(held(Stage(1.0, 0.0, 0.0), True, False, 45), False, False, 15)
    assert held(broken, True, False, 45).count == 1
    assert held(Stage(2.0, 0.0, 0.0), True, True, 60).count == 3


def test_a_batch_stages_like_single_runs() -> None:
    batch = stage(RULE, Stage(np.array([1.0, 3.0]), np.array([50.0, 0.0]), np.array([0.0, 110.0])), np.array([True, False]),
                  np.array([False, True]), 15.0)
    assert batch.count.tolist() == [2.0, 2.0]


def test_scores_by_hand() -> None:
    s = scores(np.array([0.0, 1800.0, 3600.0]), np.array([11.0, 9.0, 12.0]), np.array([10.0, 10.0, 10.0]))
    assert (s["rmse"], s["median"], s["bias"]) == pytest.approx((np.sqrt(2.0), 1.0, 2 / 3))
    assert s["hourly"] == pytest.approx(np.sqrt(2.0))
    assert s["rmse_pct"] == pytest.approx(10 * np.sqrt(2.0))


def test_baselines_know_only_the_history() -> None:
    assert persistence(np.array([1.0, 4.0]), 3).tolist() == [4.0, 4.0, 4.0]
    u = np.sin(np.arange(40.0))[:, None]
    y = np.zeros(40)
    for k in range(1, 40):
        y[k] = 0.3 + 0.8 * y[k - 1] + 2.0 * u[k, 0]
    assert one_lag(y[:25], u[:25], u[25:]) == pytest.approx(y[25:])


def test_a_fit_finds_a_line_and_keeps_its_bounds() -> None:
    x = np.linspace(0, 1, 50)
    parameters = (Parameter("slope", 1.0, 5.0, 0.0, 10.0), Parameter("level", 0.0, 0.5, 0.0, 0.5))
    found = fit(parameters, lambda v: 1000 * (v["slope"] * x + v["level"] - (3 * x + 0.2))).values
    assert (found["slope"], found["level"]) == pytest.approx((3.0, 0.2), abs=5e-3)
    stopped = fit(parameters, lambda v: 1000 * (v["slope"] * x + v["level"] - (3 * x + 5.0))).values
    assert stopped["level"] <= 0.5
