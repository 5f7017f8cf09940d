"""Twin versus sensor: measured beside estimated, with its band, its residual and the verdict on each instrument."""
from __future__ import annotations

from config.classes import CLASSES
from twin.grafana import limits
from twin.grafana.board import Board, Row, choice_variable, query_variable, source_variable
from twin.grafana.influxql import ACTUAL, SENSOR, Column, Select, agg, tag_values
from twin.grafana.panels import Panel, by_name, by_regex, lines, mapping, states, table, thresholds
from twin.grafana.targets import Target, target
from twin.grafana.units import by_suffix

MEASURED = tuple(name for name, c in CLASSES.items() if c.measured)
BAND = 2  # standard deviations: 95 % of a normal distribution

SITE = query_variable("site", "Site", tag_values("site", "site"), "Site id")
CLASS = choice_variable("cls", "Class", MEASURED, "Asset class, the name of the measurement")
HALL = query_variable("hall", "Hall", tag_values("$cls", "hall", site="site"), "site for assets outside the halls")
ASSET = query_variable("id", "Asset", tag_values("$cls", "id", site="site", hall="hall"), "The asset compared")
COLUMN = query_variable("column", "Column", 'SHOW FIELD KEYS FROM "$cls"', "The measured column compared", regex="/^(.*)_residual$/",
                        first="supply_c")

ONE = '"id" =~ /^$id$/'
UNITS = tuple(by_regex(f"^[a-z0-9_]+_{suffix}( .*)?$", unit=u) for suffix, u in by_suffix().items())


def _one(*columns: Column, src: str = "twin", fill: str = "null") -> Target:
    """Columns of the chosen asset; a legend that starts with the column's name gets its unit from the suffix."""
    query = Select("$cls", columns, src, scenario=ACTUAL, where=(ONE,), fill=fill)
    return target(str(query), "$col")


def _bound(sign: str, name: str) -> Column:
    return Column(f'mean("${{column}}") {sign} {BAND} * mean("${{column}}_std")', name)


SIDE_BY_SIDE = lines(
    "$cls $id: $column measured and estimated",
    "The column's name ends in its unit. Points: the instrument. Line: the twin's estimate with two standard deviations either way.",
    "none",
    _one(agg("mean", "${column}", "measured"), src=SENSOR),
    _one(agg("mean", "${column}", "estimated"), _bound("-", "low"), _bound("+", "high")), fill=0,
    overrides=(by_name("high", custom__fillBelowTo="low", custom__fillOpacity=18, custom__lineWidth=0,
                                custom__hideFrom={"legend": True, "tooltip": False, "viz": False}),
               by_name("low", custom__lineWidth=0, custom__hideFrom={"legend": True, "tooltip": False, "viz": False}),
               by_name("measured", custom__drawStyle="points", custom__showPoints="always", custom__pointSize=4)),
    legend="table", calcs=("lastNotNull", "min", "max"))
RESIDUAL = lines("Residual", "Measured minus modelled before the update. White noise around zero is health; an offset is a bias.", "none",
                 _one(agg("mean", "${column}_residual", "${column} residual")), overrides=UNITS, fill=10)
DEVIATION = lines("Standard deviation of the estimate",
                  "How sure the twin is; it grows while an instrument is silent or disbelieved. Only estimated states "
                  "(temperatures) have one.", "none", _one(agg("mean", "${column}_std", "${column} std")), overrides=UNITS, low=0)
VERDICT = states("Verdict", "Worst verdict of each interval on the chosen column.",
                 _one(agg("max", "${column}_quality", "${column} verdict"), fill="none"), steps=limits.QUALITY, names=limits.QUALITY_NAMES)

BIAS = table("Residuals of the class", 
             "Mean (bias) and standard deviation (noise) of the chosen column's residual in the range shown, by asset.",
             target(str(Select("$cls", (agg("mean", "${column}_residual", "Bias"), agg("stddev", "${column}_residual", "Noise"),
                                        agg("max", "${column}_quality", "Worst verdict")), scenario=ACTUAL, by=("id",), every=None)),
                    table=True), sort="Worst verdict",
             overrides=(by_name("Worst verdict", mappings=mapping(limits.QUALITY_NAMES), thresholds=thresholds(limits.QUALITY),
                                custom__cellOptions={"type": "color-text"}),))


def _verdicts(cls: str) -> Target:
    """Latest verdict on every instrument of a class: one series each, named class, hall, asset and column."""
    columns = tuple(agg("last", f"{c}_quality", c) for c in CLASSES[cls].measured)
    return target(str(Select(cls, columns, by=("hall", "id"), every=None, scenario=ACTUAL, halls=False)), "$m $tag_hall $tag_id $col")


def _suspects() -> Panel:
    """Series reduced to rows; only suspect and stale ones are kept, so an empty table is good news."""
    keep = {"fieldName": "Verdict", "config": {"id": "greaterOrEqual", "options": {"value": 2}}}
    steps = ({"id": "reduce", "options": {"mode": "seriesToRows", "reducers": ["lastNotNull"], "labelsToFields": False}},
             {"id": "organize", "options": {"renameByName": {"Field": "Instrument", "Last *": "Verdict"}}},
             {"id": "filterByValue", "options": {"type": "include", "match": "all", "filters": [keep]}})
    shown = by_name("Verdict", mappings=mapping(limits.QUALITY_NAMES), thresholds=thresholds(limits.QUALITY),
                    custom__cellOptions={"type": "color-background"}, custom__width=140)
    return table("Suspect and stale instruments", "Every instrument of the site that the twin does not believe now. Empty is good.",
                 *(_verdicts(cls) for cls in MEASURED), sort="Verdict", overrides=(shown,), transformations=steps)


BOARD = Board(
    "compare", "Boucle · Twin versus sensor", "Measured beside modelled, residuals, and which instruments are not believed.",
    (source_variable(), SITE, CLASS, HALL, ASSET, COLUMN),
    (Row("One instrument", ((SIDE_BY_SIDE, 16, 11), (RESIDUAL, 8, 11), (DEVIATION, 8, 7), (VERDICT, 16, 7))),
     Row("All instruments", ((_suspects(), 12, 12), (BIAS, 12, 12)))),
    span="now-1h",
)
