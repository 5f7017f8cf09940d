"""Instruments: what a sensor makes of the truth. One row of a table a quantity, with the reason of its numbers.

Numbers are in boundary units of the quantity (degC, kW, L/min, ...); `gain` is a relative error of one standard deviation.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from config.classes import CLASSES, GPU_COLUMNS
from config.quantities import QUANTITIES
from config.site import Site
from sensors.noise import stream
from sensors.sampled import sample
from sensors.truth.settings import Settings


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


NUMBERS = ("offset", "gain", "noise", "noise_gain", "step", "lag_s", "dropout", "low", "high")


@dataclass
class Bank:
    """Instruments read together: each field broadcasts to the values' shape, SI. `offset` and `gain` are those of each piece."""

    rng: np.random.Generator
    offset: np.ndarray
    gain: np.ndarray
    noise: np.ndarray
    noise_gain: np.ndarray
    step: np.ndarray  # of the display; 1e-12 where it has none
    lag_s: np.ndarray
    dropout: np.ndarray
    low: np.ndarray
    high: np.ndarray
    held: np.ndarray | None = None

    @classmethod
    def of(cls, name: str, rows: tuple[int, ...], rng: np.random.Generator, settings: Settings | None = None) -> Bank:
        """Instruments of one class: values (rows, columns), of "gpu" (racks, columns, GPUs)."""
        names, s = _columns(name), settings or Settings()
        wide = (-1, *(1 for _ in rows[1:]))
        shape = (rows[0], len(names), *rows[1:])

        def field(what: str, factor: float, scaled: bool = False) -> np.ndarray:
            return (_vector(name, what, scaled) * factor).reshape(wide)

        offset = field("offset", s.offset, True) * np.clip(rng.standard_normal(shape), -2.0, 2.0)
        gain = 1 + field("gain", s.offset) * np.clip(rng.standard_normal(shape), -2.0, 2.0)
        bounds = np.array([(QUANTITIES[c].low, QUANTITIES[c].high) for c in names]) * [[QUANTITIES[c].factor] for c in names]
        return cls(rng, offset, gain, field("noise", s.noise, True), field("noise_gain", s.noise), np.maximum(field("step", 1.0, True), 1e-12),
                   field("lag_s", s.lag), field("dropout", s.dropout), bounds[:, 0].reshape(wide), bounds[:, 1].reshape(wide))

    @classmethod
    def joined(cls, parts: Sequence[Bank], rng: np.random.Generator) -> Bank:
        """The instruments of several banks as one, values flat and one after another: a call reads them all."""
        return cls(rng, *(np.concatenate([np.broadcast_to(getattr(b, n), b.offset.shape).ravel() for b in parts]) for n in NUMBERS))

    def read(self, true: np.ndarray, dt: float) -> np.ndarray:
        """A sample: lag, gain, offset, noise, display step, dropout (NaN). `true` SI, `dt` [s] since the last one."""
        shape = self._grid()
        if self.held is None:
            self.held = true.copy().reshape(shape)
        keep = np.exp(-dt / np.maximum(self.lag_s.ravel(), 1e-9))
        drawn = self.rng.standard_normal(shape, dtype=np.float32)
        columns = (getattr(self, n).ravel() for n in ("noise", "noise_gain", "step", "low", "high"))
        seen = sample(true.reshape(shape), self.held, self.gain.reshape(shape), self.offset.reshape(shape), drawn, keep, *columns).reshape(true.shape)
        self._lose(seen)
        return seen

    def _grid(self) -> tuple[int, int, int]:
        """Rows, columns, pieces: of flat instruments each is a column of its own."""
        shape = self.offset.shape
        return (1, shape[0], 1) if len(shape) == 1 else (*shape, 1)[:3]

    def _lose(self, seen: np.ndarray) -> None:
        """Samples are missing by chance, independently of each other."""
        chance = min(float(self.dropout.max()), 1.0)
        count = self.rng.binomial(seen.size, chance) if chance > 0 else 0
        if count:
            picked = self.rng.choice(seen.size, count, replace=False)
            rare = np.broadcast_to(self.dropout, seen.shape).ravel()[picked]
            seen.ravel()[picked[self.rng.random(count) * chance < rare]] = np.nan


def banks(site: Site, seed: int, gpus: bool = True, settings: Settings | None = None) -> dict[str, Bank]:
    """Instruments of every class of the site; their errors follow from the seed alone."""
    made = {c: Bank.of(c, (site.count(c),), stream(seed, "instruments", c), settings) for c in CLASSES if CLASSES[c].measured and site.count(c)}
    if gpus and site.count("rack"):
        made["gpu"] = Bank.of("gpu", (site.count("rack"), site.gpus_per_rack), stream(seed, "instruments", "gpu"), settings)
    return made
