"""From the truth to messages: samples every instrument of a site and encodes what it reads."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sensors.encode import Encoder, Frame
from sensors.faults import Sensing, SensorFaults
from sensors.instruments import Bank, banks, quality
from sensors.truth.observe import gpus, observe
from sensors.truth.plant import Truth

GPU_PERIOD_S = 5.0


@dataclass
class Station:
    """All instruments of one plant. `seq` counts the messages of each asset."""

    truth: Truth
    banks: dict[str, Bank]
    sensing: Sensing = field(default_factory=SensorFaults)
    counts: dict[str, int] = field(default_factory=dict)
    encoders: dict[str, Encoder] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.encoders = {cls: Encoder.of(self.truth.site, cls) for cls in self.banks}

    @classmethod
    def of(cls, truth: Truth, seed: int, with_gpus: bool = True, sensing: Sensing | None = None) -> Station:
        return cls(truth, banks(truth.site, seed, with_gpus), sensing or SensorFaults())

    def sample(self, cls: str, dt: float) -> np.ndarray:
        """What the instruments of a class show now, SI: (rows, columns), for "gpu" (R, 2, G)."""
        bank = self.banks[cls]
        if cls == "gpu":
            true = np.moveaxis(gpus(self.truth), 0, -1)
            return np.moveaxis(bank.read(true, dt), -1, 1)
        seen = bank.read(observe(self.truth, cls), dt)
        return self.sensing.apply(self.truth.state.t, cls, seen)

    def frames(self, dt: float, with_gpus: bool = False) -> Iterator[Frame]:
        """(topic, payload) of every asset at the truth's time."""
        ts_ms = round(self.truth.state.t * 1000)
        for cls in self.banks:
            if cls == "gpu" and not with_gpus:
                continue
            values = self.sample(cls, dt)
            seq = self.counts[cls] = self.counts.get(cls, -1) + 1
            yield from self.encoders[cls].frames(ts_ms, seq, quality(values), values)
