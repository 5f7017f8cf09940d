"""All messages of one class at a time: the same bytes as `twin.wire.native.encode_reading`, without a call a value."""
from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import numpy as np

from config.classes import CLASSES, GPU_COLUMNS
from config.quantities import QUANTITIES
from config.site import Site
from twin.events import GOOD
from twin.wire.native import DECIMALS
from twin.wire.topics import topic

Frame = tuple[str, bytes]


@dataclass(frozen=True)
class Encoder:
    """Messages of one class of a site, or of the racks' GPU arrays ("gpu")."""

    names: tuple[str, ...]
    factors: np.ndarray
    topics: tuple[str, ...]
    lengths: tuple[int, ...]  # GPUs of each rack, empty for wide messages

    @classmethod
    def of(cls, site: Site, name: str) -> Encoder:
        arrays = name == "gpu"
        names = GPU_COLUMNS if arrays else CLASSES[name].measured
        factors = np.array([QUANTITIES[n].factor for n in names])
        assets = site.assets["rack" if arrays else name]
        sizes = {h.id: site.sheets[h.racks.equipment].gpus for h in site.model.halls}
        lengths = tuple(sizes[a.hall] for a in assets) if arrays else ()
        return cls(names, factors[:, None] if arrays else factors, tuple(topic(site, a, "gpu" if arrays else "tele") for a in assets), lengths)

    def frames(self, ts_ms: int, seq: int, q: np.ndarray, values: np.ndarray) -> Iterator[Frame]:
        """`values` SI, (rows, columns) or (racks, 2, gpus), NaN where missing; `q` (rows,)."""
        rounded = np.round(values / self.factors, DECIMALS) + 0.0
        rows = rounded.tolist()
        for row, quality in enumerate(q.tolist()):
            cells = [v[: self.lengths[row]] for v in rows[row]] if self.lengths else rows[row]
            body = dict(zip(self.names, cells, strict=True))
            if quality != GOOD:
                body = {name: _nulled(v) for name, v in body.items()}
            yield self.topics[row], msgspec.json.encode({"ts": ts_ms, "seq": seq, "q": quality, **body})


def _nulled(value: float | list[float]) -> float | list[float | None] | None:
    if isinstance(value, list):
        return [None if math.isnan(v) else v for v in value]
    return None if math.isnan(value) else value
