"""Instruments: what a sensor makes of the truth. One row of a table a quantity, with the reason of its numbers.

Numbers are in boundary units of the quantity (degC, kW, L/min, ...); `gain` is a relative error of one standard deviation.
"""
from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from config.classes import CLASSES, GPU_COLUMNS
from config.quantities import QUANTITIES
from config.site import Site
from sensors.noise import stream
from twin.events import GOOD, UNCERTAIN


@dataclass(frozen=True, slots=True)
class Instrument:
    """One kind of sensor: fixed offset and gain error of each piece (one sigma), noise of a sample, step of its display, lag [s]."""

    offset: float = 0.0
    gain: float = 0.0
    noise: float = 0.0
    noise_gain: float = 0.0  # noise relative to the value
    step: float = 0.0
    lag_s: float = 0.0
    dropout: float = 1e-5  # chance that a sample is missing
    reason: str = ""


PT100 = Instrument(0.07, 0.0, 0.02, 0.0, 0.01, 4.0, reason="PT100 class A, 0.15 K tolerance taken as two sigma (IEC 60751), thermowell")
MAG = Instrument(0.0, 0.0025, 0.0, 0.003, 0.1, 1.0, reason="magnetic flow meter, 0.5 % of value as two sigma, damping 1 s")
DP = Instrument(0.15, 0.001, 0.1, 0.0, 0.1, 0.5, reason="pressure transmitter, 0.1 % of a 300 kPa span")
METER = Instrument(0.0, 0.0025, 0.0, 0.002, 0.01, 0.0, reason="power meter class 0.5 (IEC 62053-22)")
FEEDBACK = Instrument(0.3, 0.0, 0.05, 0.0, 0.1, 0.0, reason="position or speed fed back over 4-20 mA at 10 bit")
STATE = Instrument(dropout=0.0, reason="contact or count, exact")

_BY_SUFFIX = {"c": PT100, "lpm": MAG, "kpa": DP, "kw": METER, "pct": FEEDBACK, "count": STATE, "on": STATE,
              "v": replace(METER, step=0.1, gain=0.001, noise_gain=0.0005), "hz": replace(METER, gain=1e-5, noise_gain=2e-5, step=0.001)}

_BY_COLUMN = {
    ("rack", "supply_c"): replace(PT100, offset=0.15, noise=0.04, step=0.1, reason="rack manifold, class B, logged at 0.1 K"),
    ("rack", "return_c"): replace(PT100, offset=0.15, noise=0.04, step=0.1, reason="rack manifold, class B, logged at 0.1 K"),
    ("rack", "flow_lpm"): replace(MAG, gain=0.01, noise_gain=0.006, reason="vortex meter in the manifold, 2 % of value"),
    ("rack", "power_kw"): replace(METER, gain=0.005, noise_gain=0.003, step=0.1, reason="power shelf telemetry, 1 %"),
    ("cdu", "heat_kw"): replace(METER, gain=0.008, noise_gain=0.006, step=0.1, lag_s=5.0, reason="heat meter class 2 (EN 1434)"),
    ("district", "heat_kw"): replace(METER, gain=0.008, noise_gain=0.004, step=1.0, lag_s=5.0, reason="heat meter class 2 (EN 1434)"),
    ("heatpump", "heat_kw"): replace(METER, gain=0.01, noise_gain=0.004, step=1.0, lag_s=5.0, reason="heat meter class 2 (EN 1434)"),
    ("loop", "air_c"): replace(PT100, offset=0.25, noise=0.1, step=0.1, lag_s=30.0, reason="room sensor, class B in still air"),
    ("weather", "dry_bulb_c"): replace(PT100, offset=0.1, noise=0.05, step=0.1, lag_s=60.0, reason="shielded station"),
    ("weather", "wet_bulb_c"): replace(PT100, offset=0.2, noise=0.05, step=0.1, lag_s=60.0, reason="computed by the station from humidity"),
    ("weather", "humidity_pct"): replace(FEEDBACK, offset=1.0, noise=0.3, lag_s=60.0, reason="capacitive probe, 2 % as two sigma"),
    ("gpu", "temp_c"): Instrument(0.5, 0.0, 0.2, 0.0, 1.0, 0.0, 1e-5, "on-die sensor, read as whole degrees"),
    ("gpu", "power_w"): Instrument(0.0, 0.01, 0.0, 0.01, 0.1, 0.0, 1e-5, "board telemetry, a few percent"),
}


