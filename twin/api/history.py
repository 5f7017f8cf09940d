"""History of one column from the local store: what its sensor said, what the twin held and how sure it was."""
from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from config.classes import CLASSES
from config.quantities import QUANTITIES
from config.site import Site
from twin.api.errors import Refused, one_of
from twin.api.schemas import HistoryAnswer, Series
from twin.api.view import digits
from twin.events import ACTUAL

# (path, measurement, hall, id, field, src, scenario, start_ms, end_ms, max_points) -> (times in ms, values), both 1-d
Reader = Callable[..., tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Query:
    """One column of one asset over a span of event time."""

    cls: str
    hall: str
    id: str
    field: str
    start_ms: int
    end_ms: int
    max_points: int


def check(site: Site, query: Query) -> None:
    """Raise `Refused` naming what is allowed."""
    one_of("class", query.cls, [c for c in CLASSES if site.count(c)])
    assets = site.assets[query.cls]
    one_of("hall", query.hall, list(dict.fromkeys(a.hall for a in assets)))
    one_of("id", query.id, [a.id for a in assets if a.hall == query.hall])
    one_of("field", query.field, list(CLASSES[query.cls].columns))
    if query.end_ms <= query.start_ms:
        raise Refused(422, "end_ms must be after start_ms", {"end_ms": f"> {query.start_ms}"})


async def read(reader: Reader, path: str, query: Query) -> HistoryAnswer:
    """Read off the event loop: a long span of a large file may take a moment."""
    wanted = [("sensor", query.field), ("twin", query.field), ("twin", f"{query.field}_std")]
    found = await asyncio.to_thread(lambda: [_series(reader, path, query, field, src) for src, field in wanted])
    quantity = QUANTITIES[query.field]
    return HistoryAnswer(unit=quantity.unit, title=quantity.title, sensor=found[0], twin=found[1], std=found[2])


def _series(reader: Reader, path: str, query: Query, field: str, src: str) -> Series:
    times, values = reader(path, query.cls, query.hall, query.id, field, src, ACTUAL, query.start_ms, query.end_ms, query.max_points)
    decimals = int(digits(query.cls)[CLASSES[query.cls].column(query.field)]) + 1
    rounded = np.round(np.asarray(values, float), decimals)
    return Series(t=np.asarray(times, np.int64).tolist(), v=[v if np.isfinite(v) else None for v in rounded.tolist()])
