"""All messages of one class at a time: the same bytes as `twin.wire.native.encode_reading`, without a call a value."""
from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from config.classes import CLASSES, GPU_COLUMNS
from config.quantities import QUANTITIES
from config.site import Site
from twin.events import GOOD
from twin.wire.native import DECIMALS
from twin.wire.topics import topic

Frame = tuple[str, bytes]
Cells = list[Any]
_ENCODE = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Encoder:
    """Messages of one class of a site, or of the racks' GPU arrays ("gpu"). `kinds[row]` is the shape of the row's message."""

    factors: np.ndarray
    topics: tuple[str, ...]
    kinds: tuple[type | None, ...]  # None where the row has nothing to say
    columns: tuple[tuple[int, ...] | None, ...]  # of each row that lacks some instrument
    lengths: tuple[int, ...]  # GPUs of each rack, empty for wide messages and where all racks are alike

    @classmethod
    def of(cls, site: Site, name: str, missing: np.ndarray | None = None) -> Encoder:
        """`missing` (rows, columns) is true where no instrument is fitted: that column is never in the message."""
        arrays = name == "gpu"
        names = GPU_COLUMNS if arrays else CLASSES[name].measured
        factors = np.array([QUANTITIES[n].factor for n in names])
        assets = site.assets["rack" if arrays else name]
        sizes = {h.id: site.sheets[h.racks.equipment].gpus for h in site.model.halls}
        lengths = tuple(sizes[a.hall] for a in assets) if arrays else ()
        kept = _kept(len(assets), len(names), missing)
        made = {k: _message(name, tuple(names[i] for i in k)) for k in set(kept)}
        columns = tuple(None if len(k) == len(names) else k for k in kept)
        return cls(factors[:, None] if arrays else factors, tuple(topic(site, a, "gpu" if arrays else "tele") for a in assets),
                   tuple(made[k] for k in kept), columns, lengths if len(set(lengths)) > 1 else ())

    def frames(self, ts_ms: int | Sequence[int], seq: int, q: np.ndarray, values: np.ndarray) -> Iterator[Frame]:
        """`values` SI, (rows, columns) or (racks, 2, gpus), NaN where missing; `q` (rows,); `ts_ms` of all rows or of each."""
        yield from self.printed(ts_ms, seq, q, printed(values, self.factors))

    def printed(self, ts_ms: int | Sequence[int], seq: int, q: np.ndarray, values: np.ndarray) -> Iterator[Frame]:
        """As `frames`, of values already in boundary units and rounded."""
        rows = values.tolist()
        times = [ts_ms] * len(rows) if isinstance(ts_ms, int) else ts_ms
        for row, (quality, cells) in enumerate(zip(q.tolist(), rows, strict=True)):
            kind, columns = self.kinds[row], self.columns[row]
            if kind is None:
                continue
            if self.lengths:
                cells = [v[: self.lengths[row]] for v in cells]
            if columns is not None:
                cells = [cells[i] for i in columns]
            if quality != GOOD:
                cells = [_nulled(v) for v in cells]
            yield self.topics[row], _ENCODE(kind(times[row], seq, quality, *cells))


def printed(values: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """SI values as they are written: boundary units, rounded, minus zero as zero."""
    out = values / factors
    out *= 10.0**DECIMALS
    np.rint(out, out=out)
    out /= 10.0**DECIMALS
    out += 0.0
    return out


def _kept(rows: int, columns: int, missing: np.ndarray | None) -> list[tuple[int, ...]]:
    """Columns of each row that have an instrument."""
    if missing is None:
        return [tuple(range(columns))] * rows
    return [tuple(np.flatnonzero(~row).tolist()) for row in missing]


def _message(name: str, columns: tuple[str, ...]) -> type | None:
    """The struct of a message with these columns."""
    return msgspec.defstruct(f"Said_{name}", [("ts", int), ("seq", int), ("q", int), *((c, Any) for c in columns)], gc=False) if columns else None


def _nulled(value: float | list[float]) -> float | list[float | None] | None:
    if isinstance(value, list):
        return [None if math.isnan(v) else v for v in value]
    return None if math.isnan(value) else value
