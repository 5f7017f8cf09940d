"""The measured morning of Frontier through the fold: what the twin shows just before a reading, and half an hour before it.

Expected values come from the CSV file, converted here by hand. The site takes longer steps here than it does live, to be quick.
"""
from __future__ import annotations

import csv
from dataclasses import replace
from itertools import takewhile

import numpy as np
import pytest

from config.load import load_site
from config.site import Site
from sensors.recorded.maps import load_map
from sensors.recorded.replay import record
from tests import servers
from tests.measured import morning as m
from tests.measured.morning import Morning, Steps, play, rms, skill, steps
from twin.engine.twin import Twin
from twin.events import Reading

START_MS = 1_712_462_400_000  # 2024-04-07T04:00Z, midnight at Oak Ridge
FOLDER, STEP_S, HOUR_S, HOURS = "frontier_2024-04-07", 60.0, 3600.0, 3
COLUMNS = ("CTWS AVG [degF]", "CTWR AVG [degF]", "HTWS AVG [degF]", "HTWR AVG [degF]")
HOT_RETURN = list(m.FOLLOWED).index("hot return")


@pytest.fixture(scope="module")
def site() -> Site:
    found = load_site("frontier")
    return replace(found, model=found.model.model_copy(update={"step_s": STEP_S}))


@pytest.fixture(scope="module")
def told(site: Site) -> Steps:
    frames = record(site, load_map("frontier"), servers.reference(FOLDER), START_MS).frames()
    return steps(site, takewhile(lambda frame: frame[0] <= START_MS + 1000 * HOURS * HOUR_S, frames))


@pytest.fixture(scope="module")
def morning(site: Site, told: Steps) -> Morning:
    return play(site, told, HOUR_S)


def celsius() -> np.ndarray:
    """[19, 4], 10 minutes apart."""
    with (servers.reference(FOLDER) / "plant_10min_first12h.csv").open() as file:
        return np.array([[(float(row[c]) - 32.0) / 1.8 for c in COLUMNS] for row in csv.DictReader(file)])[: 6 * HOURS + 1]


def test_readings_and_persistence_are_those_of_the_file(morning: Morning) -> None:
    c = celsius()
    np.testing.assert_allclose(morning.read, c[6:], atol=1e-3)
    np.testing.assert_allclose(morning.before, c[5:-1], atol=1e-3)
    np.testing.assert_allclose(morning.held, c[6:-3:6], atol=1e-3)
    np.testing.assert_allclose(morning.later, c[9::6], atol=1e-3)


def test_hot_return_is_foreseen_better_than_by_holding_it(morning: Morning) -> None:
    """The one of the four that heat moves at once, and by 6 K within 10 minutes; the others' figures are in docs/validation-frontier.md."""
    assert skill(morning.innovations, morning.read - morning.before)[HOT_RETURN] > 0.0
    given = morning.foreseen["heat, weather, machines"]
    assert skill(morning.later - given, morning.later - morning.held)[HOT_RETURN] > 0.0


def test_nothing_runs_away(morning: Morning) -> None:
    """Half an hour without a single message leaves every temperature within what the morning itself does."""
    swing = np.ptp(celsius(), axis=0)
    assert (rms(morning.later - morning.foreseen["nothing"]) < swing).all()


def believed(site: Site, told: Steps, seconds: float) -> Twin:
    return next(after for end, _, _, after in m.followed(site, told) if end >= START_MS + 1000 * seconds)


def warmer(r: Reading) -> Reading:
    values = r.values.copy()
    values[[at for cls, at in m.PLACES if cls == r.cls]] += 5.0
    return Reading(r.ts_ms, r.cls, r.row, r.seq, r.q, values)


def test_a_future_hears_no_temperature(site: Site, told: Steps) -> None:
    twin, until = believed(site, told, 600.0), START_MS + round(1000 * (600.0 + 1200.0))
    other = {end: list(map(warmer, readings)) for end, readings in told.items()}
    deaf = [m.shown(m.go_on(twin, of, until, m.hides_temperatures)) for of in (told, other)]
    heard = [m.shown(m.go_on(twin, of, until, lambda r: r)) for of in (told, other)]
    np.testing.assert_array_equal(*deaf)
    assert (np.abs(heard[0] - heard[1])[0] > 0.0).all()


def test_skill_is_one_less_the_ratio_of_errors() -> None:
    held = np.array([[2.0], [-2.0]])
    assert [float(skill(f * held, held)[0]) for f in (0.0, 0.5, 1.0, 2.0)] == [1.0, 0.5, 0.0, -1.0]
