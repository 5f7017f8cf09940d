"""Forecasts against what is known: closed forms of weather and scores, a plant at rest, a job that starts."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.classes import CLASSES
from tests.futures import grounded
from twin.engine.ahead import present
from twin.engine.twin import start as twin_of
from twin.events import ACTUAL, Snapshot
from twin.forecast import scores as judge
from twin.forecast.ahead import Forecast, Recent, ahead
from twin.forecast.memory import Memory, recent, remembered
from twin.forecast.outlook import Job, Outlook, Weather, air, day_shape
from twin.forecast.quantities import columns, shown, snapshot, tables, width
from twin.forecast.show import FORECAST, kept, snapshots
from twin.forecast.show import shown as told
from twin.whatif.start import Start

NOON = 1_772_366_400_000  # 2026-03-01T12:00Z
HOUR = 3_600_000
UNTOLD = Outlook()


def finished(work) -> Forecast:
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def calm(ts_ms: int = NOON) -> tuple[Start, Snapshot]:
    """A designed start at a moment and a snapshot that agrees with it."""
    g, s = grounded("valence")
    found = columns(g)
    zero = np.zeros(width(found))
    return replace(s, ts_ms=ts_ms), snapshot(g, found, ts_ms, ACTUAL, zero, zero)


def forecast(outlook: Outlook = UNTOLD, recent_: Recent | None = None, ts_ms: int = NOON) -> Forecast:
    return finished(ahead(grounded("valence")[0], *calm(ts_ms), outlook, recent_))


def flat(hours: float = 12.0) -> Weather:
    """Air that stays as it is at the designed start."""
    t = grounded("valence")[1].world.targets
    ts = np.array([NOON - HOUR, NOON + round(hours * HOUR)], float)
    return Weather(ts, np.full(2, float(t.dry_bulb[0])), np.full(2, float(t.wet_bulb[0])))


def column(f: Forecast, key: str) -> slice:
    return next(c.place for c in f.columns if c.key == key)


def test_a_plant_at_rest_in_steady_air_stays_and_its_band_widens() -> None:
    f = forecast(Outlook(flat()))
    power, margin = f.change[:, column(f, "site.it_kw")], f.change[:, column(f, "site.gpu_margin_k")]
    assert np.abs(power).max() < 1.0
    assert np.abs(margin).max() < 0.5
    std = f.std[:, column(f, "site.it_kw")][:, 0]
    assert std[-1] > 1.5 * std[0] > 0.0


def test_air_follows_the_climate_where_nobody_tells() -> None:
    site = grounded("valence")[0].site
    dry, wet, std = air(site, Outlook(), NOON, np.array([0.0, 14_400.0]), np.array([10.0]), np.array([7.0]))
    swing = site.model.climate.day_swing_k
    hours = np.array([12.0, 16.0]) + site.model.place.longitude / 15.0
    rise = swing * (np.cos(2 * np.pi * (hours[1] - 15) / 24) - np.cos(2 * np.pi * (hours[0] - 15) / 24))
    assert dry[:, 0] == pytest.approx([10.0, 10.0 + rise])
    assert std == pytest.approx([0.0, 1.2])
    assert wet[1, 0] == pytest.approx(7.0 + rise / 3)
    assert day_shape(site, np.arange(0, 24 * HOUR, HOUR) + float(NOON)).sum() == pytest.approx(0.0, abs=1e-9)


def test_a_given_forecast_begins_where_the_air_is_and_ends_where_it_says() -> None:
    g = grounded("valence")[0]
    given = Weather(np.array([NOON, NOON + 48 * HOUR], float), np.array([12.0, 12.0]), np.array([8.0, 8.0]), "told")
    dry, wet, _ = air(g.site, Outlook(given), NOON, np.array([0.0, 6 * 3600.0, 47 * 3600.0]), np.array([10.0]), np.array([7.0]))
    assert dry[:, 0] == pytest.approx([10.0, 12.0 - 2.0 * np.exp(-1.0), 12.0], abs=1e-2)
    assert wet[2, 0] == pytest.approx(8.0, abs=1e-2)
    typical, *_ = air(g.site, Outlook(replace(given, dry_bulb=np.array([0.0, 48.0]), typical=True)), NOON, np.array([3600.0]), np.array([10.0]), np.array([7.0]))
    assert typical[0, 0] == pytest.approx(11.0)
    assert Outlook(given).says(NOON) == "told"
    assert "climate" in Outlook(given).says(NOON + 49 * HOUR)


def test_a_job_that_is_scheduled_is_in_the_forecast_when_it_starts() -> None:
    g = grounded("valence")[0]
    job = Job(NOON + 2 * HOUR, NOON + 3 * HOUR, np.arange(len(g.m.rack)), 1.0)
    f = forecast(Outlook(flat(), (job,)))
    power = f.change[:, column(f, "site.it_kw")][:, 0]
    at = {h: power[f.seconds == h * 3600][0] for h in (1, 2.5, 4)}
    full = float((g.d.gpu_max * g.m.rack.shape[0] / len(g.m.rack) * 72 + g.d.other + g.d.air).sum()) - float(calm()[0].world.targets.gpu_power.sum()
                                                                                                             + (calm()[0].world.targets.other_power + calm()[0].world.targets.air_power).sum())
    assert abs(at[1]) < 1.0
    assert at[2.5] == pytest.approx(full, rel=1e-6)
    assert abs(at[4]) < 1e-3 * full


def test_the_load_persists_at_its_level_and_goes_as_yesterday() -> None:
    racks = np.full(4, 1000.0)
    m = Memory()
    for minute in range(0, 26 * 60, 5):
        hour = minute / 60.0
        m = remembered(m, NOON + minute * 60_000, racks * (1.0 + 0.1 * (4 <= hour < 10)))
    now = recent(m, NOON + 26 * HOUR - 300_000)
    assert now.level == pytest.approx(racks)
    assert now.change[0] == pytest.approx(0.0, abs=0.01)  # at 2 h yesterday as now
    assert now.change[-1] == pytest.approx(0.07, abs=0.015)  # at 6 h it was a tenth more, of which seven tenths are expected
    assert len(m.slots) <= 4 * 26 + 2
    assert len(m.minutes) <= 3


def fake(ts_ms: int, now: float, change: float, std: float = 1.0) -> Forecast:
    """A site of one column."""
    found = columns(grounded("valence")[0])[:1]
    seconds = np.arange(60.0, 14_401.0, 60.0)
    return Forecast(ts_ms, found, seconds, np.array([now]), np.full((240, 1), change), np.full((240, 1), std), "")


def test_scores_are_those_of_a_hand_count() -> None:
    """One forecast that says nothing changes but for 2, of which 3 come: error 1 against 3."""
    s = judge.said(judge.unscored(1), fake(NOON, 10.0, 2.0))
    assert np.isnan(judge.came(s, NOON + 60_000, np.array([13.0])).skill).all()
    s = judge.came(s, NOON + 900_000, np.array([13.0]))
    assert s.skill[0, 0] == pytest.approx(1.0 - 1.0 / 3.0)
    assert s.rmse()[0, 0] == pytest.approx(1.0)
    assert s.coverage[0, 0] == 1.0
    assert np.isnan(s.skill[1:]).all()
    assert {d.horizon for d in s.waiting} == {1, 2}


def test_a_model_whose_changes_never_come_true_is_believed_less_and_less() -> None:
    rng = np.random.default_rng(5)
    s, minute = judge.unscored(1), 60_000
    for i in range(600):
        s = judge.said(s, fake(NOON + i * minute, 0.0, float(rng.normal())))
        s = judge.came(s, NOON + (i + 1) * minute, np.array([0.05 * float(rng.normal())]))
    assert s.share[0, 0] < 0.1
    assert judge.told(fake(NOON, 5.0, 1.0), s)[0][14, 0] == pytest.approx(5.0, abs=0.12)


def test_bands_widen_until_nine_tenths_fall_in() -> None:
    """Errors three times what is modelled: the band learns it; coverage of the last hundred is near 0.9."""
    rng = np.random.default_rng(8)
    s, minute, inside = judge.unscored(1), 60_000, []
    for i in range(900):
        s = judge.said(s, fake(NOON + i * minute, 0.0, 0.0))
        seen = 3.0 * float(rng.normal())
        due = next((d for d in s.waiting if d.horizon == 0 and abs(d.ts_ms - (NOON + (i + 1) * minute)) < 1000), None)
        inside += [abs(seen - due.said[0]) <= judge.BAND * due.band[0]] if due else []
        s = judge.came(s, NOON + (i + 1) * minute, np.array([seen]))
    assert s.wide[0, 0] == pytest.approx(3.0, rel=0.1)
    assert np.mean(inside[-400:]) == pytest.approx(0.9, abs=0.05)


def test_a_forecast_is_snapshots_of_the_live_twins_columns() -> None:
    g = grounded("valence")[0]
    f = forecast(Outlook(flat()))
    t = told(f, judge.unscored(width(f.columns)))
    found = list(snapshots(g, t))
    assert {s.scenario for s in found} == {FORECAST}
    assert [s.ts_ms for s in found] == sorted({s.ts_ms for s in found})
    assert found[-1].ts_ms == NOON + 4 * HOUR
    assert found[0].values["site"].shape == (1, len(CLASSES["site"].columns))
    assert shown(f.columns, found[0].values) == pytest.approx(t.values[0])
    assert shown(f.columns, tables(g, f.columns, t.std[3])) == pytest.approx(t.std[3])


def test_moments_that_are_kept_are_the_same_whenever_they_are_foretold() -> None:
    """Else rows of old forecasts would stand between those of the newest."""
    times = {}
    for late in range(5):
        f = fake(NOON + late * 60_000, 0.0, 0.0)
        t = told(f, judge.unscored(1))
        times[late] = {int(t.ts_ms[i]) for i in kept(t) if t.ts_ms[i] - t.made_ms > 900_000}
    common = {ts for ts in times[0] if ts > NOON + 900_000 + 5 * 60_000}
    assert all(common - times[late] == set() for late in times)


def test_the_present_of_a_live_twin_is_only_read() -> None:
    g = grounded("valence")[0]
    twin = twin_of(g.site)
    s = present(g, twin)
    before = s.state.core.copy()
    zero = np.zeros(width(columns(g)))
    f = finished(ahead(g, s, snapshot(g, columns(g), NOON, ACTUAL, zero, zero), Outlook()))
    assert np.array_equal(twin.belief.state.core, before)
    assert np.isfinite(f.change).all()
    assert np.isfinite(f.std).all()
