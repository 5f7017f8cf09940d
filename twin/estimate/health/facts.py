"""What health knows of a site that never changes: geometry, ratings, who hangs on whom."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from config.classes import CLASSES
from config.site import Site
from twin.estimate.facts import Facts as Compiled
from twin.estimate.heats import drawn
from twin.plant.design import Design
from twin.plant.machines import Machinery
from twin.plant.supply_types import Supply
from twin.plant.types import Parameters

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Facts:
    """A site as health sees it; axes as in twin.plant.types. `of` is what residual laws are written on."""

    of: Compiled
    p: Parameters
    d: Design
    m: Machinery
    supply: Supply
    rows: Mapping[str, int]
    loop_of: Mapping[str, Array]  # class -> [rows] loop of each asset of the plant room, CDU and rack
    cooler_fan: Array  # [L] W all fans at full speed
    rack_idle: Array  # [R] W, whole rack at no load
    rack_full: Array  # [R] W
    gpus: int
    ids: Mapping[str, tuple[str, ...]]  # names of the assets


def facts(site: Site, of: Compiled, supply: Supply) -> Facts:
    """What health needs beside what the estimator knows of a site."""
    p, d = of.p, of.d
    gpus = p.leaves.plate_factor.shape[-1]
    idle, full = drawn(of)
    return Facts(
        of=of, p=p, d=d, m=of.m, supply=supply, rows=of.rows,
        loop_of={**of.loop_of, "rack": p.wiring.rack_loop},
        cooler_fan=p.core.cooler_fan, rack_idle=idle, rack_full=full, gpus=gpus,
        ids={c: tuple(a.id for a in site.assets.get(c, ())) for c in CLASSES},
    )
