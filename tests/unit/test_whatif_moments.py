"""Futures from moments that are past: what is kept, for how long, what comes back, what is refused."""
from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from config.yaml_lines import parse
from tests.futures import grounded, question
from twin.engine.ahead import present
from twin.engine.twin import start as twin_of
from twin.events import Moment
from twin.service.asker import Asker
from twin.service.moments import stored
from twin.service.request import Request
from twin.sinks.local import LocalStore
from twin.sinks.moments import EVERY_MS, HOUR_MS, held, thin
from twin.whatif.ask import ask
from twin.whatif.moments import packed, unpacked, when
from twin.whatif.question import asked
from twin.whatif.refusal import Refused
from twin.whatif.scenario import scenario

T0 = 1_790_000_400_000  # a whole ten minutes


def parts(value: object, path: str = ""):
    if is_dataclass(value):
        for f in fields(value):
            yield from parts(getattr(value, f.name), f"{path}.{f.name}")
    else:
        yield path, value


def worn_present():
    """A start with everything in it: learned parameters, doubts, conductances found."""
    g, _ = grounded("valence")
    s = present(g, twin_of(g.site))
    rng = np.random.default_rng(3)
    known = replace(s.known, leaves=replace(s.known.leaves, plate_factor=s.known.leaves.plate_factor * rng.uniform(0.9, 1.1, s.known.leaves.plate_factor.shape)))
    return g, replace(s, ts_ms=T0, known=known)


def test_a_moment_comes_back_as_it_was() -> None:
    g, s = worn_present()
    data = packed(g, s)
    before, after = dict(parts(s)), dict(parts(unpacked(g, data)))
    assert before.keys() == after.keys()
    for path, value in before.items():
        assert np.allclose(np.asarray(value, float), np.asarray(after[path], float), rtol=2e-7, atol=1e-9, equal_nan=True), path
    assert len(data) < 600_000


def test_the_same_question_from_a_kept_moment_has_the_same_answer() -> None:
    g, s = worn_present()
    q = question("pump-trip cdu-03", horizon_s=120)
    now, then = ask(g, s, q), ask(g, unpacked(g, packed(g, s)), q)
    assert now.start_ms == then.start_ms == T0
    assert then.first.at_s == pytest.approx(now.first.at_s, abs=0.01)
    assert then.future["rack.gpu_max_c"] == pytest.approx(now.future["rack.gpu_max_c"], abs=1e-3)


@pytest.mark.parametrize("data", [b"", b"garbage", b"x" * 5000])
def test_what_is_no_moment_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        unpacked(grounded("valence")[0], data)


def test_a_moment_of_another_site_is_refused() -> None:
    g, s = grounded("marseille")
    with pytest.raises(Refused, match="another site|cannot be read"):
        unpacked(grounded("valence")[0], packed(g, s))


async def store(tmp_path: Path, *moments: int) -> Path:
    g, s = grounded("valence")
    sink = LocalStore(g.site, tmp_path / "s.sqlite")
    await sink.open()
    sink.put([Moment(ts, packed(g, replace(s, ts_ms=ts))) for ts in moments])
    await sink.flush()
    await sink.close()
    return sink.path


async def test_the_nearest_earlier_moment_is_taken(tmp_path: Path) -> None:
    path = await store(tmp_path, T0, T0 + EVERY_MS, T0 + 2 * EVERY_MS)
    g = grounded("valence")[0]
    assert held(path) == [T0, T0 + EVERY_MS, T0 + 2 * EVERY_MS]
    assert stored(g, path, T0 + EVERY_MS + 5).ts_ms == T0 + EVERY_MS
    assert stored(g, path, T0 + 2 * EVERY_MS).ts_ms == T0 + 2 * EVERY_MS
    with pytest.raises(Refused, match=r"3 from 2026-09-21T14:20:00Z to 2026-09-21T14:40:00Z"):
        stored(g, path, T0 - 1)
    with pytest.raises(Refused, match="3 from"):
        stored(g, path, T0 + 5 * HOUR_MS)
    with pytest.raises(Refused, match="none at all"):
        stored(g, tmp_path / "no.sqlite", T0)


def test_old_moments_are_thinned_to_one_an_hour_then_go(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE moments (ts_ms INTEGER PRIMARY KEY, data BLOB)")
        db.executemany("INSERT INTO moments VALUES (?, x'00')", [(T0 + i * EVERY_MS,) for i in range(20 * 144)])
        thin(db, T0 + 20 * 24 * HOUR_MS)
        left = [ts for ts, in db.execute("SELECT ts_ms FROM moments ORDER BY ts_ms")]
    assert 0 < len(left) <= 144 + 24 * 13 + 1
    assert min(left) >= T0 + 6 * 24 * HOUR_MS
    assert {b - a for a, b in pairwise(left[1:200])} == {HOUR_MS}
    assert {b - a for a, b in pairwise(left[-100:])} == {EVERY_MS}


@pytest.mark.parametrize(("text", "ms"), [("2026-09-21T14:20Z", T0), ("2026-09-21T16:20+02:00", T0), (str(T0), T0), (T0, T0), ("2026-09-21 14:20", T0)])
def test_times_as_people_write_them(text: object, ms: int) -> None:
    assert when(text) == ms
    assert asked({"at": text}).at == ms


def test_what_is_no_time_is_refused_with_its_field() -> None:
    with pytest.raises(Refused, match="at: 'yesterday' is no time"):
        asked({"at": "yesterday"})


async def test_every_door_hands_the_moment_on(tmp_path: Path) -> None:
    path = await store(tmp_path, T0)
    g, s = grounded("valence")
    asker = Asker(g.site, lambda: s, lambda at_ms: stored(g, path, at_ms))
    try:
        found = await asker.ask(Request(ask="pump-trip cdu-03", horizon_s=30, at="2026-09-21T14:25Z"))
        assert b'"start_ms":%d' % T0 in found
        with pytest.raises(Refused, match="1 from 2026-09-21"):
            await asker.ask(Request(ask="pump-trip cdu-03", at="2026-09-20T14:25Z"))
        with pytest.raises(Refused, match="leave out either"):
            await asker.ask(Request(ask="pump-trip cdu-03", at=T0, start="designed"))
    finally:
        asker.close()


def test_a_scenario_file_may_name_its_moment() -> None:
    text = "schema: 1\ntitle: yesterday\nasks: what if\nat: 2026-09-21T14:20Z\nperturbations:\n  - {kind: pump-trip, cdu: cdu-03}\n"
    assert scenario(parse(text, "x.yaml")).at == T0
