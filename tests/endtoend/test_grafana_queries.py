"""Every query of every dashboard on real InfluxDBs: each variable is filled by its own query, each panel query returns rows."""
from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from config.classes import CLASSES
from config.load import load_site
from config.site import Site
from tests import grafana_influxql, grafana_plant
from tests import grafana_kit as kit
from tests.servers import Influx
from twin.events import Alarm, AlarmChange, Score
from twin.grafana.schema import ALARM, SITE_WIDE, rolled, twin_fields
from twin.wire.alarms import alarm_line
from twin.wire.scores import MEASUREMENT as SCORES
from twin.wire.scores import score_line

DATABASE = "grafana"
END_MS = 1_772_366_400_000  # 2026-03-01T12:00:00Z: a fixed noon, so that every run asks the same questions
START_MS = END_MS - 2 * 3_600_000
COMPARE = "compare.json"


# ------------------------------------------------------------ the server

def call(server: Influx, path: str, body: bytes | None = None, method: str = "") -> bytes:
    """The requests Grafana's InfluxQL mode makes: `/query?db=` with an `Authorization: Token` header on 2.x."""
    headers = {"Authorization": f"Token {server.token}"} if server.token else {}
    request = urllib.request.Request(server.url + path, body, headers, method=method or None)
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return bytes(reply.read())
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{path[:200]}: {error.code} {error.read()[:500]!r}") from error


def ask(server: Influx, text: str) -> list[dict[str, Any]]:
    """Series of one statement; an error of the server is a failure with the query in it."""
    path = "/query?" + urllib.parse.urlencode({"db": DATABASE, "q": text, "epoch": "ms"})
    result = json.loads(call(server, path))["results"][0]
    assert "error" not in result, f"{result['error']}: {text}"
    return result.get("series", [])


def create(server: Influx) -> None:
    if not server.token:
        call(server, "/query?" + urllib.parse.urlencode({"q": f"CREATE DATABASE {DATABASE}"}), b"")
        return
    org = json.loads(call(server, "/api/v2/orgs?org=" + server.org))["orgs"][0]["id"]
    call(server, "/api/v2/buckets", json.dumps({"orgID": org, "name": DATABASE, "retentionRules": []}).encode())


def write(server: Influx, lines: list[bytes]) -> None:
    for i in range(0, len(lines), 5000):
        call(server, f"/write?db={DATABASE}", b"\n".join(lines[i:i + 5000]), "POST")


# ------------------------------------------------------------ a plant in the store's schema

def line(measurement: str, hall: str, asset: str, src: str, fields: dict[str, float], ts_ms: int, scenario: str = "actual") -> str:
    numbers = ",".join(f"{name}={value!r}" for name, value in fields.items())
    return f"{measurement},site=alpha,hall={hall},id={asset},src={src},scenario={scenario} {numbers} {ts_ms * 1_000_000}"


def assets(cls: str) -> list[tuple[str, str]]:
    """Two of each class, in two halls; ids repeat from hall to hall as in sites of several halls alike."""
    if cls in SITE_WIDE:
        return [("site", f"{cls}-{i}") for i in (1, 2)]
    return [(hall, f"{cls}-{i}") for hall in ("h1", "h2") for i in (1, 2)]


def at(cls: str, ts_ms: int) -> Iterator[str]:
    """All lines of one class at one moment, every field of the schema."""
    measured, columns = CLASSES[cls].measured, CLASSES[cls].columns
    for n, (hall, asset) in enumerate(assets(cls)):
        value = 20.0 + n + ts_ms % 7
        if measured:
            yield line(cls, hall, asset, "sensor", dict.fromkeys((*measured, "q"), value), ts_ms)
        for scenario in ("actual", "what-if"):
            yield line(cls, hall, asset, "twin", dict.fromkeys(twin_fields(cls), value), ts_ms, scenario)
        for width, step in (("1m", 60_000), ("1h", 3_600_000)):
            if ts_ms % step == 0:
                yield line(f"{cls}_{width}", hall, asset, "twin", dict.fromkeys(rolled(columns), value), ts_ms)
                yield line(f"{cls}_{width}", hall, asset, "sensor", dict.fromkeys(rolled(columns), value), ts_ms)
        if cls == "rack":
            gpus = {f"{stem}_{i:02d}_{unit}": value + i for stem, unit in (("temp", "c"), ("power", "w")) for i in range(72)}
            yield line("gpu", hall, asset, "sensor", gpus, ts_ms)


