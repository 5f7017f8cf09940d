"""Panels: each function returns one, without id and place (the board gives both)."""
from __future__ import annotations

from typing import Any

from twin.grafana.limits import PLAIN, Steps
from twin.grafana.targets import ALONE, DATA, Target

Panel = dict[str, Any]
BRIDGE_MS = 180_000  # a line crosses gaps of up to 3 min (history is minutely); longer silence is shown as a gap


def thresholds(steps: Steps) -> dict[str, Any]:
    return {"mode": "absolute", "steps": [{"value": v, "color": c} for v, c in steps]}


def by_name(name: str, **properties: Any) -> dict[str, Any]:
    return _override({"id": "byName", "options": name}, properties)


def by_regex(pattern: str, **properties: Any) -> dict[str, Any]:
    return _override({"id": "byRegexp", "options": f"/{pattern}/"}, properties)


def _override(matcher: dict[str, str], properties: dict[str, Any]) -> dict[str, Any]:
    """Property ids contain dots: `custom__lineWidth` stands for `custom.lineWidth`."""
    listed = [{"id": k.replace("__", "."), "value": v} for k, v in properties.items()]
    return {"matcher": matcher, "properties": listed}


def right_axis(pattern: str, unit: str, **more: Any) -> dict[str, Any]:
    """A second scale for the series whose names match."""
    return by_regex(pattern, unit=unit, custom__axisPlacement="right", **more)


WHAT_IF = by_regex(" · .+$", custom__lineStyle={"fill": "dash", "dash": [8, 6]})


def _panel(kind: str, title: str, description: str, targets: list[Target], defaults: dict[str, Any], options: dict[str, Any],
           overrides: list[dict[str, Any]] | None = None, **rest: Any) -> Panel:
    lettered = [{"refId": chr(ord("A") + i), **t} for i, t in enumerate(targets)]
    return {
        "type": kind, "title": title, "description": description, "datasource": DATA, "targets": lettered,
        "fieldConfig": {"defaults": defaults, "overrides": overrides or []}, "options": options, **rest,
    }


def _plain_names() -> list[dict[str, Any]]:
    return [{"id": "renameByRegex", "options": {"regex": ALONE, "renamePattern": "$1"}}]


def _lines(fill: int, stack: bool, width: int, style: str) -> dict[str, Any]:
    return {
        "drawStyle": style, "lineInterpolation": "linear", "lineWidth": width, "fillOpacity": fill, "gradientMode": "none",
        "showPoints": "never", "spanNulls": BRIDGE_MS, "axisPlacement": "auto", "axisLabel": "",
        "stacking": {"mode": "normal" if stack else "none", "group": "A"}, "thresholdsStyle": {"mode": "off"},
    }


def lines(title: str, description: str, unit: str, *targets: Target, overrides: tuple[dict[str, Any], ...] = (), fill: int = 6,
          stack: bool = False, width: int = 2, style: str = "line", steps: Steps | None = None, low: float | None = None,
          decimals: int | None = None, legend: str = "list", calcs: tuple[str, ...] = (), last: str | None = None) -> Panel:
    """A time series panel. `steps` are drawn as dashed lines; `last` fixes the panel's own range, e.g. "30d"."""
    custom = _lines(fill, stack, width, style)
    if steps:
        custom["thresholdsStyle"] = {"mode": "dashed"}
    bounds = {k: v for k, v in {"min": low, "decimals": decimals}.items() if v is not None}
    defaults = {"unit": unit, "color": {"mode": "palette-classic"}, "custom": custom, "thresholds": thresholds(steps or PLAIN), **bounds}
    options = {"legend": {"displayMode": legend, "placement": "bottom", "showLegend": True, "calcs": list(calcs)},
               "tooltip": {"mode": "multi", "sort": "desc"}}
    own = {"timeFrom": last} if last else {}
    return _panel("timeseries", title, description, list(targets), defaults, options, [*overrides, WHAT_IF],
                  interval="10s", transformations=_plain_names(), **own)


def _number(unit: str, steps: Steps, decimals: int | None, low: float | None, high: float | None) -> dict[str, Any]:
    bounds = {k: v for k, v in {"min": low, "max": high, "decimals": decimals}.items() if v is not None}
    return {"unit": unit, "thresholds": thresholds(steps), "color": {"mode": "thresholds"}, "noValue": "no data", **bounds}


