"""Racks: which one is worst, since when, and which GPU in it."""
from __future__ import annotations

from twin.grafana import limits
from twin.grafana.board import COMMON, Board, Placed, Row, query_variable
from twin.grafana.influxql import ACTUAL, SENSOR, Column, Select, agg, rows_of, tag_values
from twin.grafana.panels import by_name, coloured, heatmap, lines, right_axis, stat, table
from twin.grafana.targets import Target, means, target, trend
from twin.grafana.units import unit

RACK = query_variable("rack", "Rack", tag_values("rack", "id", site="site", hall="hall"), "The rack of the lower part")
ONE = '"id" =~ /^$rack$/'


def _over(function: str, column: str, outer: str, name: str, src: str = "twin") -> Target:
    """`outer` over all racks of `function` of each: no result depends on how often a rack reports."""
    inner = Select("rack", (agg(function, column, "x"),), src, ("hall", "id"), scenario=ACTUAL, fill="none")
    return target(f'SELECT {outer}("x") AS "{name}" FROM ({inner}) WHERE $timeFilter GROUP BY time($__interval) fill(none)', "$col")


def _figure(title: str, description: str, column: str, query: Target, steps: limits.Steps = limits.NEUTRAL, fmt: str = "") -> Placed:
    return stat(title, description, fmt or unit(column), query, steps=steps), 4, 4


FIGURES = (
    _figure("Smallest margin", "Of any GPU to throttling.", "gpu_margin_k", _over("min", "gpu_margin_k", "min", "Margin"),
            limits.GPU_MARGIN),
    _figure("Hottest GPU", "Of all racks shown.", "gpu_max_c", _over("max", "gpu_max_c", "max", "Hottest")),
    _figure("Warmest inlet", "Highest rack supply temperature, measured. Colours: ASHRAE W17, W40, W45.", "supply_c",
            _over("max", "supply_c", "max", "Inlet", SENSOR), limits.LIQUID_SUPPLY),
    _figure("Rack power", "Sum of all racks, measured.", "power_kw", _over("mean", "power_kw", "sum", "Power", SENSOR)),
    _figure("Leaks", "Racks whose rope detects water.", "leak_on", _over("max", "leak_on", "sum", "Leaks", SENSOR), limits.LEAK),
    _figure("Racks reporting", "Racks with a reading in the interval.", "running_count",
            _over("max", "power_kw", "count", "Racks", SENSOR), fmt="none"),
)

HOTTEST = heatmap("Hottest GPU by rack", "Rows are racks, colour the hottest GPU of each minute. A warm stripe across is a job, "
                  "a warm row is a rack's own trouble, a warm block of rows is a CDU.", "celsius",
                  trend("rack_1m", agg("max", "gpu_max_c_max", ""), by="id", scenario=ACTUAL, fill="none"), low=30, high=90)
INLET = heatmap("Inlet temperature by rack", "Measured supply of each rack, by the minute.", "celsius",
                trend("rack_1m", agg("mean", "supply_c_mean", ""), src=SENSOR, by="id", fill="none"), low=17, high=45)

_LATEST = (("gpu_margin_k", "Margin"), ("gpu_max_c", "Hottest"), ("gpu_mean_c", "Mean"), ("supply_c", "Inlet"), ("return_c", "Outlet"),
           ("flow_lpm", "Flow"), ("power_kw", "Power"), ("liquid_kw", "To liquid"), ("air_kw", "To air"))
_LAST = tuple(agg("last", c, n) for c, n in _LATEST)
WORST = table("Worst racks", "Latest values by the twin, smallest GPU margin first.",
              target(rows_of(Select("rack", _LAST, by=("hall", "id", "scenario"), every=None)), table=True),
              sort="Margin", descending=False,
              overrides=(coloured("Margin", "kelvin", limits.GPU_MARGIN), by_name("Hottest", unit="celsius", decimals=1),
                         by_name("Mean", unit="celsius", decimals=1), coloured("Inlet", "celsius", limits.LIQUID_SUPPLY),
                         by_name("Outlet", unit="celsius", decimals=1), by_name("Flow", unit="flowlpm", decimals=0),
                         by_name("Power", unit="kwatt", decimals=1), by_name("To liquid", unit="kwatt", decimals=1),
                         by_name("To air", unit="kwatt", decimals=1)))

RACK_TEMPERATURES = lines("$rack: temperatures", "Inlet, outlet, mean and hottest GPU; margin on the right.", unit("supply_c"),
                          means("rack", {"supply_c": "Inlet", "return_c": "Outlet", "gpu_mean_c": "Mean GPU", "gpu_max_c": "Hottest GPU",
                                         "gpu_margin_k": "Margin"}, where=(ONE,)),
                          overrides=(right_axis("^Margin", unit("gpu_margin_k")),), legend="table", calcs=("lastNotNull", "min", "max"))
RACK_POWER = lines("$rack: power and flow", "Electric power, heat to liquid and to air; flow on the right.", unit("power_kw"),
                   means("rack", {"power_kw": "Power", "liquid_kw": "To liquid", "air_kw": "To air", "flow_lpm": "Flow"}, where=(ONE,)),
                   low=0,
                   overrides=(right_axis("^Flow", unit("flow_lpm"), min=0),), legend="table", calcs=("lastNotNull", "mean", "max"))


def _gpus(stem: str) -> Target:
    """Every GPU of the rack, whatever their number: fields chosen by pattern."""
    every = Column(f"mean(/^{stem}_[0-9]+_[cw]$/)")
    return target(str(Select("gpu", (every,), SENSOR, where=(ONE,), fill="none")), "$col")


GPU_HEAT = heatmap("$rack: GPU temperatures", "Rows are GPUs of the chosen rack, measured.", "celsius", _gpus("temp"), low=30, high=90)
GPU_POWER = heatmap("$rack: GPU power", "Rows are GPUs of the chosen rack, measured.", "watt", _gpus("power"), low=0, high=1400,
                    scheme="Plasma")

BOARD = Board(
    "racks", "Boucle · Racks", "Every rack over time, the worst ones by name, and the GPUs of one rack.", (*COMMON, RACK),
    (Row("Now", FIGURES),
     Row("All racks", ((HOTTEST, 24, 14), (INLET, 12, 12), (WORST, 12, 12))),
     Row("One rack: $rack", ((RACK_TEMPERATURES, 12, 9), (RACK_POWER, 12, 9), (GPU_HEAT, 12, 12), (GPU_POWER, 12, 12)))),
)
