"""Mains against plug flow: what enters leaves one residence time later, and nothing is lost on the way."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.plant.pipe import CELLS, cool, outlet, push

cells = st.lists(st.floats(-20, 110), min_size=CELLS, max_size=CELLS).map(np.array)


@given(old=cells, moved=st.floats(0, 100), inlet=st.floats(-20, 110))
def test_what_enters_less_what_leaves_is_what_stays(old: np.ndarray, moved: float, inlet: float):
    out = outlet(old, np.array(moved))
    leaving = (out.fixed + out.weight * inlet) * moved
    stays = push(old, np.array(moved), np.array(inlet)).sum() - old.sum()
    assert stays == pytest.approx(moved * inlet - leaving, abs=1e-8 * (1 + moved) * 120)


@given(old=cells, moved=st.floats(0, 100), inlet=st.floats(-20, 110))
def test_no_temperature_beyond_those_that_were_there(old: np.ndarray, moved: float, inlet: float):
    low, high = min(old.min(), inlet) - 1e-6, max(old.max(), inlet) + 1e-6
    new, out = push(old, np.array(moved), np.array(inlet)), outlet(old, np.array(moved))
    assert np.all((new >= low) & (new <= high))
    assert low <= out.fixed + out.weight * inlet <= high


def test_a_front_arrives_after_the_residence_time_unblurred():
    content = np.full(CELLS, 40.0)
    arriving = []
    for _ in range(CELLS + 2):
        arriving.append(float(outlet(content, np.array(1.0)).fixed))
        content = push(content, np.array(1.0), np.array(50.0))
    assert arriving[:CELLS] == [40.0] * CELLS and arriving[CELLS:] == [50.0, 50.0]


def test_a_step_longer_than_the_residence_passes_the_inlet_on():
    out = outlet(np.full(CELLS, 40.0), np.array(2.0 * CELLS))
    assert out.weight == pytest.approx(0.5) and out.fixed == pytest.approx(20.0)


def test_still_water_cools_towards_ambient():
    left = cool(np.full(CELLS, 60.0), np.array(20.0), np.array(np.log(2.0)))
    assert left == pytest.approx(np.full(CELLS, 40.0))
