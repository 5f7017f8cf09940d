"""Loops against closed forms and against their own heads: what the pump gives, the system takes."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics import hydraulics as h

HEAD, FLOW, POWER = 3.0e5, 0.1, 4.5e4
positive = st.floats(0.05, 1.2)


@given(speed=positive, running=st.integers(1, 4), system=st.floats(1e5, 1e9))
def test_pump_meets_system(speed: float, running: int, system: float):
    q = h.pumped_flow(np.array(speed), np.array(running), np.array(HEAD), np.array(FLOW), np.array(system))
    through = h.through_pumps(np.array(speed), q, np.array(running), np.array(FLOW))
    head = h.pump_head(np.array(speed), through, np.array(running), np.array(HEAD), np.array(FLOW))
    assert head == pytest.approx(system * q**2, rel=1e-9)


def test_rated_point_is_met_exactly():
    q = h.pumped_flow(np.array(1.0), np.array(1), np.array(HEAD), np.array(FLOW), h.resistance(np.array(HEAD), np.array(FLOW)))
    assert q == pytest.approx(FLOW)
    assert h.pump_power(np.array(1.0), q, np.array(1), np.array(FLOW), np.array(POWER)) == pytest.approx(POWER)


def test_affinity_laws():
    r = h.resistance(np.array(HEAD), np.array(FLOW))
    full, half = (h.pumped_flow(np.array(n), np.array(1), np.array(HEAD), np.array(FLOW), r) for n in (1.0, 0.5))
    assert half == pytest.approx(full / 2)
    powers = [h.pump_power(np.array(n), q, np.array(1), np.array(FLOW), np.array(POWER)) for n, q in ((1.0, full), (0.5, half))]
    assert powers[1] == pytest.approx(powers[0] / 8)


def test_two_pumps_on_no_friction_give_twice_the_flow():
    one, two = (h.pumped_flow(np.array(1.0), np.array(n), np.array(HEAD), np.array(FLOW), np.array(1e-6)) for n in (1, 2))
    assert two == pytest.approx(2 * one, rel=1e-6)


def test_stopped_reversed_and_blocked_are_zero():
    assert h.pumped_flow(np.array(0.0), np.array(2), np.array(HEAD), np.array(FLOW), np.array(1e7)) == 0.0
    assert h.pumped_flow(np.array(1.0), np.array(0), np.array(HEAD), np.array(FLOW), np.array(1e7), np.array(1e5)) == 0.0
    assert h.pumped_flow(np.array(0.2), np.array(1), np.array(HEAD), np.array(FLOW), np.array(1e7), np.array(-1e6)) == 0.0
    assert h.pumped_flow(np.array(1.0), np.array(1), np.array(HEAD), np.array(FLOW), np.array(np.inf)) == 0.0


@given(speed=positive, running=st.integers(1, 4), system=st.floats(1e5, 1e12))
def test_no_pump_passes_less_than_its_minimum(speed: float, running: int, system: float):
    """And none of it comes from nowhere: the system takes no more than pumps pass, and its flow falls steadily as it closes."""
    n, on, head, rated = (np.array(x) for x in (speed, running, HEAD, FLOW))
    flow, tighter = (h.pumped_flow(n, on, head, rated, np.array(x)) for x in (system, 1.001 * system))
    through = h.through_pumps(n, flow, on, rated)
    assert through >= h.MIN_FLOW * speed * running * FLOW and through >= flow > tighter
    assert flow - tighter < 0.002 * flow
    assert h.through_pumps(n, h.pumped_flow(n, on, head, rated, np.array(np.inf)), on, rated) == pytest.approx(h.MIN_FLOW * speed * running * FLOW)


def test_valve_is_tight_when_closed_and_free_when_open():
    assert h.equal_percentage(np.array(0.0)) == 0.0 and h.equal_percentage(np.array(1.0)) == pytest.approx(1.0)
    assert h.valved(np.array(1e6), np.array(1e6), np.array(0.0)) == 0.0
    assert h.valved(np.array(1e6), np.array(1e6), np.array(1.0)) == pytest.approx(h.conductance(np.array(2e6)))


def test_parallel_branches_share_by_conductance():
    y = h.conductance(np.array([1e6, 4e6]))
    assert y[0] / y.sum() == pytest.approx(2 / 3)
