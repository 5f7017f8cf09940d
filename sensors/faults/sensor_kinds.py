"""Faults of single sensors: each turns what the instrument would show into what it does show."""
from __future__ import annotations

import numpy as np

from sensors.faults.kinds import SensorKind


def _bias(value: float, size: float, since: float, rng: np.random.Generator) -> float:
    return value + size


def _drift(value: float, size: float, since: float, rng: np.random.Generator) -> float:
    return value + size * since / 3600.0


def _spike(value: float, size: float, since: float, rng: np.random.Generator) -> float:
    """One sample in fifty jumps either way."""
    return value + size * float(rng.choice((-1.0, 1.0))) if rng.random() < 0.02 else value


def _noise(value: float, size: float, since: float, rng: np.random.Generator) -> float:
    return value + size * float(rng.standard_normal())


def _dropout(value: float, size: float, since: float, rng: np.random.Generator) -> float:
    return value if rng.random() >= size else float("nan")


def _gain(value: float, size: float, since: float, rng: np.random.Generator) -> float:
    return value * (1.0 + size)


def _fahrenheit(value: float, size: float, since: float, rng: np.random.Generator) -> float:
    return value * 1.8 + 32.0


def _psi(value: float, size: float, since: float, rng: np.random.Generator) -> float:
    """The number is in psi, its reader takes it for kPa."""
    return value / 6.894757293168


UNITLESS = ("sensor_dropout", "sensor_gain", "sensor_fahrenheit", "sensor_psi", "sensor_stuck", "sensor_swapped", "clock_skew")
SENSOR_KINDS: dict[str, SensorKind] = {
    "sensor_bias": SensorKind(_bias, 1.0, "offset"),
    "sensor_drift": SensorKind(_drift, 0.1, "drift an hour"),
    "sensor_spike": SensorKind(_spike, 10.0, "height of the spikes"),
    "sensor_noise": SensorKind(_noise, 0.5, "added standard deviation"),
    "sensor_dropout": SensorKind(_dropout, 0.9, "chance that a sample is missing"),
    "sensor_gain": SensorKind(_gain, 0.05, "relative error"),
    "sensor_fahrenheit": SensorKind(_fahrenheit, 0.0, "degF sent as degC"),
    "sensor_psi": SensorKind(_psi, 0.0, "psi sent as kPa"),
    "sensor_stuck": SensorKind(_bias, 0.0, "the value of the first moment, for ever"),
    "sensor_swapped": SensorKind(_bias, 0.0, "two sensors of an asset under each other's name; target class/id/column,column"),
    "clock_skew": SensorKind(_bias, -20.0, "seconds that the clock of an asset's messages is ahead; target class/id"),
}
