"""Which instruments a site really has: some racks have no flow meter, some GPUs report to nobody. Drawn from the seed."""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from config.classes import CLASSES
from config.site import Site
from sensors.noise import stream
from sensors.truth.settings import Settings

TRAYS = 18  # of an NVL72-class rack: telemetry is lost a tray at a time


@dataclass(frozen=True)
class Fitted:
    """`missing[cls]` (rows, measured columns) and `silent` (R, G) are true where there is no instrument; absent means all are fitted."""

    missing: dict[str, np.ndarray] = field(default_factory=dict)
    silent: np.ndarray | None = None

    def columns(self, cls: str) -> np.ndarray | None:
        """(rows, columns) true where a class has no instrument, None where all are fitted; of "gpu" whole racks."""
        if cls == "gpu":
            return None if self.silent is None else np.repeat(self.mute()[:, None], 2, axis=1)
        return self.missing.get(cls)

    def mute(self) -> np.ndarray:
        """Racks without any GPU telemetry, (R,)."""
        return self.silent.all(axis=1) if self.silent is not None else np.zeros(0, dtype=bool)


def drawn(site: Site, seed: int, settings: Settings) -> Fitted:
    """The instruments of this seed's site."""
    rng, racks, gpus = stream(seed, "fitted"), site.count("rack"), site.gpus_per_rack
    missing = np.zeros((racks, len(CLASSES["rack"].measured)), dtype=bool)
    missing[_some(rng, racks, settings.racks_unmetered), CLASSES["rack"].column("flow_lpm")] = True
    silent = np.zeros((racks, gpus), dtype=bool)
    order, count = rng.permutation(racks), round(racks * settings.gpus_unmetered)
    silent[order[:count]] = True
    tray = -(-gpus // TRAYS)
    for rack in order[count: 2 * count]:
        first = int(rng.integers(0, max(gpus - tray, 1)))
        silent[rack, first: first + tray] = True
    return Fitted({"rack": missing}, silent)


def _some(rng: np.random.Generator, count: int, share: float) -> np.ndarray:
    return rng.permutation(count)[: round(count * share)]
