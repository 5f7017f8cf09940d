"""All messages of some classes at a time: the same bytes as `twin.wire.native.encode_reading`, without a call a value."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from config.classes import CLASSES, GPU_COLUMNS
from config.quantities import QUANTITIES
from config.site import Site
from sensors.written import HEADS, ROOM, Forms, write
from twin.wire.topics import topic

Frame = tuple[str, bytes]


@dataclass(frozen=True)
class Encoder:
    """Messages of classes of a site, one class after another; the racks' GPU arrays are the class "gpu"."""

    topics: tuple[str, ...]
    forms: Forms
    room: int  # bytes that all messages need at most

    @classmethod
    def of(cls, site: Site, classes: Sequence[str], missing: Mapping[str, np.ndarray | None] | None = None) -> Encoder:
        """`missing[cls]` (rows, columns) is true where no instrument is fitted: that column is never in the message."""
        parts = [_forms(site, name, (missing or {}).get(name)) for name in classes]
        forms = _joined(parts)
        topics = tuple(topic(site, a, "gpu" if name == "gpu" else "tele") for name in classes for a in _assets(site, name))
        cells = int(((forms.last - forms.first) * forms.width).sum())
        return cls(topics, forms, len(topics) * (HEADS + len(forms.keys)) + cells * ROOM)

    def frames(self, ts_ms: int | Sequence[int], seq: int, values: np.ndarray) -> list[Frame]:
        """`values` SI, NaN where missing: (rows, columns) or (racks, 2, gpus), or all flat; `ts_ms` of all messages or of each.

        A message whose instruments give less than they should is uncertain, any other good.
        """
        out, ends = np.empty(self.room, np.uint8), np.empty(len(self.topics), np.int64)
        times = np.full(len(self.topics), ts_ms, np.int64) if isinstance(ts_ms, int) else np.array(ts_ms, np.int64)
        write(self.forms, np.ravel(values), times, seq, out, ends)
        stops = ends.tolist()
        text = out[: stops[-1]].tobytes() if stops else b""
        return [(name, text[begin:end]) for name, begin, end in zip(self.topics, [0, *stops], stops, strict=False) if end > begin]


def _assets(site: Site, name: str) -> Sequence:
    return site.assets["rack" if name == "gpu" else name]


def _forms(site: Site, name: str, missing: np.ndarray | None) -> Forms:
    """Messages of one class; cells and columns count from the class's own first."""
    names = GPU_COLUMNS if name == "gpu" else CLASSES[name].measured
    assets, columns = _assets(site, name), len(names)
    width = site.gpus_per_rack if name == "gpu" else 1
    sizes = {h.id: site.sheets[h.racks.equipment].gpus for h in site.model.halls}
    rows = len(assets)
    return Forms(
        cell=np.arange(rows) * columns * width, first=np.zeros(rows, int), last=np.full(rows, columns), width=np.full(rows, width),
        length=np.array([sizes[a.hall] if name == "gpu" else -1 for a in assets], int),
        fitted=np.ones((rows, columns), bool) if missing is None else ~missing,
        keys=np.array(bytearray("".join(f',"{n}":' for n in names).encode()), np.uint8), key_at=np.cumsum([0, *(len(n) + 4 for n in names)]),
        factor=np.array([float(QUANTITIES[n].factor) for n in names]))


def _joined(parts: Sequence[Forms]) -> Forms:
    """Messages of several classes, one class after another."""
    cells = np.cumsum([0, *(int(((p.last - p.first) * p.width).sum()) for p in parts)])
    columns = np.cumsum([0, *(len(p.factor) for p in parts)])
    letters = np.cumsum([0, *(len(p.keys) for p in parts)])
    most = max(p.fitted.shape[1] for p in parts)

    def all_of(name: str, shifts: Iterable[int] = repeat(0)) -> np.ndarray:
        return np.concatenate([getattr(p, name) + s for p, s in zip(parts, shifts, strict=False)])

    return Forms(
        cell=all_of("cell", cells), first=all_of("first", columns), last=all_of("last", columns), width=all_of("width"), length=all_of("length"),
        fitted=np.concatenate([np.pad(p.fitted, ((0, 0), (0, most - p.fitted.shape[1]))) for p in parts]),
        keys=np.concatenate([p.keys for p in parts]), key_at=np.concatenate([[0], *(p.key_at[1:] + s for p, s in zip(parts, letters, strict=False))]), factor=all_of("factor"))