def _reduce(calc: str) -> dict[str, Any]:
    return {"values": False, "calcs": [calc], "fields": ""}


def stat(title: str, description: str, unit: str, *targets: Target, steps: Steps = PLAIN, decimals: int | None = None,
         calc: str = "lastNotNull") -> Panel:
    """One number with its recent course behind it."""
    options = {"reduceOptions": _reduce(calc), "orientation": "auto", "textMode": "auto", "colorMode": "value",
               "graphMode": "area", "justifyMode": "auto"}
    return _panel("stat", title, description, list(targets), _number(unit, steps, decimals, None, None), options, interval="10s",
                  transformations=_plain_names())


def gauge(title: str, description: str, unit: str, *targets: Target, steps: Steps, low: float, high: float) -> Panel:
    options = {"reduceOptions": _reduce("lastNotNull"), "orientation": "auto", "showThresholdLabels": False, "showThresholdMarkers": True}
    return _panel("gauge", title, description, list(targets), _number(unit, steps, None, low, high), options, interval="10s",
                  transformations=_plain_names())


def heatmap(title: str, description: str, unit: str, *targets: Target, low: float, high: float, scheme: str = "Turbo") -> Panel:
    """One row a series, colour the value: nothing is counted into buckets (`calculate` false)."""
    options = {
        "calculate": False, "rowsFrame": {"layout": "auto", "value": title}, "cellGap": 0, "showValue": "never",
        "cellValues": {"unit": unit, "decimals": 1}, "yAxis": {"axisPlacement": "left", "reverse": True, "unit": "none"},
        "color": {"mode": "scheme", "scheme": scheme, "fill": "dark-orange", "scale": "exponential", "exponent": 1, "steps": 64,
                  "reverse": False, "min": low, "max": high},
        "legend": {"show": True}, "tooltip": {"mode": "single", "yHistogram": False, "showColorScale": True},
        "filterValues": {"le": -1e9}, "exemplars": {"color": "rgba(255,0,255,0.7)"},
    }
    defaults = {"custom": {"hideFrom": {"legend": False, "tooltip": False, "viz": False}, "scaleDistribution": {"type": "linear"}}}
    return _panel("heatmap", title, description, list(targets), defaults, options, interval="1m")


def table(title: str, description: str, *targets: Target, sort: str, descending: bool = True,
          overrides: tuple[dict[str, Any], ...] = (), transformations: tuple[dict[str, Any], ...] = ()) -> Panel:
    defaults = {"custom": {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": True, "inspect": False},
                "thresholds": thresholds(PLAIN), "color": {"mode": "thresholds"}}
    options = {"showHeader": True, "cellHeight": "sm", "footer": {"show": False, "reducer": ["sum"], "fields": ""},
               "sortBy": [{"displayName": sort, "desc": descending}]}
    hide = by_regex("^[Tt]ime$", custom__hidden=True)
    return _panel("table", title, description, list(targets), defaults, options, [hide, *overrides], transformations=list(transformations))


def coloured(name: str, unit: str, steps: Steps, decimals: int = 1) -> dict[str, Any]:
    """A table column in its unit, cell coloured by thresholds."""
    return by_name(name, unit=unit, decimals=decimals, thresholds=thresholds(steps), custom__cellOptions={"type": "color-text"})


def mapping(names: tuple[tuple[int, str, str], ...]) -> list[dict[str, Any]]:
    """Numbers as words with a colour."""
    options = [{str(v): {"text": text, "color": colour, "index": i}} for i, (v, text, colour) in enumerate(names)]
    return [{"type": "value", "options": o} for o in options]


def states(title: str, description: str, *targets: Target, steps: Steps, names: tuple[tuple[int, str, str], ...]) -> Panel:
    defaults = {"custom": {"fillOpacity": 75, "lineWidth": 0, "spanNulls": BRIDGE_MS}, "thresholds": thresholds(steps),
                "color": {"mode": "thresholds"}, "mappings": mapping(names)}
    options = {"mergeValues": True, "showValue": "never", "alignValue": "left", "rowHeight": 0.9,
               "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True}, "tooltip": {"mode": "single", "sort": "none"}}
    return _panel("state-timeline", title, description, list(targets), defaults, options, interval="10s", transformations=_plain_names())
