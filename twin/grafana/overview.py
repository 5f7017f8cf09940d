"""Site overview: the ten numbers a shift starts with, then where power and heat go."""
from __future__ import annotations

from twin.grafana import limits
from twin.grafana.board import COMMON, Board, Placed, Row
from twin.grafana.influxql import ACTUAL, SENSOR, Column, Select, agg
from twin.grafana.panels import by_name, by_regex, gauge, lines, mapping, right_axis, stat, table, thresholds
from twin.grafana.schema import ALARM
from twin.grafana.targets import Target, means, target, trend
from twin.grafana.units import DECIMALS, unit


def _now(column: str, name: str) -> Target:
    return means("site", {column: name}, fill="none")


def _key_figure(column: str, title: str, description: str, steps: limits.Steps = limits.NEUTRAL) -> Placed:
    return stat(title, description, unit(column), _now(column, title), steps=steps, decimals=DECIMALS.get(column)), 3, 4


KEY_FIGURES = (
    _key_figure("pue_ratio", "PUE", "Facility power over IT power (ISO/IEC 30134-2). Colours: EnEfG section 11 limits 1.2 and 1.3.",
                limits.PUE),
    _key_figure("erf_ratio", "ERF", "Energy reused over energy used (ISO/IEC 30134-6). Colours: EnEfG section 11 limits 10, 15 and 20 %.",
                limits.ERF),
    _key_figure("it_kw", "IT power", "Electric power into the racks."),
    _key_figure("facility_kw", "Facility power", "Everything the site draws."),
    _key_figure("cooling_kw", "Cooling power", "Pumps, fans and heat pumps."),
    _key_figure("sold_kw", "Heat sold", "Heat delivered to the district network."),
    _key_figure("gpu_margin_k", "GPU margin", "Smallest distance of any GPU to its throttling temperature.", limits.GPU_MARGIN),
    _key_figure("gpu_max_c", "Hottest GPU", "Highest GPU temperature of the site; judge it by the margin beside it."),
)

POWER = lines("Power", "IT, facility and cooling power with electrical losses, as the twin sees them.", unit("it_kw"),
              means("site", {"it_kw": "IT", "facility_kw": "Facility", "cooling_kw": "Cooling", "loss_kw": "Losses"}),
              low=0, legend="table", calcs=("lastNotNull", "mean", "max"))
RATIOS = lines("PUE and ERF", "PUE on the left, ERF on the right.", "none",
               means("site", {"pue_ratio": "PUE", "erf_ratio": "ERF"}), decimals=3, legend="table", calcs=("lastNotNull", "mean", "max"),
               overrides=(right_axis("^ERF", "none", decimals=3),))
HEAT = lines("Where the heat goes", "Sold, rejected outdoors and going into the water; together they are what the site takes in.",
             unit("sold_kw"), means("site", {"sold_kw": "Sold", "rejected_kw": "Rejected outdoors", "stored_kw": "Into the water"}),
             fill=30, stack=True)
MARGIN = lines("GPU margin and hottest GPU", "Margin to throttling (left, limits dashed) and the hottest GPU (right).",
               unit("gpu_margin_k"), means("site", {"gpu_margin_k": "Smallest margin", "gpu_max_c": "Hottest GPU"}),
               steps=limits.GPU_MARGIN, overrides=(right_axis("^Hottest", unit("gpu_max_c")),))
FEEDS = lines("Feed power", "Measured at the feeds.", unit("power_kw"), means("feed", {"power_kw": "power"}, src=SENSOR, by="id"), low=0)
WEATHER = lines("Weather", "Dry and wet bulb with relative humidity on the right.", unit("dry_bulb_c"),
                means("weather", {"dry_bulb_c": "Dry bulb", "wet_bulb_c": "Wet bulb", "humidity_pct": "Humidity"}, src=SENSOR),
                overrides=(right_axis("^Humidity", unit("humidity_pct"), min=0, max=100),))
AUDIT = gauge("Energy audit", "Residual of the energy balance over the throughput. Above 1e-9 the model leaks energy.", "sci",
              trend("site", agg("max", "audit_ratio", "Residual"), fill="none"), steps=limits.AUDIT, low=0, high=2e-9)

_ALARM = {"priority": "Priority", "state_name": "State", "change": "Change", "text": "Text", "author": "By", "alarm": "Alarm"}
ALARMS = table(
    "Alarms", "Every change of an alarm in the chosen time, the newest first. What stands now is on the twin's own page.",
    target(str(Select(ALARM, tuple(Column(f'"{field}"', name) for field, name in _ALARM.items()), every=None, scenario=ACTUAL, halls=False)),
           table=True),
    sort="Time",
    overrides=(by_name("Time", custom__hidden=False, custom__width=170), by_name("Text", custom__width=620),
               by_name("Priority", mappings=mapping(limits.PRIORITY_NAMES), thresholds=thresholds(limits.PRIORITY),
                       custom__cellOptions={"type": "color-text"}, custom__width=90)))

_PUE_NAMES = {"min": "lowest", "mean": "PUE", "max": "highest"}
PUE_MONTH = lines("PUE by the hour", "Hourly mean with the lowest and highest value inside each hour.", "none",
                  trend("site_1h", *(agg(s, f"pue_ratio_{s}", n) for s, n in _PUE_NAMES.items())), decimals=3, last="30d", width=1, fill=0,
                  overrides=(by_name("highest", custom__fillBelowTo="lowest", custom__fillOpacity=20, custom__lineWidth=0),
                             by_name("lowest", custom__lineWidth=0), by_regex("^PUE", custom__lineWidth=2)))
ENERGY = lines("Energy per day",
               "Sum of hourly means (kW over one hour), days in UTC. An hour that was only partly observed counts in full.",
               unit("energy_kwh"),
               trend("site_1h", *(agg("sum", f"{c}_mean", n) for c, n in
                                  (("it_kw", "IT"), ("facility_kw", "Facility"), ("cooling_kw", "Cooling"), ("sold_kw", "Heat sold"))),
                     every="1d", fill="none"),
               style="bars", fill=70, width=1, last="30d", legend="table", calcs=("sum", "mean"))

BOARD = Board(
    "overview", "Boucle · Site overview", "Efficiency, power, heat and margins of a site at one glance.", COMMON,
    (Row("Now", KEY_FIGURES),
     Row("Alarms", ((ALARMS, 24, 7),)),
     Row("Course", ((POWER, 12, 9), (RATIOS, 12, 9), (HEAT, 12, 9), (MARGIN, 12, 9), (FEEDS, 9, 8), (WEATHER, 10, 8), (AUDIT, 5, 8))),
     Row("Last 30 days", ((PUE_MONTH, 12, 8), (ENERGY, 12, 8)))),
)