def plant() -> list[str]:
    """Two hours, a reading every 30 s; in the middle a leak and an open feed."""
    lines = [text for cls in CLASSES for ts in range(START_MS, END_MS, 30_000) for text in at(cls, ts)]
    middle = (START_MS + END_MS) // 2 + 1_000
    return lines + ahead() + [line("rack", "h1", "rack-1", "sensor", {"leak_on": 1.0}, middle),
                    line("feed", "site", "feed-1", "sensor", {"closed_on": 0.0}, middle), alarm(middle)]


def ahead() -> list[str]:
    """Forecasts of every class and the scores of some, of the made-up site."""
    valence = load_site("valence")
    alpha = replace(valence, model=valence.model.model_copy(update={"id": "alpha"}))
    told = [line(cls, hall, asset, "twin", dict.fromkeys(twin_fields(cls), 21.0), ts, "forecast")
            for cls in ("site", "loop", "weather") for hall, asset in assets(cls) for ts in range(START_MS, END_MS, 300_000)]
    scored = [Score(ts, "forecast", column, horizon, 0.3, 0.9, 10.0, 12.0, 60.0) for ts in range(START_MS, END_MS, 300_000)
              for column in ("site.it_kw", "loop.supply_c") for horizon in (900.0, 3600.0)]
    return told + [score_line(alpha, s).decode() for s in scored]


def alarm(ts_ms: int) -> str:
    """A change as the twin writes it, of the made-up site."""
    valence = load_site("valence")
    alpha = replace(valence, model=valence.model.model_copy(update={"id": "alpha"}))
    raised = Alarm("h1:rack:r001:leak_detected", "leak_detected", "rack", 0, "", -1, "unacknowledged", 1, True, ts_ms, ts_ms, ts_ms, ts_ms, 0.0, "wet")
    return alarm_line(alpha, AlarmChange(ts_ms, 0, "raise", "normal", raised)).decode()


# ------------------------------------------------------------ what is written, once a server

RUN_MS = END_MS - 65 * 60_000  # one whole hour for the hourly measurements, and five minutes before it


@cache
def run(name: str) -> tuple[Site, list[bytes]]:
    """A real site, its simulated instruments and the twin; the same lines for both servers."""
    site = load_site(name)
    return site, list(grafana_plant.lines(site, RUN_MS, END_MS))


@cache
def filled(server: Influx, name: str) -> Influx:
    """The server with the lines of a site in it; `alpha` is the made-up one."""
    if name == "alpha":
        create(server)
        write(server, [text.encode() for text in plant()])
    else:
        write(filled(server, "alpha"), run(name)[1])
    return server


SERVERS = ("influx1", "influx2")


@pytest.fixture(scope="module", params=SERVERS)
def store(request: pytest.FixtureRequest) -> Influx:
    return filled(request.getfixturevalue(request.param), "alpha")


@pytest.fixture(scope="module", params=[f"{server}-{site}" for server in SERVERS for site in ("valence", "frontier")])
def followed(request: pytest.FixtureRequest) -> tuple[Influx, Site]:
    server, site = request.param.split("-")
    return filled(request.getfixturevalue(server), site), run(site)[0]


# ------------------------------------------------------------ variables

def answers(server: Influx, variable: dict[str, Any], values: kit.Values) -> tuple[str, ...]:
    """What a variable's query offers: tag values, or field names cut out by the variable's regex."""
    series = ask(server, kit.fill(variable["query"], values))
    column = 1 if variable["query"].startswith("SHOW TAG VALUES") else 0
    found = {row[column] for s in series for row in s["values"]}
    pattern = re.compile(variable["regex"].strip("/") or "^(.*)$")
    return tuple(sorted({m[1] for v in found if (m := pattern.search(v))}))


def chosen(server: Influx, board: kit.Board, **fixed: str) -> kit.Values:
    """Values as after opening the dashboard: the preselected one, else all where All is offered, else the first."""
    values: kit.Values = {k: (v,) for k, v in fixed.items()}
    for name, variable in kit.variables(board).items():
        if variable["type"] != "query" or name in fixed:
            continue
        offered = answers(server, variable, values)
        assert offered, f"{board['uid']}: variable {name} offers nothing"
        current = variable["current"].get("value") or ()
        preset = tuple(v for v in ([current] if isinstance(current, str) else current) if v in offered)
        values[name] = preset or (offered if variable["includeAll"] else offered[:1])
    return values


