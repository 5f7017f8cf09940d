"""Sensor faults at work on the samples of a class."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from config.classes import CLASSES
from config.quantities import QUANTITIES
from config.site import Site
from sensors.faults.kinds import Fault
from sensors.faults.sensor_kinds import SENSOR_KINDS, UNITLESS
from sensors.faults.target import resolve
from sensors.noise import stream


class Sensing(Protocol):
    """Something that distorts samples."""

    def apply(self, t: float, cls: str, seen: np.ndarray) -> np.ndarray: ...

    def times(self, t: float, cls: str, ts_ms: int, rows: int) -> int | list[int]:
        """Time stamps of the messages of a class: one for all, or one a row."""
        ...


@dataclass(frozen=True)
class _Placed:
    fault: Fault
    cls: str
    row: int
    columns: tuple[int, ...]
    size: float  # SI
    rng: np.random.Generator


@dataclass
class SensorFaults:
    """The sensor faults of a run that began at `start` [epoch s]."""

    placed: tuple[_Placed, ...] = ()
    start: float = 0.0
    frozen: dict[int, float] = field(default_factory=dict)

    @classmethod
    def of(cls, site: Site, faults: Sequence[Fault], start: float, seed: int = 0) -> SensorFaults:
        chosen = [f for f in faults if f.kind in SENSOR_KINDS]
        return cls(tuple(_place(site, f, stream(seed, "fault", i)) for i, f in enumerate(chosen)), start)

    def apply(self, t: float, cls: str, seen: np.ndarray) -> np.ndarray:
        for index, placed in enumerate(self.placed):
            since = placed.fault.since(t - self.start)
            if placed.cls == cls and placed.columns and since is not None:
                self._distort(index, placed, since, seen)
        return seen

    def times(self, t: float, cls: str, ts_ms: int, rows: int) -> int | list[int]:
        """A clock that is wrong by `size` seconds stamps all messages of its asset."""
        wrong = [p for p in self.placed if p.fault.kind == "clock_skew" and p.cls == cls and p.fault.since(t - self.start) is not None]
        stamps = [ts_ms] * rows
        for p in wrong:
            stamps[p.row] = ts_ms + round(1000 * p.size)
        return stamps if wrong else ts_ms

    def _distort(self, index: int, placed: _Placed, since: float, seen: np.ndarray) -> None:
        row, column = placed.row, placed.columns[0]
        if placed.fault.kind == "sensor_stuck":
            seen[row, column] = self.frozen.setdefault(index, float(seen[row, column]))
        elif placed.fault.kind == "sensor_swapped":
            seen[row, placed.columns] = seen[row, placed.columns[::-1]]
        else:
            distort = SENSOR_KINDS[placed.fault.kind].distort
            seen[row, column] = distort(seen[row, column], placed.size, since, placed.rng)


def _place(site: Site, fault: Fault, rng: np.random.Generator) -> _Placed:
    cls, row, names = resolve(site, fault.target)
    columns = tuple(CLASSES[cls].measured.index(n) for n in _known(cls, fault, names))
    size = fault.size or SENSOR_KINDS[fault.kind].size
    factor = 1.0 if fault.kind in UNITLESS else QUANTITIES[names.split(",")[0]].factor
    return _Placed(fault, cls, row, columns, size * factor, rng)


def _known(cls: str, fault: Fault, names: str) -> list[str]:
    found = [n for n in names.split(",") if n]
    wanted = {"sensor_swapped": 2, "clock_skew": 0}.get(fault.kind, 1)
    if len(found) != wanted or any(n not in CLASSES[cls].measured for n in found):
        raise ValueError(f"fault {fault.kind} on {fault.target!r}: name {wanted} of the columns {', '.join(CLASSES[cls].measured)}")
    return found