def instrument(cls: str, column: str) -> Instrument:
    """The instrument of a column: its own row of the table, else the one of its unit."""
    return _BY_COLUMN.get((cls, column)) or _BY_SUFFIX[column.rsplit("_", 1)[1]]


def _columns(cls: str) -> tuple[str, ...]:
    return GPU_COLUMNS if cls == "gpu" else CLASSES[cls].measured


def _vector(cls: str, name: str, scaled: bool) -> np.ndarray:
    """One field of the instruments of a class, SI where `scaled`, shape (columns,)."""
    return np.array([getattr(instrument(cls, c), name) * (QUANTITIES[c].factor if scaled else 1.0) for c in _columns(cls)])


@dataclass
class Bank:
    """All instruments of one class. Values have the columns last: (rows, columns)."""

    cls: str
    rows: tuple[int, ...]  # shape of one column
    rng: np.random.Generator
    names: tuple[str, ...] = ()
    held: np.ndarray | None = None
    table: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = _columns(self.cls)
        for name in ("offset", "noise", "step"):
            self.table[name] = _vector(self.cls, name, True)
        for name in ("gain", "noise_gain", "lag_s", "dropout"):
            self.table[name] = _vector(self.cls, name, False)
        shape = (*self.rows, len(self.names))
        self.offset = self.table["offset"] * np.clip(self.rng.standard_normal(shape), -2.0, 2.0)
        self.gain = 1 + self.table["gain"] * np.clip(self.rng.standard_normal(shape), -2.0, 2.0)
        self.low = np.array([QUANTITIES[c].low * QUANTITIES[c].factor for c in self.names])
        self.high = np.array([QUANTITIES[c].high * QUANTITIES[c].factor for c in self.names])

    def lag(self, true: np.ndarray, dt: float) -> np.ndarray:
        """First-order lag of the element."""
        tau = self.table["lag_s"]
        keep = np.where(tau > 0, np.exp(-dt / np.maximum(tau, 1e-9)), 0.0)
        self.held = true if self.held is None else true + (self.held - true) * keep
        return self.held

    def read(self, true: np.ndarray, dt: float) -> np.ndarray:
        """A sample: lag, gain, offset, noise, display step, dropout (NaN). `true` SI, (rows, columns)."""
        noise = self.rng.standard_normal(true.shape)
        seen = self.lag(true, dt) * self.gain + self.offset + noise * (self.table["noise"] + self.table["noise_gain"] * np.abs(true))
        step = self.table["step"]
        seen = np.where(step > 0, np.round(seen / np.where(step > 0, step, 1.0)) * step, seen)
        seen = np.clip(seen, self.low, self.high)
        lost = self.rng.random(true.shape) < self.table["dropout"]
        return np.where(lost, np.nan, seen)


def banks(site: Site, seed: int, gpus: bool = True) -> dict[str, Bank]:
    """Instruments of every class of the site; their errors follow from the seed alone."""
    made = {c: Bank(c, (site.count(c),), stream(seed, "instruments", c)) for c in CLASSES if CLASSES[c].measured and site.count(c)}
    if gpus and site.count("rack"):
        made["gpu"] = Bank("gpu", (site.count("rack"), site.gpus_per_rack), stream(seed, "instruments", "gpu"))
    return made


def quality(values: np.ndarray) -> np.ndarray:
    """q of each message, shape (rows,): good, or uncertain where a value is missing."""
    missing = np.isnan(values).any(axis=tuple(range(1, values.ndim)))
    return np.where(missing, UNCERTAIN, GOOD)
