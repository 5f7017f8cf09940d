"""Forecasts and what-ifs in stores and on brokers: under names of their own, few of them, old ones replaced, the plant's own data untouched."""
from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from config.classes import CLASSES
from config.site import Site
from tests.futures import answer, grounded
from twin.engine import start
from twin.engine.ahead import present
from twin.events import ACTUAL, Effect, Emit, Forget, Moment, Score, Snapshot
from twin.forecast.show import FORECAST
from twin.service.assemble import compiled
from twin.service.forecaster import Forecaster
from twin.service.hub import Hub
from twin.sinks.base import AHEAD
from twin.sinks.delivery.forget import forget, forgotten
from twin.sinks.local import LocalStore, history
from twin.sinks.mqtt_twin import MqttTwin
from twin.whatif.snapshots import WHATIF, WITHOUT, shown
from twin.wire.rows import Lanes
from twin.wire.scores import score_line

HOUR = 3_600_000
T0 = 1_790_000_000_000 - 1_790_000_000_000 % HOUR
SCORE = Score(T0, FORECAST, "site.it_kw", 3600.0, 0.25, 0.9, 1000.0, 2000.0, 60.0)


@pytest.fixture(scope="module")
def site() -> Site:
    return grounded("valence")[0].site


def row(ts_ms: int, scenario: str, it_w: float) -> Emit:
    values = np.full((1, len(CLASSES["site"].columns)), np.nan)
    values[0, CLASSES["site"].column("it_kw")] = it_w
    none = np.empty((0, 0))
    return Emit(Snapshot(ts_ms, scenario, {"site": values}, {}, {}, {}, none, none))


async def stored(site: Site, path: Path, *puts: list[Effect]) -> None:
    store = LocalStore(site, path)
    await store.open()
    for effects in puts:
        store.put(effects, AHEAD if any(isinstance(e, Forget) for e in effects) else "live")
    await store.flush()
    await store.close()
    assert store.health()["ok"], store.health()


def power(path: Path, scenario: str) -> list[float]:
    return history(path, "site", "site", "totals", "it_kw", "twin", scenario, T0 - 10 * HOUR, T0 + 10 * HOUR, 1000)[1].tolist()


