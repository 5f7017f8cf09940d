"""The district network by season and hour."""
from __future__ import annotations

import numpy as np
import pytest

from tests.plants import plant
from twin.physics import hot_water
from twin.physics.water import VOLUMETRIC
from twin.plant import district

HOURS = np.arange(0.0, 24.0, 0.25)


@pytest.fixture
def d():
    return plant("valence")[1]


def test_the_tapping_pattern_is_the_published_one():
    """Reference energy of load profile M: 5.845 kWh a day (Regulation (EU) 814/2013, annex III, table 1)."""
    assert sum(hot_water.PROFILE_M_KWH) == pytest.approx(5.845)


def test_taps_peak_in_the_morning_and_in_the_evening():
    taps = hot_water.draw(HOURS)
    morning, noon, evening, night = (taps[(HOURS >= a) & (HOURS < b)] for a, b in ((6, 10), (13, 17), (18, 22), (1, 4)))
    assert min(morning.max(), evening.max()) > 1.5 and noon.max() < 0.9 and night.max() < 0.5
    assert np.mean(taps) == pytest.approx(1.0, abs=1e-6) and hot_water.draw(0.0) == pytest.approx(hot_water.draw(24.0))


@pytest.mark.parametrize("dry", [-10.0, 5.0, 25.0])
def test_hours_of_a_day_add_up_to_the_day(d, dry: float):
    each = [district.demand(d, dry, h)[0] for h in HOURS]
    assert np.mean(each) == pytest.approx(district.demand(d, dry)[0], rel=1e-6)
    assert max(each) > 1.05 * min(each)


def test_demand_is_hot_water_in_summer_and_the_peak_on_the_coldest_day(d):
    assert district.demand(d, 25.0)[0] == pytest.approx(d.dh_summer[0]) and district.demand(d, -5.0)[0] == pytest.approx(1.0)


def test_supply_slides_with_the_cold_and_return_warms_in_summer(d):
    supply = [district.supply_temperature(d, t)[0] for t in (-10.0, 5.0, 25.0)]
    assert supply == sorted(supply, reverse=True) and (supply[0], supply[-1]) == (d.dh_supply_cold[0], d.dh_supply_warm[0])
    back = [district.return_temperature(d, t)[0] for t in (-5.0, 25.0)]
    assert d.dh_return[0] - 1 < back[0] < back[1] < d.dh_return[0] + 6
    assert district.supply_temperature(d, 5.0, 7.5)[0] > district.supply_temperature(d, 5.0, 3.0)[0]


def test_return_is_warmest_in_a_summer_night(d):
    back = [district.return_temperature(d, 25.0, h)[0] for h in HOURS]
    assert 0 <= HOURS[int(np.argmax(back))] < 5 and max(back) - min(back) > 2.0


def test_flow_carries_the_demand(d):
    for dry, hour in ((-5.0, None), (5.0, 7.0), (25.0, 3.0)):
        fall = district.supply_temperature(d, dry, hour) - district.return_temperature(d, dry, hour)
        carried = district.flow(d, dry, hour) * VOLUMETRIC * fall
        assert carried[0] == pytest.approx(np.minimum(district.demand(d, dry, hour), 1.0)[0] * d.dh_peak[0])


def test_a_site_without_a_network_sells_nothing():
    _, d = plant("frontier")
    assert np.all(district.flow(d, -5.0, 7.0) == 0.0) and np.isfinite(district.return_temperature(d, -5.0, 7.0)).all()
