"""Many columns of sensors at once, minute by minute, out of whatever keeps them."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from config.classes import CLASSES
from config.site import Site

Array = np.ndarray
MINUTE_MS = 60_000


class StoreError(Exception):
    """A store that cannot be read, or that does not hold what was asked for."""


@dataclass(frozen=True, slots=True)
class Stored:
    """times [T] epoch ms at which minutes begin; columns: `class.column` -> [T, rows] SI means, NaN where missing; samples: in a common minute."""

    times: Array
    columns: Mapping[str, Array]
    samples: float


class Part(NamedTuple):
    """Minutes of one asset: the fields' names, times [T] epoch ms, data [T, fields] in boundary units, NaN where missing."""

    hall: str
    asset: str
    fields: Sequence[str]
    times: Array
    data: Array


class Source(Protocol):
    """Something that keeps minutes of sensors."""

    @property
    def name(self) -> str:
        """File or address, for messages."""

    def parts(self, cls: str, fields: Sequence[str], start_ms: int, end_ms: int) -> Iterator[Part]:
        """Of all assets of a class whose minutes begin in `start_ms <= t < end_ms`, in any order and number; at least `fields`. Raises StoreError."""

    def span(self, assets: Sequence[tuple[str, str]]) -> tuple[int, int] | None:
        """First and last minute (epoch ms) of the CDUs named (hall, asset); None when there is none. Raises StoreError."""


def minutes(source: Source, site: Site, names: Iterable[str], start_ms: int, end_ms: int) -> Stored:
    """The minutes of `start_ms <= t < end_ms` of which anything is kept, of columns `class.column`. Raises StoreError."""
    wanted: dict[str, list[str]] = {}
    for name in sorted(set(names)):
        cls, column = name.split(".")
        wanted.setdefault(cls, []).append(column)
    begin = -(-start_ms // MINUTE_MS) * MINUTE_MS
    length = max(0, -(-(end_ms - begin) // MINUTE_MS))
    columns = {f"{cls}.{c}": np.full((length, site.count(cls)), np.nan) for cls, found in wanted.items() for c in found}
    counts: list[float] = []
    for cls, found in wanted.items():
        for part in source.parts(cls, [f"{c}_{what}" for c in found for what in ("mean", "n")], begin, end_ms):
            counts += _lay(source, site, columns, cls, found, part, begin)
    seen = np.zeros(length, dtype=bool)
    for x in columns.values():
        seen |= np.isfinite(x).any(axis=1)
    if not seen.any():
        raise StoreError(f"{source.name}: no minutes of {site.id} in this span: {_held(source, site)}")
    return Stored(begin + MINUTE_MS * np.flatnonzero(seen), {n: x[seen] for n, x in columns.items()}, float(np.median(counts)) if counts else 1.0)


def _lay(source: Source, site: Site, columns: Mapping[str, Array], cls: str, found: Sequence[str], part: Part, begin_ms: int) -> list[float]:
    """Put one asset's minutes in their places; samples in a minute of its columns, of the first asset of a class."""
    row = site.at.get((part.hall, cls, part.asset))
    if row is None:
        raise StoreError(f"{source.name} holds minutes of {part.hall}/{cls}/{part.asset}, which {site.id} does not have: a store of another site")
    at, fields = (part.times - begin_ms) // MINUTE_MS, list(part.fields)
    here = [c for c in found if f"{c}_mean" in fields]
    for c in here:
        columns[f"{cls}.{c}"][at, row] = part.data[:, fields.index(f"{c}_mean")] * _factor(cls, c)
    counted = [part.data[:, fields.index(f"{c}_n")] for c in here if row == 0 and cls != "weather"]
    return [float(np.nanmedian(n)) for n in counted if np.isfinite(n).any()]


def _factor(cls: str, column: str) -> float:
    return float(CLASSES[cls].factors()[CLASSES[cls].column(column)])


def _held(source: Source, site: Site) -> str:
    """What the source does hold of this site's minutes, in words."""
    known = source.span([(a.hall, a.id) for a in site.assets["cdu"]])
    if known is None:
        return "it holds none of this site at all"
    first, last = (np.datetime64(int(t), "ms").astype("datetime64[s]") for t in known)
    return f"it holds {first}Z to {last}Z"
