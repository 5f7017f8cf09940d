"""Weather and jobs that are told: from files, from the broker, and what cannot be used."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from config.errors import ConfigError
from tests.futures import grounded
from twin.service.outlook import Told, epw, from_files, topics
from twin.sources.inbox import Message

T0 = 1_772_366_400_000
WEATHER = {"title": "met", "ts": [T0, T0 + 3_600_000], "dry_bulb_c": [8.0, 10.0], "wet_bulb_c": [5.0, 11.0]}
JOBS = {"jobs": [{"racks": "r00*", "start": T0, "end": T0 + 60_000, "load": 0.9}]}


def told(counts: list[str]) -> Told:
    return Told(grounded("valence")[0], count=counts.append)


def message(at: int, body: object) -> Message:
    return Message(T0, topics("valence")[at], body if isinstance(body, bytes) else json.dumps(body).encode(), True)


def test_what_the_broker_tells_holds_until_the_next() -> None:
    counts: list[str] = []
    t = told(counts)
    assert t.take(message(0, WEATHER)) and t.take(message(1, JOBS))
    assert t.outlook.weather.at(T0 + 1_800_000)[0] == pytest.approx(9.0)
    assert t.outlook.weather.wet_bulb[1] == 10.0  # never above the dry bulb
    assert len(t.outlook.jobs[0].racks) == 9
    assert t.take(message(1, {"jobs": []}))
    assert t.outlook.jobs == ()
    assert not t.take(Message(T0, "dc/valence/h1/cdu/cdu-01/tele", b"{}"))
    assert counts == ["outlooks"] * 3


@pytest.mark.parametrize(("at", "body"), [(0, b"{"), (0, WEATHER | {"ts": [T0, T0]}), (0, WEATHER | {"dry_bulb_c": [1.0]}), (0, WEATHER | {"dry_bulb_c": [1e9, 0]}),
                                          (1, {"jobs": [JOBS["jobs"][0] | {"racks": "nowhere"}]}), (1, {"jobs": [JOBS["jobs"][0] | {"load": 2}]})])
def test_what_cannot_be_used_is_counted_and_changes_nothing(at: int, body: object) -> None:
    counts: list[str] = []
    t = told(counts)
    t.take(message(0, WEATHER))
    t.take(message(1, JOBS))
    before = t.outlook
    assert t.take(message(at, body))
    assert t.outlook is before
    assert counts[-1] == "rejected_outlook"


def test_a_typical_year_is_laid_on_this_one() -> None:
    rows = [f"1999,{1},{1},{1},0,x,{hour % 24:.1f},0,50,0" for hour in range(8760)]
    w = epw("\n".join(["LOCATION,a,b,c,d,e,45,5,1.0,120", *["x"] * 7, *rows]), 2026, "town.epw")
    assert w.typical
    noon_utc = 1_772_366_400_000  # 13 h local standard time: half way between the rows that stand for 12..13 h and 13..14 h
    assert w.at(noon_utc)[0] == pytest.approx(12.5)
    assert (w.wet_bulb < w.dry_bulb + 1e-6).all()
    assert np.all(np.diff(w.ts_ms) == 3_600_000)


def test_files_are_read_and_faults_name_them(tmp_path: Path) -> None:
    g = grounded("valence")[0]
    good, bad = tmp_path / "w.json", tmp_path / "j.json"
    good.write_text(json.dumps(WEATHER))
    bad.write_text('{"jobs": [{"racks": "r001"}]}')
    assert from_files(g, good, None, 2026).weather.title == "met"
    with pytest.raises(ConfigError, match=r"j\.json"):
        from_files(g, None, bad, 2026)
    (tmp_path / "x.epw").write_text("nothing")
    with pytest.raises(ConfigError, match=r"x\.epw"):
        from_files(g, tmp_path / "x.epw", None, 2026)
