"""From the truth to messages: samples every instrument of a site and encodes what it reads."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from sensors.encode import Encoder, Frame
from sensors.faults import Sensing, SensorFaults
from sensors.fitted import Fitted
from sensors.instruments import Bank, banks, quality
from sensors.truth.observe import gpus, observe
from sensors.truth.plant import Truth
from sensors.truth.settings import Settings

GPU_PERIOD_S = 5.0  # where the site file says nothing
SOON_S = 1e-6


@dataclass
class Station:
    """All instruments of one plant. `seq` counts the messages of each asset; a class speaks when its period has passed."""

    truth: Truth
    banks: dict[str, Bank]
    sensing: Sensing = field(default_factory=SensorFaults)
    fitted: Fitted = field(default_factory=Fitted)
    periods: Mapping[str, float] = field(default_factory=dict)  # s, on top of the site's own
    counts: dict[str, int] = field(default_factory=dict)
    spoke: dict[str, float] = field(default_factory=dict)  # epoch s of each class's newest message
    encoders: dict[str, Encoder] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.encoders = {cls: Encoder.of(self.truth.site, cls, self._missing(cls)) for cls in self.banks}

    @classmethod
    def of(cls, truth: Truth, seed: int, with_gpus: bool = True, sensing: Sensing | None = None, fitted: Fitted | None = None,
           settings: Settings | None = None, periods: Mapping[str, float] | None = None) -> Station:
        named = {"gpu": GPU_PERIOD_S} | truth.site.model.periods | dict(periods or {})
        return cls(truth, banks(truth.site, seed, with_gpus, settings), sensing or SensorFaults(), fitted or Fitted(), named)

    def _missing(self, cls: str) -> np.ndarray | None:
        """(rows, columns) true where no instrument is fitted, None where all are."""
        if cls == "gpu":
            return None if self.fitted.silent is None else np.repeat(self.fitted.mute()[:, None], 2, axis=1)
        return self.fitted.missing.get(cls)

    def sample(self, cls: str, dt: float) -> np.ndarray:
        """What the instruments of a class show now, SI: (rows, columns), for "gpu" (R, 2, G)."""
        bank = self.banks[cls]
        if cls == "gpu":
            seen = bank.read(gpus(self.truth), dt)
            if self.fitted.silent is not None:
                np.copyto(seen, np.nan, where=self.fitted.silent[:, None, :])
            return seen
        seen = bank.read(observe(self.truth, cls), dt)
        return self.sensing.apply(self.truth.state.t, cls, seen)

    def frames(self, dt: float) -> Iterator[Frame]:
        """(topic, payload) of every asset whose turn it is at the truth's time, `dt` [s] after the last call."""
        t = self.truth.state.t
        ts_ms = round(t * 1000)
        for cls in self.banks:
            since = t - self.spoke.get(cls, t - 1e9)
            if since < self.periods.get(cls, 0.0) - SOON_S:
                continue
            values = self.sample(cls, dt if cls not in self.spoke else since)
            self.spoke[cls] = t
            seq = self.counts[cls] = self.counts.get(cls, -1) + 1
            yield from self.encoders[cls].frames(self.sensing.times(t, cls, ts_ms, len(values)), seq, self._quality(cls, values), values)

    def _quality(self, cls: str, values: np.ndarray) -> np.ndarray:
        """q of each message: a column that has no instrument is no reason to doubt the rest."""
        missing = self._missing(cls) if cls != "gpu" else None
        return quality(values if missing is None else np.where(missing, 0.0, values))
