"""From the truth to messages: samples every instrument of a site and encodes what it reads."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sensors.encode import Encoder, Frame
from sensors.faults import Sensing, SensorFaults
from sensors.fitted import Fitted
from sensors.instruments import Bank, banks
from sensors.noise import stream
from sensors.truth.observe import gpus, observe
from sensors.truth.plant import Truth
from sensors.truth.settings import Settings

GPU_PERIOD_S = 5.0  # where the site file says nothing
SOON_S = 1e-6


@dataclass
class Panel:
    """Classes that speak together. Their values lie one after another in one array, of which each class has a view."""

    classes: tuple[str, ...]
    period_s: float
    bank: Bank
    encoder: Encoder
    shapes: dict[str, tuple[int, ...]]
    spoke: float | None = None  # epoch s
    seq: int = -1

    @classmethod
    def of(cls, truth: Truth, classes: tuple[str, ...], period_s: float, made: Mapping[str, Bank], fitted: Fitted, rng: np.random.Generator) -> Panel:
        bank = made[classes[0]] if len(classes) == 1 else Bank.joined([made[c] for c in classes], rng)
        encoder = Encoder.of(truth.site, classes, {c: fitted.columns(c) for c in classes})
        return cls(classes, period_s, bank, encoder, {c: made[c].offset.shape for c in classes})

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

    def frames(self, dt: float) -> list[Frame]:
        """(topic, payload) of every asset whose turn it is at the truth's time, `dt` [s] after the last call."""
        t = self.truth.state.t
        return [frame for panel in self.panels if panel.due(t) for frame in self._spoken(panel, t, dt if panel.spoke is None else t - panel.spoke)]

    def _spoken(self, panel: Panel, t: float, since: float) -> list[Frame]:
        panel.spoke, panel.seq = t, panel.seq + 1
        return panel.encoder.frames(self._stamps(panel, t), panel.seq, self._sample(panel, t, since))

    def _stamps(self, panel: Panel, t: float) -> int | list[int]:
        """Time stamps of a panel's messages: one for all, or one each."""
        now = round(t * 1000)
        stamps = [self.sensing.times(t, cls, now, shape[0]) for cls, shape in panel.shapes.items()]
        if all(isinstance(s, int) for s in stamps):
            return now
        return [ts for s, shape in zip(stamps, panel.shapes.values(), strict=True) for ts in ([s] * shape[0] if isinstance(s, int) else s)]

    def _sample(self, panel: Panel, t: float, since: float) -> np.ndarray:
        """What the instruments of a panel show now, SI, NaN where nothing."""
        if panel.classes == ("gpu",):
            seen = panel.bank.read(gpus(self.truth), since)
            if self.silent is not None:
                np.copyto(seen, np.nan, where=self.silent[:, None, :])
            return seen
        true = np.empty(panel.bank.offset.shape)
        for cls, part in panel.views(true).items():
            observe(self.truth, cls, part)
        seen = panel.bank.read(true, since)
        for cls, part in panel.views(seen).items():
            self.sensing.apply(t, cls, part)
        return seen
