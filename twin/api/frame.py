"""One frame of the live stream: the newest snapshot beside the newest readings, in boundary units, as compact JSON.

A frame carries everything of one hall except its racks, which are reduced to four columns: a hall may have thousands.
"""
from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from config.classes import CLASSES
from config.quantities import QUANTITIES
from twin.api.alarms import brief
from twin.api.view import LISTED_DOUBTS, HallView, measured, modelled, verdicts
from twin.events import STALE, SUSPECT, Snapshot
from twin.service.hub import Hub

OK, UNSEEN_RACK, SUSPECT_RACK, STALE_RACK, LEAK_RACK = "01234"


def encode(hub: Hub, view: HallView, now_ms: int) -> bytes:
    """JSON of one frame. NaN becomes null."""
    return msgspec.json.encode(frame(hub, view, now_ms))


def frame(hub: Hub, view: HallView, now_ms: int) -> dict[str, Any]:
    head = {"now": now_ms, "hall": view.hall, "counters": dict(hub.counters), "health": _health(hub), "alarms": brief(hub.alarms)}
    snapshot = hub.snapshot
    if snapshot is None:
        return head | {"ts": None}
    classes = {cls: _block(hub, snapshot, cls, rows) for cls, rows in view.rows.items() if cls != "rack"}
    return head | {
        "ts": snapshot.ts_ms, "scenario": snapshot.scenario, "c": classes, "racks": _racks(hub, snapshot, view),
        "halls": _halls(snapshot, view), "doubt": _doubt(hub, snapshot),
    }


def _health(hub: Hub) -> dict[str, bool]:
    return {name: bool(part.get("ok")) for name, part in hub.health.items()}


def _block(hub: Hub, snapshot: Snapshot, cls: str, rows: np.ndarray) -> dict[str, Any]:
    """Modelled `v` with std `s`, measured `m` with residual `r`, verdict digits `q` and `age` in s, one entry a row."""
    seen, times = measured(hub.readings, cls, rows)
    block = {"v": modelled(snapshot, "values", cls, rows).tolist(), "s": modelled(snapshot, "std", cls, rows).tolist()}
    if CLASSES[cls].measured:
        block |= {
            "m": seen.tolist(), "r": modelled(snapshot, "residual", cls, rows).tolist(),
            "q": ["".join(map(str, row)) for row in verdicts(snapshot, cls, rows).tolist()],
            "age": [max(0, snapshot.ts_ms - t) / 1000 if t else None for t in times.tolist()],
        }
    return block


def _racks(hub: Hub, snapshot: Snapshot, view: HallView) -> dict[str, Any]:
    rows, cls = view.rows["rack"], CLASSES["rack"]
    values = modelled(snapshot, "values", "rack", rows)
    seen, _ = measured(hub.readings, "rack", rows)
    power, margin = values[:, cls.column("power_kw")], values[:, cls.column("gpu_margin_k")]
    return {
        "margin": np.round(margin, 1).tolist(), "power": np.round(power, 1).tolist(),
        "max": np.round(values[:, cls.column("gpu_max_c")], 1).tolist(), "state": _rack_states(snapshot, rows, seen),
        "power_kw": [_total(power), _total(seen[:, cls.column("power_kw")])],
    }


def _total(column: np.ndarray) -> float | None:
    """Sum over a hall; nothing where more than a tenth is missing, otherwise the missing count as the mean."""
    known = np.isfinite(column)
    return round(float(column[known].mean() * len(column)), 1) if len(column) and known.mean() > 0.9 else None


def _rack_states(snapshot: Snapshot, rows: np.ndarray, seen: np.ndarray) -> str:
    """One digit a rack, the worst wins. A leak counts even from a sensor that is not believed."""
    quality = verdicts(snapshot, "rack", rows)
    state = np.where(quality.max(axis=1) == 0, UNSEEN_RACK, OK)
    state[(quality == SUSPECT).any(axis=1)] = SUSPECT_RACK
    state[(quality == STALE).all(axis=1)] = STALE_RACK
    state[seen[:, CLASSES["rack"].column("leak_on")] > 0.5] = LEAK_RACK
    return "".join(state.tolist())


def _halls(snapshot: Snapshot, view: HallView) -> dict[str, list[float]]:
    """IT power (kW) and smallest margin (K) of every hall: racks of a hall are contiguous."""
    table = snapshot.values.get("rack")
    if len(view.starts) < 2 or table is None:
        return {}
    power, margin = (table[:, CLASSES["rack"].column(c)] for c in ("power_kw", "gpu_margin_k"))
    total = np.add.reduceat(np.nan_to_num(power), view.starts) / QUANTITIES["power_kw"].factor
    return {"it": np.round(total, 1).tolist(), "margin": np.round(np.fmin.reduceat(margin, view.starts), 1).tolist()}


def _doubt(hub: Hub, snapshot: Snapshot) -> dict[str, Any]:
    """Sensors of the whole site that the twin does not believe: counts, and the first few by name."""
    counts, listed = {SUSPECT: 0, STALE: 0}, []
    for cls, quality in snapshot.quality.items():
        for verdict in counts:
            where = np.argwhere(quality == verdict)
            counts[verdict] += len(where)
            if verdict == SUSPECT:
                listed += [_doubted(hub, snapshot, cls, int(r), int(c)) for r, c in where[: LISTED_DOUBTS - len(listed)]]
    return {"suspect": counts[SUSPECT], "stale": counts[STALE], "list": listed}


def _doubted(hub: Hub, snapshot: Snapshot, cls: str, row: int, column: int) -> list[Any]:
    """[class, hall, id, quantity, measured, modelled] of one suspect sensor."""
    asset, at = hub.site.assets[cls][row], np.array([row])
    seen, _ = measured(hub.readings, cls, at)
    return [cls, asset.hall, asset.id, CLASSES[cls].measured[column], float(seen[0, column]),
            float(modelled(snapshot, "values", cls, at)[0, column])]
