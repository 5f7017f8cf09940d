"""The slow parameters: how far each may lie from its datasheet, how fast it wanders, and what is physically possible.

Factors are logarithms (0 = as designed), pairs are kelvins: the difference of the fixed errors of two temperature sensors.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

DAY_S = 86_400.0


class Parameter(NamedTuple):
    prior: float  # one standard deviation as found at the start
    daily: float  # random walk, one standard deviation in a day
    low: float
    high: float
    title: str


def _meter(title: str, prior: float) -> Parameter:
    return Parameter(prior, 0.001, -0.3, 0.3, title)


def _pair(title: str, prior: float = 0.11) -> Parameter:
    return Parameter(prior, 0.01, -3.0, 3.0, title)


PARAMETERS: Mapping[str, Mapping[str, Parameter]] = {
    "cdu": {
        "ua": Parameter(0.15, 0.1, -2.5, 0.5, "conductance of its exchanger"),
        "head": Parameter(0.12, 0.08, -1.5, 0.3, "head of its pumps"),
        "filter": Parameter(0.3, 0.2, -0.5, 3.0, "resistance of its filter"),
        "pump_power": Parameter(0.15, 0.05, -0.7, 1.0, "power of its pumps for the same water"),
        "racks_open": Parameter(0.06, 0.02, -2.0, 0.5, "openness of its racks"),
        "tcs_meter": _meter("coolant flow meter", 0.008),
        "fws_meter": _meter("facility flow meter", 0.006),
        "heat_meter": _meter("heat meter", 0.012),
        "tcs_pair": _pair("pair of coolant temperatures"),
        "fws_pair": _pair("pair of facility temperatures"),
        "electric": _meter("share of the racks' power that the coolant gets", 0.006),
    },
    "rack": {
        "open": Parameter(0.05, 0.02, -3.0, 0.5, "openness of the rack"),
        "flow_meter": _meter("its flow meter", 0.013),
        "pair": _pair("its pair of temperatures", 0.21),
    },
    "loop": {
        "head": Parameter(0.15, 0.08, -1.5, 0.4, "head of the facility pumps"),
        "pump_power": Parameter(0.25, 0.08, -0.7, 1.0, "power of the facility pumps for the same water"),
        "flow_meter": _meter("loop flow meter", 0.01),
        "pair": _pair("pair of loop temperatures"),
    },
    "district": {
        "ua": Parameter(0.2, 0.1, -2.5, 0.5, "conductance of the district exchanger"),
        "heat_meter": _meter("district heat meter", 0.012),
        "loop_meter": _meter("loop flow meter", 0.01),
        "pair": _pair("pair of temperatures at the district exchanger"),
    },
    "heatpump": {
        "cop": Parameter(0.15, 0.1, -1.5, 0.5, "COP of the heat pump"),
        "capacity": Parameter(0.15, 0.1, -2.0, 0.5, "capacity of the heat pump"),
        "heat_meter": _meter("heat meter of the heat pump", 0.015),
        "loop_meter": _meter("loop flow meter", 0.01),
        "pair": _pair("pair of temperatures at the heat pump"),
    },
    "cooler": {"ua": Parameter(0.3, 0.1, -2.5, 0.7, "conductance of the dry coolers")},
}
