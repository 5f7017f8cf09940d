"""What each fault of the catalogue that is not a plain signature does to readings: `SCENARIOS[name] = (seconds, change, after)`.

`change` acts on the plant before the instruments add their noise, `after` on what they show. Row 3 of CDUs, rack 30 of CDU 3, feed 0.
"""
from __future__ import annotations

import numpy as np

from config.classes import CLASSES
from tests.healthy import Change, Values, put

Array = np.ndarray
CDU, RACK, GPU = 3, 30, 7
PSI = 6.894757293168


def at(cls: str, row: int, column: str) -> tuple[str, int, int]:
    return cls, row, CLASSES[cls].column(column)


def scale(values: Values, cls: str, row: int, column: str, factor: float) -> None:
    c, r, k = at(cls, row, column)
    values[c][r, k] *= factor


def shift(values: Values, cls: str, row: int, column: str, by: float) -> None:
    c, r, k = at(cls, row, column)
    values[c][r, k] += by


def pump_trip_of_a_cdu(v: Values, gpu: Array, t: float) -> None:
    for cls, rows in (("cdu", [CDU]), ("rack", range(24, 32))):
        for row in rows:
            scale(v, cls, row, "tcs_flow_lpm" if cls == "cdu" else "flow_lpm", 0.94)
    scale(v, "cdu", CDU, "dp_kpa", 0.89)
    scale(v, "cdu", CDU, "speed_pct", 1.3)


def facility_pump_trip(v: Values, gpu: Array, t: float) -> None:
    put(v, "pump", running_count=3.0 if t < 30.0 else 2.0)


def dark(v: Values, gpu: Array, t: float) -> None:
    for column in ("power_kw", "voltage_v", "frequency_hz", "closed_on"):
        scale(v, "feed", 0, column, 0.0)
    scale(v, "ups", 0, "power_in_kw", 0.0)


def dark_with_idle_gensets(v: Values, gpu: Array, t: float) -> None:
    dark(v, gpu, t)
    shift(v, "genset", 0, "running_count", 9.0)


def dark_with_a_weak_battery(v: Values, gpu: Array, t: float) -> None:
    dark(v, gpu, t)
    shift(v, "ups", 0, "charge_pct", -t / 150.0)


def valve_stuck(v: Values, gpu: Array, t: float) -> None:
    for column in ("tcs_supply_c", "tcs_return_c"):
        shift(v, "cdu", CDU, column, 2.0)
    for row in range(24, 32):
        shift(v, "rack", row, "supply_c", 2.0)
        shift(v, "rack", row, "return_c", 2.0)


def valve_jumps(v: Values, gpu: Array, t: float) -> None:
    shift(v, "cdu", CDU, "valve_pct", 0.025 * (-1.0) ** (t // 240.0))


def valve_swings(v: Values, gpu: Array, t: float) -> None:
    shift(v, "cdu", CDU, "valve_pct", 0.005 * (-1.0) ** (t // 40.0))


def air(v: Values, gpu: Array, t: float) -> None:
    scale(v, "rack", RACK, "flow_lpm", 0.8 + 0.15 * np.sin(2.0 * np.pi * t / 120.0))


def leaking(v: Values, gpu: Array, t: float) -> None:
    shift(v, "cdu", CDU, "level_pct", -t * 3e-5)
    shift(v, "rack", RACK, "leak_on", 1.0 if t > 240.0 else 0.0)


def plate(v: Values, gpu: Array, t: float) -> None:
    gpu[RACK, 0, GPU] += 18.0


def bias(v: Values, gpu: Array, t: float) -> None:
    shift(v, "cdu", CDU, "tcs_supply_c", 1.0)


def drift(v: Values, gpu: Array, t: float) -> None:
    shift(v, "cdu", CDU, "tcs_supply_c", 0.3 * t / 3600.0)


def gain(v: Values, gpu: Array, t: float) -> None:
    scale(v, "cdu", CDU, "tcs_flow_lpm", 1.05)


def fahrenheit(v: Values, gpu: Array, t: float) -> None:
    scale(v, "cdu", CDU, "tcs_supply_c", 1.8)
    shift(v, "cdu", CDU, "tcs_supply_c", 32.0)


def psi(v: Values, gpu: Array, t: float) -> None:
    scale(v, "cdu", CDU, "dp_kpa", 1.0 / PSI)


def swapped(v: Values, gpu: Array, t: float) -> None:
    pair = [CLASSES["cdu"].column(c) for c in ("tcs_supply_c", "tcs_return_c")]
    v["cdu"][CDU, pair] = v["cdu"][CDU, pair[::-1]]


def stuck(v: Values, gpu: Array, t: float) -> None:
    put_one(v, "tcs_supply_c", 42.01)


def spikes(v: Values, gpu: Array, t: float) -> None:
    shift(v, "cdu", CDU, "tcs_supply_c", 8.0 if t % 200.0 < 20.0 else 0.0)


def hiss(v: Values, gpu: Array, t: float) -> None:
    shift(v, "cdu", CDU, "tcs_supply_c", 0.5 * float(np.random.default_rng(int(t)).standard_normal()))


def gaps(v: Values, gpu: Array, t: float) -> None:
    if t % 100.0 >= 20.0:
        put_one(v, "tcs_supply_c", np.nan)


def put_one(v: Values, column: str, value: float) -> None:
    c, r, k = at("cdu", CDU, column)
    v[c][r, k] = value


SCENARIOS: dict[str, tuple[float, Change | None, Change | None]] = {
    "air_lock": (1500.0, air, None), "battery_weak": (100.0, dark_with_a_weak_battery, None), "cdu_pump_trip": (60.0, pump_trip_of_a_cdu, None),
    "cold_plate_blocked": (900.0, None, plate), "feed_loss": (40.0, dark, None), "genset_failure": (120.0, dark, None),
    "hunting": (3600.0, valve_swings, None), "leak": (900.0, leaking, None), "pump_trip": (80.0, facility_pump_trip, None),
    "sensor_bias": (900.0, None, bias), "sensor_drift": (7200.0, None, drift), "sensor_dropout": (1800.0, None, gaps),
    "sensor_gain": (1200.0, None, gain), "sensor_noise": (1500.0, None, hiss), "sensor_spike": (1800.0, None, spikes),
    "sensor_stuck": (1800.0, None, stuck), "sensor_swapped": (1800.0, None, swapped), "sensor_unit": (1800.0, None, fahrenheit),
    "transfer_failure": (120.0, dark_with_idle_gensets, None), "valve_stiction": (2400.0, valve_jumps, None), "valve_stuck": (1500.0, valve_stuck, None),
}
