"""Which rows a page showing one hall needs, and how many digits each column deserves."""
from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from config.classes import CLASSES
from config.site import SITE_LEVEL, Site
from twin.events import Reading, Snapshot

# decimals kept at the boundary: a tenth of what an instrument of that unit resolves
_DIGITS = {"degC": 2, "K": 2, "kW": 2, "W": 0, "L/min": 1, "kPa": 2, "%": 1, "V": 0, "Hz": 2, "kWh": 1, "L/h": 0, "0/1": 0, "1": 4}
LISTED_DOUBTS = 12  # verdicts named one by one in a frame; the rest is a count


@dataclass(frozen=True)
class HallView:
    """One hall of a site with the assets that belong to no hall. `rows[cls]` are rows of the class, in its order."""

    site: Site
    hall: str

    @cached_property
    def rows(self) -> dict[str, np.ndarray]:
        return {cls: self._rows(cls) for cls in CLASSES if self.site.count(cls)}

    @cached_property
    def starts(self) -> np.ndarray:
        """First rack row of every hall of the site, in file order."""
        first: dict[str, int] = {}
        for asset in self.site.assets.get("rack", ()):
            first.setdefault(asset.hall, asset.row)
        return np.array(list(first.values()), dtype=int)

    def _rows(self, cls: str) -> np.ndarray:
        wanted = (self.hall, SITE_LEVEL)
        return np.array([a.row for a in self.site.assets[cls] if a.hall in wanted], dtype=int)


def halls(site: Site) -> tuple[str, ...]:
    """Ids of the halls, in file order as the assets have them."""
    return tuple(dict.fromkeys(a.hall for a in site.assets.get("rack", ())))


@cache
def digits(cls: str) -> np.ndarray:
    """Decimals of each column of a class, shape (columns,)."""
    return np.array([_DIGITS.get(q.unit, 2) for q in CLASSES[cls].quantities])


@cache
def _scales(cls: str) -> tuple[np.ndarray, np.ndarray]:
    return CLASSES[cls].factors(), 10.0 ** digits(cls)


def boundary(cls: str, si: np.ndarray) -> np.ndarray:
    """SI values of a class's leading columns, shape (rows, columns), in boundary units, rounded."""
    factors, scale = (table[: si.shape[-1]] for table in _scales(cls))
    return np.round(si / factors * scale) / scale


def modelled(snapshot: Snapshot, kind: str, cls: str, rows: np.ndarray) -> np.ndarray:
    """One of a snapshot's tables (`values`, `std`, `residual`) in boundary units, NaN where the twin has none."""
    table = getattr(snapshot, kind).get(cls)
    width = len(CLASSES[cls].measured if kind == "residual" else CLASSES[cls].columns)
    return np.full((len(rows), width), np.nan) if table is None else boundary(cls, table[rows])


def verdicts(snapshot: Snapshot, cls: str, rows: np.ndarray) -> np.ndarray:
    """Quality of each measured column, shape (rows, measured columns), zero (unseen) where the twin has none."""
    table = snapshot.quality.get(cls)
    return np.zeros((len(rows), len(CLASSES[cls].measured)), np.uint8) if table is None else table[rows]


def measured(readings: dict[tuple[str, int], Reading], cls: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Newest readings in boundary units, shape (rows, measured columns), and their times (ms, 0 when never seen)."""
    values = np.full((len(rows), len(CLASSES[cls].measured)), np.nan)
    times = np.zeros(len(rows), dtype=np.int64)
    for i, row in enumerate(rows.tolist()):
        if (reading := readings.get((cls, row))) is not None:
            values[i], times[i] = reading.values, reading.ts_ms
    return boundary(cls, values), times
