"""One rack in full: too much for a frame when a site has thousands."""
from __future__ import annotations

import numpy as np

from config.classes import CLASSES
from twin.api.schemas import RackAnswer, RackColumn
from twin.api.view import measured, modelled, verdicts
from twin.events import Snapshot
from twin.service.hub import Hub

_VERDICTS = ("unseen", "believed", "suspect", "stale")


def rack(hub: Hub, row: int) -> RackAnswer:
    """The rack in a row of its class, with every column and its GPUs."""
    site, asset, snapshot = hub.site, hub.site.assets["rack"][row], hub.snapshot
    hall = next(h for h in site.model.halls if h.id == asset.hall)
    gpus = hub.readings.get(("gpu", row))
    cdu = None if asset.parent is None else site.assets[asset.parent[0]][asset.parent[1]].id
    return RackAnswer(
        hall=asset.hall, id=asset.id, ts=None if snapshot is None else snapshot.ts_ms, cdu=cdu, feeds=list(asset.feeds),
        throttle_c=site.sheets[hall.racks.equipment].throttle_c,
        columns=[] if snapshot is None else _columns(hub, snapshot, row),
        gpu_c=[] if snapshot is None else _known(snapshot.gpu_c[row], 2),
        gpu_w=[] if snapshot is None else _known(snapshot.gpu_w[row], 0),
        gpu_measured_c=[] if gpus is None else _known(gpus.values[0], 2),
    )


def _columns(hub: Hub, snapshot: Snapshot, row: int) -> list[RackColumn]:
    at, cls = np.array([row]), CLASSES["rack"]
    seen = _known(measured(hub.readings, "rack", at)[0][0], 4)
    values, std = (_known(modelled(snapshot, kind, "rack", at)[0], 4) for kind in ("values", "std"))
    residual, quality = _known(modelled(snapshot, "residual", "rack", at)[0], 4), verdicts(snapshot, "rack", at)[0].tolist()
    n = len(cls.measured)
    return [
        RackColumn(name=name, modelled=values[i], std=std[i], measured=seen[i] if i < n else None,
                   residual=residual[i] if i < n else None, verdict=_VERDICTS[quality[i]] if i < n else "virtual")
        for i, name in enumerate(cls.columns)
    ]


def _known(values: np.ndarray, decimals: int) -> list[float | None]:
    return [v if np.isfinite(v) else None for v in np.round(values.astype(float), decimals).tolist()]