async def test_a_newer_future_replaces_the_older_one_of_its_name(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    await stored(site, path, [Forget(WHATIF), row(T0, WHATIF, 1e3), row(T0 + HOUR, WHATIF, 2e3)], [row(T0, ACTUAL, 9e3), row(T0, WITHOUT, 8e3)])
    await stored(site, path, [Forget(WHATIF), row(T0 + 60_000, WHATIF, 3e3)])
    assert power(path, WHATIF) == [3.0]
    assert power(path, WITHOUT) == [8.0]
    assert power(path, ACTUAL) == [9.0]


async def test_two_that_come_within_one_commit_leave_the_newer_one(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    await stored(site, path, [Forget(WHATIF), row(T0 + HOUR, WHATIF, 2e3)], [Forget(WHATIF), row(T0, WHATIF, 3e3)])
    assert power(path, WHATIF) == [3.0]


async def test_rows_ahead_take_nothing_of_the_plant_out_and_make_no_windows(site: Site, tmp_path: Path) -> None:
    """Rows are kept for three hours of event time: of the plant's, not of a forecast's."""
    path = tmp_path / "s.sqlite"
    await stored(site, path, [row(T0, ACTUAL, 1e3), row(T0 + 60_000, ACTUAL, 1e3)], [row(T0 + i * 60_000, FORECAST, 2e3) for i in range(300)],
                 [row(T0 + 120_000, ACTUAL, 1e3)])
    assert power(path, ACTUAL) == [1.0] * 3
    with closing(sqlite3.connect(path)) as db:
        assert {s for s, in db.execute("SELECT DISTINCT scenario FROM series WHERE measurement LIKE '%_1m'")} == {ACTUAL}
    lanes = Lanes(site)
    assert lanes.add(AHEAD, [e.snapshot for e in (row(T0, FORECAST, 1.0), row(T0 + 4 * HOUR, FORECAST, 1.0))]) == []
    assert lanes.late == 0


async def test_scores_are_stored_in_the_units_of_their_column(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    await stored(site, path, [SCORE, replace(SCORE, ts_ms=T0 + 60_000, skill=float("nan"))])
    found = history(path, "forecast", "site", "site.it_kw 1h", "rmse", "twin", FORECAST, T0, T0 + HOUR, 10)[1]
    assert found.tolist() == [1.0, 1.0]
    line = score_line(site, SCORE).decode()
    assert line == (f"forecast,site=valence,hall=site,id=site.it_kw,src=twin,scenario=forecast,horizon=1h "
                    f"skill=0.25,coverage=0.9,rmse=1.0,persistence_rmse=2.0,n=60.0 {T0}000000")
    assert b"skill" not in score_line(site, replace(SCORE, skill=float("nan")))


async def test_a_series_is_published_whole_under_the_root_of_futures(site: Site) -> None:
    seen: list[tuple[str, dict[str, object]]] = []

    async def publish(topic: str, payload: bytes) -> None:
        seen.append((topic, json.loads(payload)))

    sink = MqttTwin(site, publish)
    await sink.open()
    sink.put([row(T0 + i * 60_000, FORECAST, 2e3) for i in range(10)], AHEAD)
    sink.put([row(T0, ACTUAL, 9e3)])
    await sink.flush()
    await sink.close()
    ahead = [m for t, m in seen if t == "whatif/valence/site/site/totals/twin"]
    assert [m["ts"] for m in ahead] == [T0 + i * 60_000 for i in range(10)]
    assert {m["scenario"] for m in ahead} == {FORECAST}
    assert [m["ts"] for t, m in seen if t == "dc/valence/site/site/totals/twin"] == [T0]


def test_an_answer_is_shown_under_few_names() -> None:
    g, _ = grounded("valence")
    a = answer("valence", "pump-trip cdu-03", horizon_s=60)
    both = shown(g, replace(a, start_ms=T0))
    assert {s.scenario for s in both} == {WHATIF, WITHOUT}
    assert {s.scenario for s in shown(g, a, "b")} == {"whatif-b"}
    assert len(both) <= 242
    assert both[0].ts_ms == T0
    assert "rack" not in both[0].values


def test_a_body_that_takes_away_is_told_from_one_that_writes() -> None:
    assert forgotten(forget("valence", "whatif-a")) == ("valence", "whatif-a")
    assert forgotten(b"loop,site=valence v=1 1\n") is None
    assert forgotten(forget("valence", "x") + b"loop v=1 1\n") is None


async def test_the_forecaster_tells_each_minute_and_keeps_a_moment_each_ten(site: Site) -> None:
    twin = start(site, watched=False)
    g, hub, told = compiled(site, twin), Hub(site), []
    assert present(g, twin).ts_ms == 0

    def at(ts_ms: int):
        values = {c: np.full((site.count(c), len(CLASSES[c].columns)), 1e3) for c in CLASSES if site.count(c)}
        none = np.empty((0, 0))
        return replace(twin, inputs=twin.designed, snapshot=Snapshot(ts_ms, ACTUAL, values, {c: 0.0 * v for c, v in values.items()}, {}, {}, none, none))

    now = [at(T0)]
    forecaster = Forecaster(g, lambda: now[0], hub, told.extend, pause_s=0.0)
    await forecaster.minute()
    assert hub.forecast.made_ms == T0
    assert {e.snapshot.scenario for e in told if isinstance(e, Emit)} == {FORECAST}
    assert len([e for e in told if isinstance(e, Moment)]) == 1
    assert hub.counters["forecasts"] == 1
    now[0] = at(T0 + 60_000)
    await forecaster.minute()
    assert hub.counters["forecasts"] == 1  # it rests: never more than a twentieth of a core
    forecaster._free_s = 0.0
    await forecaster.minute()
    assert hub.forecast.made_ms == T0 + 60_000
    assert len([e for e in told if isinstance(e, Moment)]) == 1
