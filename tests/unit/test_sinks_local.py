"""The embedded store: what is put can be read, from another process as well, at a resolution that fits."""
from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from config.classes import CLASSES
from config.load import load_site
from config.site import Site
from twin.events import ACTUAL, Emit, Reading, Record, Snapshot
from twin.sinks.base import Sink
from twin.sinks.local import Keep, LocalStore, history

T0 = 1_712_000_000_000 - 1_712_000_000_000 % 3_600_000


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("valence")


def cdu(ts_ms: int, supply_c: float, row: int = 0) -> Record:
    values = np.full(len(CLASSES["cdu"].measured), np.nan)
    values[0] = supply_c
    return Record(Reading(ts_ms, "cdu", row, 0, 1, values))


def supply(path: Path, start: int, end: int, points: int = 10_000, id: str = "cdu-01",
           src: str = "sensor") -> tuple[np.ndarray, np.ndarray]:
    return history(path, "cdu", "h1", id, "tcs_supply_c", src, ACTUAL, start, end, points)


async def stored(site: Site, path: Path, effects: list, keep: Keep | None = None) -> None:
    store = LocalStore(site, path, keep or Keep())
    await store.open()
    store.put(effects)
    await store.close()
    assert store.health()["ok"]


def test_it_is_a_sink(site: Site, tmp_path: Path) -> None:
    assert isinstance(LocalStore(site, tmp_path / "db"), Sink)


async def test_a_reading_comes_back(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "new" / "store.db"
    await stored(site, path, [cdu(T0 + 1000 * i, 30.0 + i) for i in range(5)])
    times, values = supply(path, T0 + 1000, T0 + 4000)
    assert (times.tolist(), values.tolist()) == ([T0 + 1000, T0 + 2000, T0 + 3000], [31.0, 32.0, 33.0])


async def test_flush_makes_it_readable_by_another_process(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = LocalStore(site, path)
    await store.open()
    store.put([cdu(T0, 31.5)])
    await store.flush()
    code = ("import sys; from twin.sinks.history import history; "
            f"print(*history(sys.argv[1], 'cdu', 'h1', 'cdu-01', 'tcs_supply_c', 'sensor', 'actual', {T0}, {T0 + 1}, 9)[1])")
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(path), stdout=asyncio.subprocess.PIPE)
    assert (await process.communicate())[0].split() == [b"31.5"]
    await store.close()


async def test_nothing_invented(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    await stored(site, path, [cdu(T0, 30.0)])
    assert not len(supply(path, T0, T0 + 1, id="cdu-02")[0])
    assert not len(supply(path, T0, T0 + 1, src="twin")[0])
    assert not len(history(path, "cdu", "h1", "cdu-01", "tcs_return_c", "sensor", ACTUAL, T0, T0 + 1, 10)[0])  # never measured
    assert not len(supply(tmp_path / "no.db", T0, T0 + 1)[0])


async def test_a_long_span_is_read_from_minutes_and_the_newest_from_raw(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    seconds = np.arange(3 * 3600)
    store = LocalStore(site, path)
    await store.open()
    store.put([cdu(T0 + 1000 * int(s), 20.0 + s // 60) for s in seconds])
    await store.flush()
    times, values = supply(path, T0, T0 + 3 * 3_600_000, points=300)
    assert 180 <= len(times) <= 300
    assert (np.diff(times) > 0).all()
    assert values[:170].tolist() == [20.0 + m for m in range(170)]  # the mean of a minute in which it was constant
    assert values[-1] == 20.0 + 179 and times[-1] > T0 + 3 * 3_600_000 - 60_000  # the unfinished minute is there, from raw rows
    await store.close()


async def test_few_points_are_means_of_equal_spans(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    await stored(site, path, [cdu(T0 + 1000 * i, float(i)) for i in range(40)])
    assert supply(path, T0, T0 + 40_000, points=4)[1].tolist() == [4.5, 14.5, 24.5, 34.5]


async def test_old_raw_rows_go_and_their_minutes_stay(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = LocalStore(site, path, Keep(raw_h=0.5))
    await store.open()
    for minute in range(120):
        store.put([cdu(T0 + 60_000 * minute + 1000 * s, float(minute)) for s in range(3)])
        if minute % 30 == 0:
            await store.flush()
    await store.close()
    raw, _ = history(path, "cdu", "h1", "cdu-01", "q", "sensor", ACTUAL, T0, T0 + 3_600_000, 10_000)
    assert not len(raw)  # `q` has no means: only raw rows hold it
    assert supply(path, T0, T0 + 3_600_000)[1].tolist() == [float(m) for m in range(60)]


async def test_history_filled_in_behind_the_live_stream(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = LocalStore(site, path)
    await store.open()
    live = T0 + 86_400_000
    store.put([cdu(live + 1000 * s, 40.0) for s in range(120)])
    store.put([cdu(T0 + 60_000 * m, 30.0) for m in range(600)], lane="past")
    store.finish("past")
    await store.flush()
    assert supply(path, T0, T0 + 36_000_000, points=100)[1] == pytest.approx(np.full(100, 30.0))
    assert store.health()["late"] == 0
    await store.close()


def snapshot(site: Site, ts_ms: int, scenario: str = ACTUAL) -> Snapshot:
    values = {c: np.full((site.count(c), len(k.columns)), 50.0) for c, k in CLASSES.items()}
    measured = {c: np.full((site.count(c), len(k.measured)), 0.5) for c, k in CLASSES.items()}
    quality = {c: np.ones(v.shape, np.uint8) for c, v in measured.items()}
    racks = (site.count("rack"), site.gpus_per_rack)
    return Snapshot(ts_ms, scenario, values, values, measured, quality, np.full(racks, 60.0), np.full(racks, 900.0))


async def test_a_snapshot_comes_back_in_boundary_units(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    await stored(site, path, [Emit(snapshot(site, T0)), Emit(snapshot(site, T0, "forecast"))])
    for scenario in (ACTUAL, "forecast"):
        found = history(path, "rack", "h1", "r001", "power_kw", "twin", scenario, T0, T0 + 1, 10)
        assert found[1].tolist() == [0.05]
    assert history(path, "rack", "h1", "r001", "supply_c_residual", "twin", ACTUAL, T0, T0 + 1, 10)[1].tolist() == [0.5]


async def test_another_set_of_fields_is_another_series_read_as_one(site: Site, tmp_path: Path) -> None:
    """A file of an earlier version, whose class had fewer columns, goes on being read."""
    path = tmp_path / "store.db"
    await stored(site, path, [cdu(T0, 30.0)])
    store = LocalStore(site, path)
    store._db.execute("UPDATE series SET fields = ? WHERE measurement = 'cdu' AND asset = 'cdu-01'", (json.dumps(["tcs_supply_c"]),))
    await store.open()
    store.put([cdu(T0 + 1000, 31.0)])
    await store.close()
    assert supply(path, T0, T0 + 5000)[1].tolist() == [30.0, 31.0]