def rows(series: list[dict[str, Any]]) -> int:
    """Rows with a number in them: a bucket of nulls is not an answer."""
    return sum(any(isinstance(v, float | int) for v in row[1:]) for s in series for row in s["values"])


def silent(server: Influx, queries: list[kit.Asked], values: kit.Values) -> list[str]:
    texts = [(q.place, kit.ready(q, values, START_MS, END_MS)) for q in queries]
    return [f"{place}: {text}" for place, text in texts if not rows(ask(server, text))]


# ------------------------------------------------------------ tests

BOARDS = kit.committed()


@pytest.mark.parametrize("name", sorted(BOARDS.keys() - {COMPARE}))
def test_every_panel_query_returns_rows(store: Influx, name: str) -> None:
    board = BOARDS[name]
    assert silent(store, kit.asked(board), chosen(store, board)) == []


@pytest.mark.parametrize("name", sorted(BOARDS.keys() - {COMPARE}))
def test_annotations_find_the_leak_and_the_open_feed(store: Influx, name: str) -> None:
    board = BOARDS[name]
    assert silent(store, kit.annotations(board), chosen(store, board)) == []


@pytest.mark.parametrize("cls", kit.variables(BOARDS[COMPARE])["cls"]["query"].split(","))
def test_twin_versus_sensor_for_every_measured_column(store: Influx, cls: str) -> None:
    board = BOARDS[COMPARE]
    first = chosen(store, board, cls=cls)
    offered = answers(store, kit.variables(board)["column"], first)
    assert set(offered) == set(CLASSES[cls].measured)
    assert [s for column in offered for s in silent(store, kit.asked(board), {**first, "column": (column,)})] == []


def installed(site: Site, text: str) -> bool:
    """Whether the site has the class a query reads."""
    query = grafana_influxql.read(text)
    while isinstance(query.source, grafana_influxql.Query):
        query = query.source
    cls = query.source.split("_")[0]
    return cls == SCORES or bool(site.count("rack" if cls == "gpu" else cls))


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_after_a_run_every_query_returns_rows_where_the_site_has_the_class(followed: tuple[Influx, Site], name: str) -> None:
    server, site = followed
    board = BOARDS[name]
    values = chosen(server, board, site=site.id, **({"cls": "rack"} if name == COMPARE else {}))
    queries = kit.asked(board)
    texts = {q: kit.ready(q, values, RUN_MS, END_MS) for q in queries}
    assert silent(server, [q for q in queries if installed(site, texts[q])], values) == []
    absent = [q for q in queries if not installed(site, texts[q]) and f'"{ALARM}"' not in q.text]  # a plant may have alarms or none
    for query in absent + kit.annotations(board):
        assert ask(server, kit.ready(query, values, RUN_MS, END_MS)) == [], query.place  # no leak, no open feed, no such machine


def test_both_sites_together_have_every_class() -> None:
    """What one site lacks the other has: no query goes without an answer from a plant."""
    sites = [run(name)[0] for name in ("valence", "frontier")]
    assert [cls for cls in CLASSES if not any(s.count(cls) for s in sites)] == []


def test_scenarios_overlay(store: Influx) -> None:
    """Choosing a second scenario adds a line to the twin's trends and leaves the instruments alone."""
    board = BOARDS["overview.json"]
    values = chosen(store, board) | {"scenario": ("actual", "what-if")}
    power = next(q for q in kit.asked(board) if "Course" not in q.place and ": Power " in q.place)
    series = ask(store, kit.ready(power, values, START_MS, END_MS))
    assert {s["tags"]["scenario"] for s in series} == {"actual", "what-if"}


def test_tables_group_by_at_most_one_tag(store: Influx) -> None:
    """Grafana's table format puts the values of several tags into columns in random order."""
    for board in BOARDS.values():
        values = chosen(store, board, **({"cls": "rack"} if "cls" in kit.variables(board) else {}))
        tables = {t["query"] for p in kit.panels(board) for t in p.get("targets", ()) if t["resultFormat"] == "table"}
        for text in tables:
            series = ask(store, kit.ready(kit.Asked("", text), values, START_MS, END_MS))
            assert max(len(s.get("tags", {})) for s in series) <= 1, text
