"""Forecast: four hours ahead beside what is, with its band, and how well it was foretold."""
from __future__ import annotations

from twin.forecast.scores import BAND
from twin.grafana import limits
from twin.grafana.board import COMMON as SHARED
from twin.grafana.board import Board, Row
from twin.grafana.influxql import ACTUAL, Column, Select, agg
from twin.grafana.panels import Panel, by_name, by_regex, lines, table
from twin.grafana.targets import Target, target
from twin.grafana.units import unit
from twin.wire.scores import MEASUREMENT

AHEAD = "\"scenario\" = 'forecast'"
VARIABLES = SHARED[:3]  # source, site and halls: the scenario is the forecast
STYLE = (by_name("high", custom__fillBelowTo="low", custom__fillOpacity=18, custom__lineWidth=0, custom__spanNulls=True, color={"mode": "fixed", "fixedColor": "orange"},
                 custom__hideFrom={"legend": True, "tooltip": False, "viz": False}),
         by_name("low", custom__lineWidth=0, custom__spanNulls=True, color={"mode": "fixed", "fixedColor": "orange"},
                 custom__hideFrom={"legend": True, "tooltip": False, "viz": False}),
         by_regex("foretold$", custom__lineStyle={"fill": "dash", "dash": [8, 6]}, custom__spanNulls=True, color={"mode": "fixed", "fixedColor": "orange"}))


def _bound(column: str, sign: str, name: str) -> Column:
    return Column(f'mean("{column}") {sign} {BAND:.3f} * mean("{column}_std")', name)


def _course(cls: str, column: str) -> tuple[Target, Target]:
    """What is, and what is foretold with its 5 and 95 %; the loops of the chosen halls together."""
    told = (agg("mean", column, "foretold"), _bound(column, "-", "low"), _bound(column, "+", "high"))
    return (target(str(Select(cls, (agg("mean", column, "now and before"),), scenario=ACTUAL)), "$col"),
            target(str(Select(cls, told, scenario=AHEAD, fill="none")), "$col"))


def _panel(title: str, cls: str, column: str) -> Panel:
    return lines(title, "The twin, and the newest forecast of each moment with its 5 and 95 %. Left of now stand forecasts a minute old.", unit(column),
                 *_course(cls, column), overrides=STYLE, fill=0)


CURVES = (_panel("IT power", "site", "it_kw"), _panel("Facility power", "site", "facility_kw"), _panel("GPU margin", "site", "gpu_margin_k"),
          _panel("Facility supply", "loop", "supply_c"), _panel("Facility return", "loop", "return_c"), _panel("Outdoor air", "weather", "dry_bulb_c"))


def _scores(field: str, name: str) -> Target:
    query = Select(MEASUREMENT, (agg("mean", field, name),), by=("id", "horizon"), scenario=AHEAD, halls=False, fill="none", every="5m",
                   where=("\"id\" =~ /^(site.it_kw|site.facility_kw|site.gpu_margin_k|loop.supply_c|weather.dry_bulb_c)$/",))
    return target(str(query), "$tag_id $tag_horizon")


SKILL = lines("Skill", "1 - RMSE / RMSE of the forecast that nothing changes, over the last day: 1 perfect, 0 no better, below 0 worse.", "none", _scores("skill", "skill"),
              decimals=2, fill=0, legend="table", calcs=("lastNotNull", "mean"))
COVERAGE = lines("Coverage of the band", "Share of what came that fell between 5 and 95 %; 0.9 where the band is right.", "none", _scores("coverage", "coverage"),
                 decimals=2, fill=0, low=0, legend="table", calcs=("lastNotNull", "mean"))
NEWEST = table("Newest scores, a quarter of an hour ahead", "RMSE in the unit of the column, beside that of the forecast that nothing changes.",
               target(str(Select(MEASUREMENT, tuple(agg("last", f, n) for f, n in (("skill", "Skill"), ("coverage", "Coverage"), ("rmse", "RMSE"),
                                                                                  ("persistence_rmse", "RMSE, nothing changes"), ("n", "Forecasts"))),
                                 by=("id",), every=None, scenario=AHEAD, halls=False, where=("\"horizon\" = '15min'",))), table=True),
               sort="Skill", overrides=(by_name("Skill", thresholds={"mode": "absolute", "steps": [{"value": v, "color": c} for v, c in limits.SKILL]},
                                                custom__cellOptions={"type": "color-text"}),))

BOARD = Board("forecast", "Boucle · Forecast", "The next four hours, how sure that is, and how well it was foretold.", VARIABLES,
              (Row("Ahead", tuple((panel, 12, 8) for panel in CURVES)), Row("How good it is", ((SKILL, 12, 10), (COVERAGE, 12, 10), (NEWEST, 24, 9)))),
              span="now-4h", until="now+4h")
