"""InfluxQL text, inside the subset that InfluxDB 1.6, 2.x and 3 share: no Flux, no SLIMIT, no functions newer than 1.3."""
from __future__ import annotations

from dataclasses import dataclass

from twin.grafana.schema import SITE_WIDE

SENSOR, TWIN = "sensor", "twin"
ACTUAL = "\"scenario\" = 'actual'"
CHOSEN = '"scenario" =~ /^$scenario$/'


@dataclass(frozen=True, slots=True)
class Column:
    """One entry of a SELECT list: an expression and the name it gets in the legend (none: the asset names the line)."""

    expr: str
    name: str = ""

    def __str__(self) -> str:
        return f'{self.expr} AS "{self.name}"' if self.name else self.expr


def agg(function: str, field: str, name: str = "") -> Column:
    return Column(f'{function}("{field}")', name)


@dataclass(frozen=True, slots=True)
class Select:
    """One query. `by` are tags; `every` is the width of a time bucket (None: the whole range gives one row).

    `halls` keeps to the halls chosen on the dashboard, for assets that are in one.
    """

    measurement: str
    columns: tuple[Column, ...]
    src: str = TWIN
    by: tuple[str, ...] = ()
    every: str | None = "$__interval"
    where: tuple[str, ...] = ()
    scenario: str = CHOSEN
    fill: str = "null"
    halls: bool = True

    def __str__(self) -> str:
        names = ", ".join(str(c) for c in self.columns)
        return f'SELECT {names} FROM "{self.measurement}" WHERE {self.condition()}{self.grouping()}'

    def condition(self) -> str:
        wide = self.measurement.split("_")[0] in SITE_WIDE
        hall = () if wide or not self.halls else ('"hall" =~ /^$hall$/',)
        scenario = ACTUAL if self.src == SENSOR else self.scenario
        return " AND ".join(('"site" =~ /^$site$/', *hall, f"\"src\" = '{self.src}'", scenario, *self.where, "$timeFilter"))

    def grouping(self) -> str:
        keys = ([f"time({self.every})"] if self.every else []) + [f'"{t}"' for t in self.by]
        fill = f" fill({self.fill})" if self.every else ""
        return f" GROUP BY {', '.join(keys)}{fill}" if keys else ""


def rows_of(inner: Select) -> str:
    """One row an asset with its tags as plain columns: Grafana's table format mixes up tags when a query groups by two."""
    names = ", ".join(f'"{n}"' for n in (*inner.by, *(c.name for c in inner.columns)))
    return f"SELECT {names} FROM ({inner})"


def tag_values(measurement: str, key: str, **equal: str) -> str:
    """Query of a template variable; `equal` maps a tag to the variable that bounds it."""
    where = " AND ".join(f'"{tag}" =~ /^${variable}$/' for tag, variable in equal.items())
    return f'SHOW TAG VALUES FROM "{measurement}" WITH KEY = "{key}"' + (f" WHERE {where}" if where else "")
