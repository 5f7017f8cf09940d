"""What is foretold: columns of `config.classes`, each from a column of a future."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from config.classes import CLASSES
from twin.events import Snapshot
from twin.physics.elementwise import ratio
from twin.whatif.ground import Ground
from twin.whatif.record import Trajectory

Array = np.ndarray
Rows = Callable[[Trajectory], Array]


def _whole(name: str) -> Rows:
    return lambda t: t[name][:, None]


def _loop(name: str) -> Rows:
    return lambda t: t[name]


SITE: Mapping[str, Rows] = {
    "it_kw": _whole("site.it_kw"), "facility_kw": _whole("site.facility_kw"), "sold_kw": _whole("site.sold_kw"), "rejected_kw": _whole("site.rejected_kw"),
    "pue_ratio": lambda t: ratio(t["site.facility_kw"], t["site.it_kw"])[:, None], "erf_ratio": lambda t: ratio(t["site.sold_kw"], t["site.facility_kw"])[:, None],
    "gpu_max_c": _whole("site.gpu_max_c"), "gpu_margin_k": lambda t: t["rack.gpu_margin_k"].min(-1, keepdims=True),
}
LOOPS: Mapping[tuple[str, str], Rows] = {  # one asset a loop at most
    ("loop", "supply_c"): _loop("loop.supply_c"), ("loop", "return_c"): _loop("loop.return_c"), ("loop", "flow_lpm"): _loop("loop.flow_lpm"),
    ("pump", "power_kw"): _loop("loop.pump_w"), ("cooler", "fan_pct"): lambda t: np.maximum(t["loop.effort"], 0.0), ("heatpump", "heat_kw"): _loop("loop.heatpump_w"),
    ("district", "heat_kw"): _loop("loop.district_w"),
}
WEATHER = (("weather", "dry_bulb_c"), ("weather", "wet_bulb_c"))  # from the outlook itself, the mean of the loops


@dataclass(frozen=True, slots=True)
class Column:
    """Rows of a class's column, and where they stand in a vector of all."""

    cls: str
    name: str
    place: slice
    loops: Array | None = None  # [rows] of a future's loops

    @property
    def key(self) -> str:
        return f"{self.cls}.{self.name}"


def columns(g: Ground) -> tuple[Column, ...]:
    """What a site's forecast tells, in order."""
    wanted = [("site", c) for c in SITE] + list(LOOPS) + list(WEATHER)
    out, at = [], 0
    for cls, name in wanted:
        rows = g.site.count(cls)
        if rows:
            out.append(Column(cls, name, slice(at, at + rows), g.loops(cls) if (cls, name) in LOOPS else None))
            at += rows
    return tuple(out)


def width(found: tuple[Column, ...]) -> int:
    return found[-1].place.stop


def modelled(found: tuple[Column, ...], t: Trajectory, dry_bulb: Array, wet_bulb: Array) -> Array:
    """[n, D] SI of a future with its air outdoors [n]."""
    air = {"dry_bulb_c": dry_bulb, "wet_bulb_c": wet_bulb}
    parts = []
    for c in found:
        if c.loops is not None:
            parts.append(LOOPS[c.cls, c.name](t)[:, c.loops])
        else:
            parts.append(SITE[c.name](t) if c.cls == "site" else np.repeat(air[c.name][:, None], c.place.stop - c.place.start, 1))
    return np.concatenate(parts, axis=1)


def shown(found: tuple[Column, ...], tables: Mapping[str, Array]) -> Array:
    """[D] SI of a snapshot's `values` or `std`."""
    return np.concatenate([tables[c.cls][:, CLASSES[c.cls].column(c.name)] for c in found])


def tables(g: Ground, found: tuple[Column, ...], vector: Array) -> dict[str, Array]:
    """The way back: [rows, columns] by class, NaN where nothing is foretold."""
    out: dict[str, Array] = {}
    for c in found:
        table = out.setdefault(c.cls, np.full((g.site.count(c.cls), len(CLASSES[c.cls].columns)), np.nan))
        table[:, CLASSES[c.cls].column(c.name)] = vector[c.place]
    return out


def snapshot(g: Ground, found: tuple[Column, ...], ts_ms: int, scenario: str, values: Array, std: Array) -> Snapshot:
    """Values and deviations [D] as the live twin shows its own."""
    none = np.empty((0, 0))
    return Snapshot(ts_ms, scenario, tables(g, found, values), tables(g, found, std), {}, {}, none, none)
