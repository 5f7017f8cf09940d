"""Lint of the committed dashboards: what a reader or Grafana would trip over is found here."""
from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest

from config.classes import CLASSES
from config.quantities import QUANTITIES
from tests import grafana_influxql as influxql
from tests import grafana_kit as kit
from twin.grafana import limits
from twin.grafana.board import COLUMNS
from twin.grafana.build import stale, texts
from twin.grafana.schema import TAGS, measurements
from twin.grafana.units import GRAFANA

BOARDS = kit.committed()
SCHEMA = measurements()
EACH = pytest.mark.parametrize("name", sorted(BOARDS))
PLACED = {"row", "timeseries", "stat", "gauge", "heatmap", "table", "state-timeline"}

# ids of Grafana's value formats (packages/grafana-data, valueFormats/categories); "suffix: x" is its free form
UNITS = {"none", "sci", "percent", "celsius", "kelvin", "watt", "kwatt", "kwatth", "volt", "rothz", "flowlpm", "litreh", "pressurekpa",
         "lengthmm", "s", "string", "short"}
SAMPLE = {"site": ("s",), "hall": ("a", "b"), "scenario": ("actual", "what-if"), "rack": ("r-1",), "id": ("r-1",)}


def known_unit(unit: str) -> bool:
    return unit in UNITS or unit.startswith("suffix: ")


def choices(board: kit.Board) -> Iterator[kit.Values]:
    """Every value of the variables that stand for names of the schema; ordinary values for the others."""
    if "cls" not in kit.variables(board):
        yield SAMPLE
        return
    for cls in kit.variables(board)["cls"]["query"].split(","):
        yield from ({**SAMPLE, "cls": (cls,), "column": (column,)} for column in CLASSES[cls].measured)


def everything(board: kit.Board) -> list[kit.Asked]:
    return kit.asked(board) + kit.annotations(board)


def test_files_are_what_the_generator_makes() -> None:
    assert stale() == []
    assert texts() == texts()


def test_seven_dashboards_with_unique_uids_and_titles() -> None:
    assert len(BOARDS) == 7
    for key in ("uid", "title"):
        assert len({b[key] for b in BOARDS.values()}) == len(BOARDS)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,40}", b["uid"]) for b in BOARDS.values())  # Grafana's rule for a uid


@EACH
def test_panel_ids_are_unique(name: str) -> None:
    ids = [p["id"] for p in kit.panels(BOARDS[name])]
    assert len(ids) == len(set(ids))


def overlap(a: dict[str, int], b: dict[str, int]) -> bool:
    return a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]


@EACH
def test_panels_lie_in_the_grid_without_overlap(name: str) -> None:
    groups = [BOARDS[name]["panels"], *(p["panels"] for p in BOARDS[name]["panels"] if p.get("panels"))]
    for group in groups:
        places = [p["gridPos"] for p in group]
        assert all(0 <= g["x"] and 0 < g["w"] and 0 < g["h"] and g["x"] + g["w"] <= COLUMNS for g in places)
        assert not [pair for pair in itertools.combinations(places, 2) if overlap(*pair)]


@EACH
def test_every_line_of_panels_fills_the_width(name: str) -> None:
    """A gap at the right edge is a panel that was forgotten or a width that does not add up."""
    for group in [BOARDS[name]["panels"], *(p["panels"] for p in BOARDS[name]["panels"] if p.get("panels"))]:
        widths: dict[int, int] = {}
        for g in (p["gridPos"] for p in group):
            widths[g["y"]] = widths.get(g["y"], 0) + g["w"]
        assert set(widths.values()) == {COLUMNS}


@EACH
def test_panels_say_what_they_show(name: str) -> None:
    for panel in kit.panels(BOARDS[name]):
        assert panel["type"] in PLACED
        assert panel["title"]
        if panel["type"] != "row":
            assert panel["description"].endswith("."), panel["title"]
            assert panel["targets"]


def units(node: Any) -> Iterator[str]:
    """Every unit anywhere in a panel: defaults, overrides, axes, cells."""
    if isinstance(node, dict):
        if isinstance(node.get("unit"), str):
            yield node["unit"]
        if node.get("id") == "unit":
            yield node["value"]
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from units(child)


@EACH
def test_units_are_grafanas(name: str) -> None:
    assert not [u for p in BOARDS[name]["panels"] for u in units(p) if not known_unit(u)]


def test_every_quantity_has_a_unit_in_grafana() -> None:
    assert {q.unit for q in QUANTITIES.values()} <= GRAFANA.keys()
    assert all(known_unit(u) for u in GRAFANA.values())


@EACH
def test_queries_name_only_what_is_stored(name: str) -> None:
    for values in choices(BOARDS[name]):
        for query in everything(BOARDS[name]):
            text = kit.ready(query, values, 10**13, 2 * 10**13)
            assert influxql.unknown(influxql.read(text), SCHEMA, TAGS) == [], f"{query.place}: {text}"


@EACH
def test_every_query_is_bounded_in_time(name: str) -> None:
    for query in everything(BOARDS[name]):
        inner = influxql.read(kit.ready(query, next(choices(BOARDS[name])), 10**13, 2 * 10**13))
        while isinstance(inner.source, influxql.Query):
            inner = inner.source
        assert inner.bounded, query.place


