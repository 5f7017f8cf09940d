"""Power feeds: from the grid through transfer switch and UPS, with generators behind and losses beside."""
from __future__ import annotations

from twin.grafana import limits
from twin.grafana.board import COMMON, Board, Placed, Row
from twin.grafana.influxql import SENSOR, agg
from twin.grafana.panels import gauge, lines, right_axis, stat, states
from twin.grafana.targets import Target, means, trend
from twin.grafana.units import DECIMALS, unit


def _by_id(cls: str, column: str, src: str = SENSOR, function: str = "mean", fill: str = "none") -> Target:
    return trend(cls, agg(function, column, ""), src=src, by="id", fill=fill)


def _figure(title: str, description: str, cls: str, column: str, steps: limits.Steps = limits.NEUTRAL, width: int = 4) -> Placed:
    return stat(title, description, unit(column), _by_id(cls, column), steps=steps, decimals=DECIMALS.get(column)), width, 4


FIGURES = (
    _figure("Feed power", "Measured at each feed.", "feed", "power_kw", width=6),
    _figure("Frequency", "Colours: EN 50160, 50 Hz within 1 %.", "feed", "frequency_hz", limits.FREQUENCY, 6),
    _figure("Generators running", "Sets running behind each feed.", "genset", "running_count", width=4),
    _figure("Generator fuel", "Lowest level stops first.", "genset", "level_pct", limits.CHARGE, 4),
    (stat("Electrical losses", "Transformers and UPS of the whole site, estimated by the twin.", unit("loss_kw"),
          means("site", {"loss_kw": "Losses"}, fill="none"), steps=limits.NEUTRAL), 4, 4),
)

POWER = lines("Power by feed", "Stacked: together what the site draws from the grid.", unit("power_kw"),
              _by_id("feed", "power_kw", fill="null"), low=0, stack=True, fill=30, legend="table", calcs=("lastNotNull", "mean", "max"))
SWITCH = states("Feed closed", "Transfer switch position: green carries load, red is open.", _by_id("feed", "closed_on", function="min"),
                steps=limits.CLOSED, names=((0, "open", "red"), (1, "closed", "green")))
VOLTAGE = lines("Voltage", "EN 50160 allows the nominal voltage 10 % either way.", unit("voltage_v"),
                _by_id("feed", "voltage_v", fill="null"), fill=0)
FREQUENCY = lines("Frequency", "Limits dashed: EN 50160.", unit("frequency_hz"), _by_id("feed", "frequency_hz", fill="null"), fill=0,
                  steps=limits.FREQUENCY, decimals=3)

UPS_LOAD = gauge("UPS load", "Share of rating. Above 50 % one feed cannot carry both.", "percent", _by_id("ups", "load_pct"),
                 steps=limits.LOAD, low=0, high=100)
UPS_CHARGE = gauge("UPS charge", "State of charge of the batteries.", "percent", _by_id("ups", "charge_pct"), steps=limits.CHARGE,
                   low=0, high=100)
UPS_POWER = lines("UPS power", "Input and output, measured; the gap is loss and charging.", unit("power_in_kw"),
                  means("ups", {"power_in_kw": "In", "power_out_kw": "Out"}, src=SENSOR, by="id"), low=0,
                  legend="table", calcs=("lastNotNull", "mean", "max"))
GENSETS = lines("Generators", "Power (left), sets running and fuel level (right).", unit("power_kw"),
                means("genset", {"power_kw": "Power", "running_count": "Running", "level_pct": "Fuel"}, src=SENSOR, by="id"), low=0,
                overrides=(right_axis("Fuel$", unit("level_pct"), min=0, max=100),
                           right_axis("Running$", "none", custom__lineInterpolation="stepAfter")))
LOSSES = lines("Losses", "Estimated by the twin: feeds (transformers) and UPS.", unit("loss_kw"),
               means("feed", {"loss_kw": "transformers"}, by="id"), means("ups", {"loss_kw": "UPS"}, by="id"), stack=True, fill=30, low=0,
               legend="table", calcs=("lastNotNull", "mean", "max"))
PEAKS = lines("Highest feed power by the hour", "Peak inside each hour, what the grid connection must carry.", unit("power_kw"),
              trend("feed_1h", agg("max", "power_kw_max", ""), src=SENSOR, by="id"), last="30d", low=0, legend="table", calcs=("max",))

BOARD = Board(
    "power", "Boucle · Power feeds", "Feeds, transfer switches, UPS, generators and losses.", COMMON,
    (Row("Now", FIGURES),
     Row("Feeds", ((POWER, 14, 9), (SWITCH, 10, 9), (VOLTAGE, 12, 7), (FREQUENCY, 12, 7))),
     Row("UPS and generators", ((UPS_LOAD, 5, 8), (UPS_CHARGE, 5, 8), (UPS_POWER, 14, 8), (GENSETS, 12, 8), (LOSSES, 12, 8))),
     Row("Last 30 days", ((PEAKS, 24, 8),))),
)
