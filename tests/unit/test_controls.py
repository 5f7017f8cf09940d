"""Controllers: limits, windup, rate, deadband, staging times."""
from __future__ import annotations

import numpy as np
import pytest

from twin.plant.controls import Pi, Staging, pi, stage


def settle(tuning: Pi, gain: float, tau: float, target: float, seconds: int, dt: float = 1.0) -> list[float]:
    """A first-order process under the controller; its output over time."""
    y, integral, u = 0.0, np.array(0.0), np.array(0.0)
    out = []
    for _ in range(round(seconds / dt)):
        u, integral = pi(tuning, integral, u, np.array(target - y), dt)
        y += dt / tau * (gain * float(u) - y)
        out.append(y)
    return out


def test_no_offset_remains():
    assert settle(Pi(0.5, 20.0), 2.0, 30.0, 1.2, 600)[-1] == pytest.approx(1.2, abs=1e-3)


def test_output_stays_within_its_limits():
    u, _ = pi(Pi(10.0, 5.0, 0.1, 0.9), np.array([0.5, 0.5]), np.array([0.5, 0.5]), np.array([100.0, -100.0]), 1.0)
    assert u.tolist() == [0.9, 0.1]


def test_saturation_does_not_wind_up():
    tuning = Pi(0.5, 5.0)
    integral, u = np.array(0.5), np.array(0.5)
    for _ in range(1000):
        u, integral = pi(tuning, integral, u, np.array(3.0), 1.0)
    assert u == 1.0
    u, _ = pi(tuning, integral, u, np.array(-0.5), 1.0)
    assert u < 1.0


def test_rate_and_deadband():
    u, _ = pi(Pi(10.0, 5.0, rate=0.01), np.array(0.5), np.array(0.5), np.array(1.0), 2.0)
    assert u == pytest.approx(0.52)
    u, integral = pi(Pi(10.0, 5.0, deadband=0.2), np.array(0.5), np.array(0.5), np.array(0.1), 2.0)
    assert u == 0.5 and integral == 0.5


def test_staging_waits_and_keeps_its_minimum_run():
    rules = Staging(up=0.9, down=0.4, wait_s=10.0, run_s=60.0)
    on, timer, since = np.array(2.0), np.array(0.0), np.array(1e9)
    changes = []
    for second in range(200):
        before = on
        on, timer, since = stage(rules, on, timer, since, np.array(0.95), np.array(1.0), np.array(4.0), 1.0)
        if on != before:
            changes.append(second)
    assert on == 4.0 and changes == [9, 69]


def test_staging_never_leaves_what_is_available():
    rules = Staging(0.9, 0.4, 1.0, 0.0)
    on, _, _ = stage(rules, np.array(3.0), np.array(0.0), np.array(0.0), np.array(0.2), np.array(2.0), np.array(1.0), 1.0)
    assert on == 1.0
