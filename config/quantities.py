"""The one table of quantities: every number that crosses a boundary is named here.

Inside the program everything is SI (temperatures in degC); at every boundary (wire, files, database, page)
the name carries the unit. `si = value * factor`. DSX names are point types of the NVIDIA DSX Exchange BMS bus
1.0.0; Brick names are classes of the Brick schema 1.4. Both are given only where an equivalent exists.
"""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantity:
    """One named quantity. `low`/`high` bound what is physically possible, in the boundary unit."""

    name: str
    unit: str
    low: float
    high: float
    title: str
    factor: float = 1.0
    dsx: str | None = None
    brick: str | None = None


_UNITS = {  # suffix -> (display unit, factor to SI)
    "c": ("degC", 1.0), "k": ("K", 1.0), "kw": ("kW", 1e3), "w": ("W", 1.0), "lpm": ("L/min", 1.0 / 60_000.0),
    "kpa": ("kPa", 1e3), "pct": ("%", 0.01), "v": ("V", 1.0), "hz": ("Hz", 1.0), "count": ("1", 1.0),
    "kwh": ("kWh", 3.6e6), "s": ("s", 1.0), "ratio": ("1", 1.0), "eur_h": ("EUR/h", 1.0 / 3600.0),
    "g_kwh": ("gCO2e/kWh", 1.0), "kg_h": ("kg/h", 1.0 / 3600.0), "on": ("0/1", 1.0), "mm": ("mm", 1e-3),
    "eur_mwh": ("EUR/MWh", 1.0), "lph": ("L/h", 1.0 / 3_600_000.0), "kw_k": ("kW/K", 1e3),
}


def _suffix(name: str) -> str:
    return max((s for s in _UNITS if name == s or name.endswith("_" + s)), key=len)


def _q(name: str, low: float, high: float, title: str, dsx: str | None = None, brick: str | None = None) -> Quantity:
    unit, factor = _UNITS[_suffix(name)]
    return Quantity(name, unit, low, high, title, factor, dsx, brick)


