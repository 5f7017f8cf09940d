"""The dashboard around the panels: variables, links, annotations and places in the 24-column grid."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin.grafana.influxql import SENSOR, Column, Select, tag_values
from twin.grafana.panels import Panel
from twin.grafana.targets import DATA

COLUMNS = 24
SCHEMA_VERSION = 39  # Grafana 11; newer ones migrate it when they load it
DATA_SOURCE_UID = "boucle"
TAG = "boucle"

Variable = dict[str, Any]
Placed = tuple[Panel, int, int]  # panel, width, height


@dataclass(frozen=True, slots=True)
class Row:
    """A titled strip of panels, laid out left to right, wrapped at 24 columns."""

    title: str
    panels: tuple[Placed, ...]
    collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard. `name` ends the uid and names the file; both never change, links and bookmarks hang on them."""

    name: str
    title: str
    description: str
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]
    span: str = "now-6h"
    until: str = "now"

    @property
    def uid(self) -> str:
        return f"boucle-{self.name}"


def place(panels: tuple[Placed, ...], top: int) -> tuple[list[Panel], int]:
    """Panels with their `gridPos` and the first free line below them."""
    placed, x, y, tallest = [], 0, top, 0
    for panel, width, height in panels:
        if x + width > COLUMNS:
            x, y, tallest = 0, y + tallest, 0
        placed.append({**panel, "gridPos": {"x": x, "y": y, "w": width, "h": height}})
        x, tallest = x + width, max(tallest, height)
    return placed, y + tallest


def stack(rows: tuple[Row, ...]) -> list[Panel]:
    """All rows below one another; a collapsed row carries its panels inside."""
    out: list[Panel] = []
    y = 0
    for row in rows:
        head = {"type": "row", "title": row.title, "collapsed": row.collapsed, "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1}}
        inside, below = place(row.panels, y + 1)
        out += [{**head, "panels": inside}] if row.collapsed else [{**head, "panels": []}, *inside]
        y = y + 1 if row.collapsed else below
    return out


def numbered(panels: list[Panel], first: int = 1) -> list[Panel]:
    out = []
    for panel in panels:
        inner = numbered(panel["panels"], first + 1) if panel.get("panels") else []
        out.append({"id": first, **panel, **({"panels": inner} if inner else {})})
        first += 1 + len(inner)
    return out


def _variable(name: str, label: str, kind: str, query: str, **more: Any) -> Variable:
    return {"name": name, "label": label, "type": kind, "query": query, "hide": 0, "skipUrlSync": False, **more}


def query_variable(name: str, label: str, query: str, description: str, many: bool = False, regex: str = "", first: str = "") -> Variable:
    """A variable filled from the store. `many` allows several values and All; `first` is preselected."""
    chosen = "$__all" if many and not first else first
    shown = {"selected": True, "text": ["All"] if chosen == "$__all" else chosen, "value": [chosen] if chosen == "$__all" else chosen}
    if many and first:
        shown = {"selected": True, "text": [first], "value": [first]}
    return _variable(name, label, "query", query, description=description, datasource=DATA, definition=query, regex=regex,
                     refresh=2, sort=1, multi=many, includeAll=many, options=[], current=shown if chosen else {})


def source_variable() -> Variable:
    current = {"selected": True, "text": "Boucle", "value": DATA_SOURCE_UID}
    return _variable("ds", "Data source", "datasource", "influxdb", description="InfluxDB in InfluxQL mode", regex="", refresh=1,
                     multi=False, includeAll=False, options=[], current=current)


def choice_variable(name: str, label: str, values: tuple[str, ...], description: str) -> Variable:
    options = [{"text": v, "value": v, "selected": v == values[0]} for v in values]
    return _variable(name, label, "custom", ",".join(values), description=description, multi=False, includeAll=False, options=options,
                     current=options[0])


SITE = query_variable("site", "Site", tag_values("site", "site"), "Site id")
HALL = query_variable("hall", "Hall", tag_values("loop", "hall", site="site"), "Halls of the site", many=True)
SCENARIO = query_variable("scenario", "Scenario", tag_values("site", "scenario", site="site"),
                          "actual is the plant; forecasts and what-ifs overlay it dashed", many=True, first="actual")
COMMON = (source_variable(), SITE, HALL, SCENARIO)


def _event(name: str, colour: str, query: str, text: str) -> dict[str, Any]:
    """An annotation from the store; `query` stands twice because Grafana moved it into `target` in version 9."""
    target = {"refId": "Anno", "query": query, "rawQuery": True, "textEditor": True, "resultFormat": "time_series"}
    return {"name": name, "datasource": DATA, "enable": True, "hide": False, "iconColor": colour, "query": query, "target": target,
            "textColumn": text, "tagsColumn": "id", "timeEndColumn": "", "titleColumn": ""}


def _moments(cls: str, column: str, function: str, condition: str) -> str:
    """One event an asset and 5 minutes while the condition holds, with the asset's id."""
    picked = (Column(f'{function}("{column}")', column), Column('"id"', "id"))
    return str(Select(cls, picked, SENSOR, every="5m", where=(condition,), fill="none"))


def annotations() -> list[dict[str, Any]]:
    grafana = {"type": "grafana", "uid": "-- Grafana --"}
    built_in = {"builtIn": 1, "name": "Annotations & Alerts", "datasource": grafana, "enable": True, "hide": True, "type": "dashboard",
                "iconColor": "rgba(0, 211, 255, 1)"}
    notes = {"name": "Notes tagged boucle", "datasource": grafana, "enable": True, "hide": False, "iconColor": "blue",
             "target": {"type": "tags", "tags": [TAG], "matchAny": False, "limit": 100}}
    leak = _event("Leak", "red", _moments("rack", "leak_on", "max", '"leak_on" > 0.5'), "leak_on")
    feed = _event("Feed open", "orange", _moments("feed", "closed_on", "min", '"closed_on" < 0.5'), "closed_on")
    return [built_in, notes, leak, feed]


def links() -> list[dict[str, Any]]:
    """The other dashboards, with range and variables kept."""
    return [{"type": "dashboards", "title": "Boucle", "tags": [TAG], "asDropdown": False, "icon": "external link", "includeVars": True,
             "keepTime": True, "targetBlank": False, "tooltip": "", "url": ""}]


def render(board: Board) -> dict[str, Any]:
    """The dashboard as Grafana reads it; same input, same bytes: no id, no version, no date."""
    return {
        "uid": board.uid, "title": board.title, "description": board.description, "tags": [TAG], "schemaVersion": SCHEMA_VERSION,
        "id": None, "editable": True, "graphTooltip": 1, "refresh": "10s", "timezone": "browser", "fiscalYearStartMonth": 0,
        "time": {"from": board.span, "to": board.until}, "timepicker": {"refresh_intervals": ["5s", "10s", "30s", "1m", "5m", "15m", "1h"]},
        "templating": {"list": list(board.variables)}, "annotations": {"list": annotations()}, "links": links(),
        "panels": numbered(stack(board.rows)),
    }
