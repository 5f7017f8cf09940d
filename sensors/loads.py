"""From load shares or recorded heat to the electric power of every rack and GPU."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensors.truth.parameters import Parameters
from sensors.truth.racks import RackLoad
from sensors.workload import Synthetic, square_mean

REST_IDLE = 0.3  # share of CPU, switch and fan power that does not follow the GPUs (assumption)


@dataclass(frozen=True)
class SyntheticLoad:
    """A synthetic AI workload on the plant's racks."""

    p: Parameters
    work: Synthetic
    idle: np.ndarray  # (R, G) W, nothing where no GPU sits
    span: np.ndarray  # (R, G) W from idle to the limit

    @classmethod
    def of(cls, p: Parameters, work: Synthetic) -> SyntheticLoad:
        r = p.rack
        return cls(p, work, r.gpu_idle[:, None] * r.present, (r.gpu_max - r.gpu_idle)[:, None] * r.present)

    def __call__(self, t0: float, t1: float) -> RackLoad:
        r = self.p.rack
        share = self.work.load(t0, t1)
        gpu = share[:, None] * self.work.gpu_share(t1)
        np.minimum(gpu, 1.0, out=gpu)
        gpu *= self.span
        gpu += self.idle
        rest = REST_IDLE + (1 - REST_IDLE) * share
        return RackLoad(gpu, r.other_max * rest, r.air_max * rest)


@dataclass(frozen=True)
class PlainLoad:
    """The same load everywhere: held at `level` (0..1), or stepping `swing` of it up and down every hour."""

    p: Parameters
    level: float
    swing: float = 0.0

    def __call__(self, t0: float, t1: float) -> RackLoad:
        r = self.p.rack
        up = 2.0 * square_mean(t0, t1, 7200.0, 3600.0) - 1.0
        share = min(self.level * (1.0 + self.swing * up), 1.0)
        rest = REST_IDLE + (1 - REST_IDLE) * share
        return RackLoad((r.gpu_idle + (r.gpu_max - r.gpu_idle) * share)[:, None] * r.present, r.other_max * rest, r.air_max * rest)


@dataclass(frozen=True)
class HeatLoad:
    """Recorded heat of each CDU: `times` [epoch s], `heat` [W] of shape (times, C), held between rows and at the ends."""

    p: Parameters
    times: np.ndarray
    heat: np.ndarray
    spread: np.ndarray  # (R, G)

    def __call__(self, t0: float, t1: float) -> RackLoad:
        r = self.p.rack
        row = int(np.clip(np.searchsorted(self.times, t1, side="right") - 1, 0, len(self.times) - 1))
        racks = np.bincount(r.cdu, minlength=self.heat.shape[1])
        liquid = self.heat[row, r.cdu] / np.maximum(racks[r.cdu], 1)
        full = r.gpus * r.gpu_max + r.other_max
        weight = self.spread * r.present
        gpu = (liquid * r.gpus * r.gpu_max / full)[:, None] * weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
        return RackLoad(gpu, liquid * r.other_max / full, np.minimum(liquid / full, 1.2) * r.air_max)