@EACH
def test_tables_group_by_at_most_one_tag(name: str) -> None:
    """Grafana's table format gives the values of several tags columns in random order."""
    for panel in kit.panels(BOARDS[name]):
        for target in panel.get("targets", ()):
            if target["resultFormat"] == "table":
                text = kit.ready(kit.Asked("", target["query"]), next(choices(BOARDS[name])), 10**13, 2 * 10**13)
                assert len(influxql.read(text).grouped) <= 1, panel["title"]


@EACH
def test_one_letter_a_target(name: str) -> None:
    for panel in kit.panels(BOARDS[name]):
        letters = [t["refId"] for t in panel.get("targets", ())]
        assert letters == sorted(set(letters))
        assert all(re.fullmatch("[A-Z]", letter) for letter in letters)


@EACH
def test_variables_are_defined_before_use(name: str) -> None:
    board = BOARDS[name]
    known: set[str] = {"ds"}
    for variable in board["templating"]["list"]:
        assert kit.used(variable["query"]) <= known, variable["name"]
        known.add(variable["name"])
    texts = [q.text for q in everything(board)] + [p["title"] for p in kit.panels(board)]
    assert set().union(*map(kit.used, texts)) <= known | kit.BUILT_IN


@EACH
def test_variable_queries_name_what_is_stored(name: str) -> None:
    for values in choices(BOARDS[name]):
        for variable in BOARDS[name]["templating"]["list"]:
            if variable["type"] == "query":
                names = re.findall(r'"([^"]+)"', kit.fill(variable["query"], values))
                assert names[0] in SCHEMA
                assert set(names[1:]) <= set(TAGS)


@EACH
def test_every_data_source_is_the_variable_or_grafanas_own(name: str) -> None:
    board = BOARDS[name]
    sources = [t["datasource"] for p in kit.panels(board) for t in (p, *p.get("targets", ())) if "datasource" in t]
    assert {s["uid"] for s in sources} == {"${ds}"}
    assert {a["datasource"]["uid"] for a in board["annotations"]["list"]} == {"${ds}", "-- Grafana --"}


@EACH
def test_dashboards_link_to_one_another(name: str) -> None:
    board = BOARDS[name]
    link = board["links"][0]
    assert set(link["tags"]) <= set(board["tags"])
    assert link["keepTime"] and link["includeVars"]


@EACH
def test_thresholds_rise(name: str) -> None:
    """Grafana takes the last step below the value: unsorted steps would colour wrongly."""
    for panel in kit.panels(BOARDS[name]):
        if "fieldConfig" in panel and "thresholds" in panel["fieldConfig"]["defaults"]:
            steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
            values = [s["value"] for s in steps]
            assert values[0] is None
            assert values[1:] == sorted(set(values[1:]))


def test_limits_rise() -> None:
    for steps in (v for v in vars(limits).values() if isinstance(v, tuple) and v and len(v[0]) == 2):
        assert [s[0] for s in steps[1:]] == sorted(s[0] for s in steps[1:])


@pytest.mark.parametrize(("text", "wrong"), [
    ('SELECT mean("suply_c") FROM "loop" WHERE time >= 1ms', ["suply_c"]),
    ('SELECT mean("supply_c") FROM "lop" WHERE time >= 1ms', ["lop"]),
    ('SELECT mean("supply_c") FROM "loop" WHERE "room" = \'a\' AND time >= 1ms', ["room"]),
    ('SELECT mean("supply_c") FROM "loop" WHERE time >= 1ms GROUP BY time(1m), "rack" fill(none)', ["rack"]),
    ('SELECT max("y") FROM (SELECT mean("supply_c") AS "x" FROM "loop" WHERE time >= 1ms GROUP BY "id")', ["y"]),
    ('SELECT mean(/^temp_c$/) FROM "gpu" WHERE time >= 1ms', ["/^temp_c$/"]),
    ('SELECT mean("supply_c_mean") FROM "loop" WHERE time >= 1ms', ["supply_c_mean"]),
])
def test_the_lint_sees_a_wrong_name(text: str, wrong: list[str]) -> None:
    assert influxql.unknown(influxql.read(text), SCHEMA, TAGS) == wrong


@pytest.mark.parametrize("text", [
    'SELECT abs("supply_c") FROM "loop"', 'SELECT mean("supply_c") FROM "loop" SLIMIT 1', 'SELECT mean("supply_c") FROM loop',
    'SELECT mean("supply_c") FROM "loop" WHERE "site" =~ /^$/ AND $timeFilter', 'from(bucket: "b") |> range(start: -1h)',
])
def test_the_lint_refuses_what_some_version_cannot(text: str) -> None:
    with pytest.raises(ValueError):
        influxql.read(text)


def test_variables_are_filled_as_grafana_fills_them() -> None:
    text = '"hall" =~ /^$hall$/ AND "id" =~ /^${id}$/'
    assert kit.fill(text, {"hall": ("a", "b"), "id": ("x.1",)}) == '"hall" =~ /^(a|b)$/ AND "id" =~ /^x\\.1$/'
