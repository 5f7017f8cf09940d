"""Heat reuse: what is sold, at which temperature and at what electric price."""
from __future__ import annotations

from twin.grafana import limits
from twin.grafana.board import COMMON, Board, Placed, Row
from twin.grafana.influxql import SENSOR, agg
from twin.grafana.panels import by_name, gauge, lines, right_axis, stat
from twin.grafana.targets import means, trend
from twin.grafana.units import DECIMALS, unit


def _figure(title: str, description: str, cls: str, column: str, steps: limits.Steps = limits.NEUTRAL) -> Placed:
    by = "" if cls == "site" else "id"
    query = means(cls, {column: "" if by else title}, by=by, fill="none")
    return stat(title, description, unit(column), query, steps=steps, decimals=DECIMALS.get(column)), 4, 4


FIGURES = (
    _figure("Heat sold", "Delivered to the district network.", "site", "sold_kw"),
    _figure("ERF", "Energy reused over energy used. Colours: EnEfG section 11 limits 10, 15 and 20 %.", "site", "erf_ratio", limits.ERF),
    _figure("Heat pump COP", "Heat delivered over electric power.", "heatpump", "cop_ratio"),
    _figure("District supply", "What the network receives.", "district", "dh_supply_c"),
    _figure("District return", "What the network sends back.", "district", "dh_return_c"),
    _figure("Tank charge", "Heat stored between its coldest and warmest useful state.", "tank", "charge_pct"),
)

BALANCE = lines("Where the heat goes", "Sold, rejected outdoors and going into the water. Rejected heat is heat not sold.", unit("sold_kw"),
                means("site", {"sold_kw": "Sold", "rejected_kw": "Rejected outdoors", "stored_kw": "Into the water"}), stack=True, fill=30,
                legend="table", calcs=("lastNotNull", "mean", "max"))
ERF = lines("ERF", "Limits dashed: EnEfG section 11.", unit("erf_ratio"), means("site", {"erf_ratio": "ERF"}), steps=limits.ERF, decimals=3)
PUMP = lines("Heat pump", "Electric power and heat delivered (left), COP (right).", unit("heat_kw"),
             means("heatpump", {"power_kw": "Power", "heat_kw": "Heat", "cop_ratio": "COP"}, by="id"), low=0,
             overrides=(right_axis("COP", "none", decimals=2, min=0),), legend="table", calcs=("lastNotNull", "mean", "max"))
SOURCE = lines("Heat pump source", "Source inlet and outlet (left), load (right).", unit("source_in_c"),
               means("heatpump", {"source_in_c": "Source in", "source_out_c": "Source out", "load_pct": "Load"}, src=SENSOR, by="id"),
               overrides=(right_axis("Load$", "percent", min=0, max=100),))
DISTRICT = lines("District exchanger", "Both sides of the exchanger; approach on the right.", unit("in_c"),
                 means("district", {"in_c": "Hot in", "out_c": "Hot out", "dh_supply_c": "Network supply", "dh_return_c": "Network return",
                                    "approach_k": "Approach"}, by="id"),
                 overrides=(right_axis("Approach", unit("approach_k")),), legend="table", calcs=("lastNotNull", "min", "max"))
DELIVERY = lines("Delivery", "Heat by the heat meter (left), network flow and valve (right).", unit("heat_kw"),
                 means("district", {"heat_kw": "Heat", "dh_flow_lpm": "Flow", "valve_pct": "Valve"}, src=SENSOR, by="id"), low=0,
                 overrides=(right_axis("Flow$", unit("dh_flow_lpm"), min=0), right_axis("Valve$", "percent", min=0, max=100)))
LEVEL = gauge("Heat pump load", "Share of rating.", "percent", means("heatpump", {"load_pct": ""}, src=SENSOR, by="id", fill="none"),
              steps=limits.NEUTRAL, low=0, high=100)
ENERGY = lines("Heat sold per day",
               "Sum of hourly means by the heat meters, days in UTC. An hour that was only partly observed counts in full.",
               unit("energy_kwh"), trend("district_1h", agg("sum", "heat_kw_mean", ""), src=SENSOR, by="id", every="1d", fill="none"),
               style="bars", fill=70, width=1, last="30d", low=0, legend="table", calcs=("sum", "mean"))
LONG = lines("ERF and PUE by the hour", "Hourly means.", unit("erf_ratio"),
             trend("site_1h", agg("mean", "erf_ratio_mean", "ERF"), agg("mean", "pue_ratio_mean", "PUE")), last="30d", decimals=3,
             overrides=(right_axis("^PUE", "none", decimals=3), by_name("ERF", min=0)))

BOARD = Board(
    "heat", "Boucle · Heat reuse", "Heat sold, the machines that lift it and the network that takes it.", COMMON,
    (Row("Now", FIGURES),
     Row("Balance", ((BALANCE, 14, 9), (ERF, 10, 9))),
     Row("Machines", ((PUMP, 10, 9), (SOURCE, 9, 9), (LEVEL, 5, 9), (DISTRICT, 12, 9), (DELIVERY, 12, 9))),
     Row("Last 30 days", ((ENERGY, 12, 8), (LONG, 12, 8)))),
    span="now-24h",
)
