"""Boundary units as Grafana unit ids (the published list of value formats)."""
from __future__ import annotations

from config.quantities import QUANTITIES

GRAFANA = {
    "degC": "celsius", "K": "kelvin", "kW": "kwatt", "W": "watt", "L/min": "flowlpm", "L/h": "litreh", "kPa": "pressurekpa",
    "%": "percent", "V": "volt", "Hz": "rothz", "1": "none", "kWh": "kwatth", "s": "s", "EUR/h": "suffix: EUR/h",
    "gCO2e/kWh": "suffix: gCO2e/kWh", "kg/h": "suffix: kg/h", "0/1": "none", "mm": "lengthmm", "EUR/MWh": "suffix: EUR/MWh",
    "kW/K": "suffix: kW/K",
}
DECIMALS = {"pue_ratio": 3, "erf_ratio": 3, "cop_ratio": 2, "frequency_hz": 3, "running_count": 0, "closed_on": 0, "leak_on": 0}


def unit(column: str) -> str:
    """Grafana's id of the unit of a column."""
    return GRAFANA[QUANTITIES[column].unit]


def by_suffix() -> dict[str, str]:
    """Suffix of a column's name -> Grafana unit: for panels whose column is chosen by the reader."""
    known = {name.rsplit("_", 1)[1]: unit(name) for name in QUANTITIES if not name.endswith(("_kw_k", "_g_kwh", "_eur_mwh"))}
    return {s: u for s, u in sorted(known.items()) if u != "none"}
