"""Curves of an answer: the site, its halls, and the assets on the way of the cause."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.whatif.chain import Link
from twin.whatif.ground import Ground
from twin.whatif.record import Trajectory

Array = np.ndarray
POINTS = 241
SITE = (("site.gpu_max_c", "degC", 1.0), ("site.it_kw", "kW", 1e3), ("site.facility_kw", "kW", 1e3), ("site.sold_kw", "kW", 1e3),
        ("site.rejected_kw", "kW", 1e3))
LOOP = (("loop.supply_c", "degC", 1.0), ("loop.return_c", "degC", 1.0), ("loop.flow_lpm", "L/min", 1 / 6e4), ("loop.dp_kpa", "kPa", 1e3))
CDU = (("cdu.tcs_supply_c", "degC", 1.0), ("cdu.tcs_return_c", "degC", 1.0), ("cdu.tcs_flow_lpm", "L/min", 1 / 6e4), ("cdu.heat_kw", "kW", 1e3))
RACK = (("rack.gpu_max_c", "degC", 1.0), ("rack.power_kw", "kW", 1e3))
UPS = (("ups.charge_pct", "%", 0.01),)
MOST_HALLS = 8


def thin(n: int, points: int = POINTS) -> Array:
    """Indices of the points that are sent of `n` records: all, or evenly chosen ones with both ends."""
    return np.unique(np.linspace(0, n - 1, min(n, points)).round().astype(int))


def series(g: Ground, future: Trajectory, base: Trajectory, chain: list[Link]) -> dict[str, Mapping[str, Any]]:
    """Curves by name: `site.it_kw`, `loop.supply_c h1`, `cdu.tcs_supply_c cdu-03`: unit, with and without."""
    out: dict[str, Mapping[str, Any]] = {}
    worst = int(np.abs(future["rack.gpu_max_c"] - base["rack.gpu_max_c"]).max(0).argmax())
    cdu = int(g.p.wiring.rack_cdu[worst])
    for columns, rows, cls in ((SITE, [None], "site"), (LOOP, range(len(g.halls))[:MOST_HALLS], "loop"), (CDU, [cdu], "cdu"), (RACK, [worst], "rack"),
                               (UPS, range(len(g.supply.battery))[:MOST_HALLS], "ups")):
        for name, unit, factor in columns:
            for row in rows:
                asset = "" if row is None else f" {g.halls[row]}" if cls == "loop" else f" {g.name(cls, row)}"
                out[name + asset] = _curve(future[name], base[name], row, unit, factor)
    return out


def _curve(future: Array, base: Array, row: int | None, unit: str, factor: float) -> dict[str, Any]:
    at = thin(len(future))
    pick = (at,) if row is None else (at, row)
    return {"unit": unit, "with": future[pick] / factor, "without": base[pick] / factor}