_TABLE = (
    # temperatures
    _q("supply_c", -20, 110, "Supply temperature", "LiquidTemperatureSupply", "Supply_Water_Temperature_Sensor"),
    _q("return_c", -20, 120, "Return temperature", "LiquidTemperatureReturn", "Return_Water_Temperature_Sensor"),
    _q("tcs_supply_c", -20, 110, "TCS supply temperature", "LiquidTemperatureSupply", "Supply_Water_Temperature_Sensor"),
    _q("tcs_return_c", -20, 120, "TCS return temperature", "LiquidTemperatureReturn", "Return_Water_Temperature_Sensor"),
    _q("fws_supply_c", -20, 110, "FWS supply temperature", None, "Entering_Water_Temperature_Sensor"),
    _q("fws_return_c", -20, 120, "FWS return temperature", None, "Leaving_Water_Temperature_Sensor"),
    _q("in_c", -20, 120, "Inlet temperature", None, "Entering_Water_Temperature_Sensor"),
    _q("out_c", -20, 120, "Outlet temperature", None, "Leaving_Water_Temperature_Sensor"),
    _q("source_in_c", -20, 120, "Source inlet temperature"),
    _q("source_out_c", -20, 120, "Source outlet temperature"),
    _q("dh_supply_c", 0, 150, "District supply temperature", None, "Hot_Water_Supply_Temperature_Sensor"),
    _q("dh_return_c", 0, 130, "District return temperature", None, "Hot_Water_Return_Temperature_Sensor"),
    _q("top_c", -20, 120, "Tank top temperature"),
    _q("bottom_c", -20, 120, "Tank bottom temperature"),
    _q("air_c", -40, 80, "Air temperature", "AirTemperature", "Air_Temperature_Sensor"),
    _q("dry_bulb_c", -60, 60, "Outdoor dry bulb", "AirTemperature", "Outside_Air_Temperature_Sensor"),
    _q("wet_bulb_c", -60, 45, "Outdoor wet bulb", "WetBulbTemperature", "Outside_Air_Wet_Bulb_Temperature_Sensor"),
    _q("temp_c", -40, 150, "GPU temperature"),
    _q("gpu_max_c", -40, 200, "Hottest GPU"),
    _q("gpu_mean_c", -40, 200, "Mean GPU temperature"),
    # temperature differences
    _q("gpu_margin_k", -120, 150, "GPU margin to throttling"),
    _q("approach_k", -50, 100, "Approach"),
    _q("pinch_k", -50, 100, "Pinch"),
    _q("throttle_s", 0, 86_400, "Time to throttling"),
    _q("ua_kw_k", 0, 100_000, "Conductance"),
    _q("balance_kw", -200_000, 200_000, "Imbalance of heats"),
    # flows and pressures
    _q("flow_lpm", -1_000, 2_000_000, "Flow", "LiquidFlow", "Water_Flow_Sensor"),
    _q("tcs_flow_lpm", -100, 100_000, "TCS flow", "LiquidFlow", "Water_Flow_Sensor"),
    _q("fws_flow_lpm", -100, 100_000, "FWS flow", None, "Water_Flow_Sensor"),
    _q("dh_flow_lpm", -100, 500_000, "District flow", None, "Water_Flow_Sensor"),
    _q("dp_kpa", -1_500, 1_500, "Differential pressure", "LiquidDifferentialPressure", "Differential_Pressure_Sensor"),
    _q("pressure_kpa", -100, 2_500, "Static pressure", "LiquidPressure", "Water_Pressure_Sensor"),
    _q("water_lph", 0, 1_000_000, "Water use"),
    # powers and energies
    _q("power_kw", -100, 2_000_000, "Electric power", "Power", "Electric_Power_Sensor"),
    _q("power_w", 0, 5_000, "GPU power"),
    _q("power_in_kw", -100, 2_000_000, "Input power", None, "Electric_Power_Sensor"),
    _q("power_out_kw", -100, 2_000_000, "Output power", None, "Electric_Power_Sensor"),
    _q("liquid_kw", -1_000, 2_000_000, "Heat to liquid"),
    _q("air_kw", -1_000, 2_000_000, "Heat to air"),
    _q("heat_kw", -200_000, 2_000_000, "Heat", None, "Thermal_Power_Sensor"),
    _q("it_kw", 0, 2_000_000, "IT power"),
    _q("facility_kw", 0, 2_000_000, "Facility power"),
    _q("cooling_kw", 0, 2_000_000, "Cooling power"),
    _q("loss_kw", -1_000, 2_000_000, "Electrical losses"),
    _q("sold_kw", -1_000, 2_000_000, "Heat sold"),
    _q("rejected_kw", -200_000, 2_000_000, "Heat rejected outdoors"),
    _q("stored_kw", -200_000, 2_000_000, "Heat going into the water"),
    _q("energy_kwh", 0, 1e12, "Energy", None, "Energy_Sensor"),
    _q("charge_pct", 0, 100, "Charge"),
    # actuators and states
    _q("speed_pct", 0, 110, "Speed", "PumpSpeed", "Speed_Sensor"),
    _q("fan_pct", 0, 110, "Fan speed", "FanSpeed", "Fan_Speed_Sensor"),
    _q("valve_pct", 0, 100, "Valve position", "ValvePosition", "Valve_Position_Sensor"),
    _q("load_pct", 0, 130, "Load"),
    _q("level_pct", 0, 100, "Level", "LiquidLevel", "Water_Level_Sensor"),
    _q("humidity_pct", 0, 100, "Relative humidity", "RelativeHumidity", "Relative_Humidity_Sensor"),
    _q("running_count", 0, 10_000, "Units running"),
    _q("closed_on", 0, 1, "Closed"),
    _q("leak_on", 0, 1, "Leak detected", "LeakDetection", "Leak_Sensor"),
    _q("voltage_v", 0, 500_000, "Voltage", "Voltage", "Voltage_Sensor"),
    _q("frequency_hz", 0, 70, "Frequency", "Frequency", "Frequency_Sensor"),
    # indicators
    _q("pue_ratio", 0.5, 10, "PUE"),
    _q("erf_ratio", -0.1, 1, "ERF"),
    _q("cop_ratio", 0, 30, "COP"),
    _q("audit_ratio", 0, 1e9, "Energy audit residual"),
    _q("carbon_g_kwh", 0, 1_500, "Grid carbon intensity"),
    _q("price_eur_mwh", -1_000, 10_000, "Electricity price"),
)

QUANTITIES: dict[str, Quantity] = {q.name: q for q in _TABLE}


def quantity(name: str) -> Quantity:
    """The quantity called `name`; KeyError lists nothing close on purpose: names are code, not input."""
    return QUANTITIES[name]
