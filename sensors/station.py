"""From the truth to messages: samples every instrument of a site and encodes what it reads."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from sensors.encode import Encoder, Frame, printed
from sensors.faults import Sensing, SensorFaults
from sensors.fitted import Fitted
from sensors.instruments import Bank, banks, quality
from sensors.noise import stream
from sensors.truth.observe import gpus, observe
from sensors.truth.plant import Truth
from sensors.truth.settings import Settings
from twin.events import GOOD

GPU_PERIOD_S = 5.0  # where the site file says nothing
SOON_S = 1e-6


@dataclass
class Panel:
    """Classes that speak together. Their values lie one after another in one array, of which each class has a view."""

    classes: tuple[str, ...]
    period_s: float
    bank: Bank
    encoders: dict[str, Encoder]
    unfitted: dict[str, np.ndarray]  # (rows, columns) true where no instrument is
    shapes: dict[str, tuple[int, ...]]
    factors: np.ndarray  # boundary unit to SI, as the values
    spoke: float | None = None  # epoch s
    seq: int = -1

    @classmethod
    def of(cls, truth: Truth, classes: tuple[str, ...], period_s: float, made: Mapping[str, Bank], fitted: Fitted, rng: np.random.Generator) -> Panel:
        encoders = {c: Encoder.of(truth.site, c, fitted.columns(c)) for c in classes}
        unfitted = {c: missing for c in classes if c != "gpu" and (missing := fitted.columns(c)) is not None}
        bank = made[classes[0]] if len(classes) == 1 else Bank.joined([made[c] for c in classes], rng)
        shapes = {c: made[c].offset.shape for c in classes}
        factors = np.concatenate([np.broadcast_to(encoders[c].factors, shapes[c]).ravel() for c in classes])
        return cls(classes, period_s, bank, encoders, unfitted, shapes, factors.reshape(bank.offset.shape))

    def views(self, flat: np.ndarray) -> dict[str, np.ndarray]:
        """The part of each class, in its own shape."""
        if len(self.classes) == 1:
            return {self.classes[0]: flat}
        out, at = {}, 0
        for cls in self.classes:
            rows, columns = self.shapes[cls]
            out[cls] = flat[at: at + rows * columns].reshape(rows, columns)
            at += rows * columns
        return out

    def due(self, t: float) -> bool:
        return self.spoke is None or t - self.spoke >= self.period_s - SOON_S


@dataclass
class Station:
    """All instruments of one plant; a class speaks when its period has passed."""

    truth: Truth
    panels: tuple[Panel, ...]
    sensing: Sensing = field(default_factory=SensorFaults)
    silent: np.ndarray | None = None  # (R, G) GPUs that report nothing

    @classmethod
    def of(cls, truth: Truth, seed: int, with_gpus: bool = True, sensing: Sensing | None = None, fitted: Fitted | None = None,
           settings: Settings | None = None, periods: Mapping[str, float] | None = None) -> Station:
        """`periods` [s] by class, on top of the site's own."""
        named = {"gpu": GPU_PERIOD_S} | truth.site.model.periods | dict(periods or {})
        made, fitted = banks(truth.site, seed, with_gpus, settings), fitted or Fitted()
        together: dict[float, list[str]] = {}
        for name in made:
            if name != "gpu":
                together.setdefault(named.get(name, 0.0), []).append(name)
        groups = [*together.items(), *([(named["gpu"], ["gpu"])] if "gpu" in made else [])]
        panels = (Panel.of(truth, tuple(g), period, made, fitted, stream(seed, "panel", *g)) for period, g in groups)
        return cls(truth, tuple(panels), sensing or SensorFaults(), fitted.silent)

    def frames(self, dt: float) -> Iterator[Frame]:
        """(topic, payload) of every asset whose turn it is at the truth's time, `dt` [s] after the last call."""
        t = self.truth.state.t
        for panel in self.panels:
            if panel.due(t):
                yield from self._spoken(panel, t, dt if panel.spoke is None else t - panel.spoke)

    def _spoken(self, panel: Panel, t: float, since: float) -> Iterator[Frame]:
        panel.spoke, panel.seq = t, panel.seq + 1
        seen = self._sample(panel, t, since)
        whole = not np.isnan(seen).any()
        said = panel.views(printed(seen, panel.factors))
        for cls, values in panel.views(seen).items():
            q = np.full(len(values), GOOD) if whole else self._quality(panel, cls, values)
            stamps = self.sensing.times(t, cls, round(t * 1000), len(values))
            yield from panel.encoders[cls].printed(stamps, panel.seq, q, said[cls])

    def _sample(self, panel: Panel, t: float, since: float) -> np.ndarray:
        """What the instruments of a panel show now, SI, NaN where nothing."""
        if panel.classes == ("gpu",):
            seen = panel.bank.read(gpus(self.truth), since)
            if self.silent is not None:
                np.copyto(seen, np.nan, where=self.silent[:, None, :])
            return seen
        true = np.empty(panel.factors.shape)
        for cls, part in panel.views(true).items():
            observe(self.truth, cls, part)
        seen = panel.bank.read(true, since)
        for cls, part in panel.views(seen).items():
            self.sensing.apply(t, cls, part)
        return seen

    def _quality(self, panel: Panel, cls: str, values: np.ndarray) -> np.ndarray:
        """q of each message: a column that has no instrument is no reason to doubt the rest."""
        missing = panel.unfitted.get(cls)
        return quality(values if missing is None else np.where(missing, 0.0, values))
