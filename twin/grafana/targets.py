"""A query as a panel carries it."""
from __future__ import annotations

from typing import Any

from twin.grafana.influxql import CHOSEN, SENSOR, Column, Select, agg

DATA = {"type": "influxdb", "uid": "${ds}"}
ALONE = r"^(.*) · actual$"  # the plant itself needs no label: only other scenarios keep theirs

Target = dict[str, Any]


def target(query: str, alias: str = "", table: bool = False) -> Target:
    """A raw InfluxQL target; `refId` is set by the panel that takes it."""
    shape = {"resultFormat": "table" if table else "time_series"}
    return {"datasource": DATA, "query": query, "rawQuery": True, **shape, **({"alias": alias} if alias else {})}


def trend(measurement: str, *columns: Column, src: str = "twin", by: str = "", fill: str = "null", every: str = "$__interval",
          where: tuple[str, ...] = (), scenario: str = CHOSEN) -> Target:
    """Columns over time, one line an asset (`by`) and, for the twin's own values, a scenario."""
    overlay = src != SENSOR and scenario == CHOSEN
    tags = (*((by,) if by else ()), *(("scenario",) if overlay else ()))
    named = any(c.name for c in columns)
    alias = " ".join((*((f"$tag_{by}",) if by else ()), *(("$col",) if named else ()), *(("· $tag_scenario",) if overlay else ())))
    query = Select(measurement, columns, src, tags, every, where, scenario, fill)
    return target(str(query), alias)


def means(measurement: str, names: dict[str, str], **options: Any) -> Target:
    """`names`: column -> legend; the mean of each over the bucket."""
    return trend(measurement, *(agg("mean", c, n) for c, n in names.items()), **options)
