"""Exchangers, plates and machines against their closed forms."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics import machines
from twin.physics.exchange import counterflow, one_stream, ua_from_rating
from twin.physics.plate import plate_conductance
from twin.physics.water import VOLUMETRIC

flows = st.floats(1.0, 1e7)
uas = st.floats(1.0, 1e8)


@given(ua=uas, hot=flows, cold=flows)
def test_counterflow_is_effectiveness_times_smaller_flow(ua: float, hot: float, cold: float):
    low, high = min(hot, cold), max(hot, cold)
    ntu, ratio = ua / low, low / high
    effectiveness = ntu / (1 + ntu) if 1 - ratio < 1e-7 else -np.expm1(-ntu * (1 - ratio)) / (1 - ratio * np.exp(-ntu * (1 - ratio)))
    assert counterflow(np.array(ua), np.array(hot), np.array(cold)) == pytest.approx(effectiveness * low, rel=1e-6)


@given(ua=uas, hot=flows, cold=flows)
def test_counterflow_is_symmetric_and_bounded(ua: float, hot: float, cold: float):
    g = counterflow(np.array(ua), np.array(hot), np.array(cold))
    assert g == pytest.approx(counterflow(np.array(ua), np.array(cold), np.array(hot)), rel=1e-9)
    assert 0 <= g <= min(ua, hot, cold) * (1 + 1e-9)


@pytest.mark.parametrize(("hot", "cold"), [(0.0, 1e4), (1e4, 0.0), (0.0, 0.0)])
def test_no_flow_no_exchange(hot: float, cold: float):
    assert counterflow(np.array(1e5), np.array(hot), np.array(cold)) == 0.0
    assert one_stream(np.array(1e5), np.array(0.0)) == 0.0


def test_rating_gives_back_its_own_heat():
    hot, cold = 2e5, 1.5e5
    heat = 1e6
    ua = ua_from_rating(heat, 60.0, 60.0 - heat / hot, 48.0, 48.0 + heat / cold)
    assert counterflow(np.array(ua), np.array(hot), np.array(cold)) * (60.0 - 48.0) == pytest.approx(heat, rel=1e-9)


def test_crossed_rating_is_refused():
    with pytest.raises(ValueError, match="cross"):
        ua_from_rating(1e6, 50.0, 40.0, 45.0, 48.0)


LPM = 1.0 / 60_000.0
PLATE = (0.0255, 0.016987, 0.9 * LPM, 1.16595)  # K/W, K/W, m3/s, -: the OCP plate in PG25


@pytest.mark.parametrize(("lpm", "k_w"), [(0.4, 0.0389), (0.9, 0.0255), (2.4, 0.0197)])
def test_plate_gives_back_its_published_resistances(lpm: float, k_w: float):
    assert 1.0 / plate_conductance(np.array(lpm * LPM), VOLUMETRIC, *PLATE) == pytest.approx(k_w, rel=1e-3)


def test_plate_at_no_flow_small_flow_and_great_flow():
    with np.errstate(all="raise"):
        g = plate_conductance(np.array([-LPM, 0.0, 1e-3 * LPM, 1e6 * LPM]), VOLUMETRIC, *PLATE)
    assert g[0] == 0.0 and g[1] == 0.0
    assert 0.0 < g[2] < VOLUMETRIC * 1e-3 * LPM
    assert g[3] == pytest.approx(1 / 0.016987, rel=1e-4)


@given(lpm=st.floats(0.0, 20.0), more=st.floats(1.0, 2.0))
def test_more_flow_never_cools_a_plate_less(lpm: float, more: float):
    low, high = (plate_conductance(np.array(q * LPM), VOLUMETRIC, *PLATE) for q in (lpm, lpm * more))
    assert 0.0 <= low <= high * (1 + 1e-12)
    assert low <= VOLUMETRIC * lpm * LPM * (1 + 1e-12)  # no coolant leaves warmer than the plate


def test_ups_losses_pass_through_their_published_points():
    a, b, c = machines.ups_coefficients(0.955, 0.968, 0.965)
    for load, efficiency in ((0.25, 0.955), (0.5, 0.968), (1.0, 0.965)):
        loss = machines.ups_losses(np.array(load * 1e6), np.array(1e6), *map(np.array, (a, b, c)))
        assert load * 1e6 / (load * 1e6 + loss) == pytest.approx(efficiency, rel=1e-9)


def test_heat_pump_never_beats_carnot():
    for source in (5.0, 25.0, 45.0):
        for sink in (50.0, 65.0, 85.0):
            cop = machines.lorenz_cop(np.array(source), np.array(sink), np.array(0.6))
            assert 1.0 < cop < (sink + 273.15) / (sink - source)
