"""Where a calibrated factor stands among the plant's parameters."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from config.site import Site
from twin.plant.types import Parameters

Array = np.ndarray
PLACES: Mapping[tuple[str, str], tuple[str, ...]] = {  # (class, parameter) -> fields that carry the factor; of CDUs in `cdus`, else in `core`
    ("cdu", "ua"): ("ua",),
    ("cdu", "pump_power"): ("pump_power",),
    ("pump", "pump_power"): ("pump_power",),
    ("district", "ua"): ("district_ua",),
    ("cooler", "ua"): ("cooler_ua",),
    ("heatpump", "cop"): ("heatpump_efficiency", "heatpump_cop"),  # both: capacity follows their ratio, which COP alone does not move
}


def loops_of(site: Site, cls: str) -> Array:
    """[rows] loop of each asset of a class."""
    at = {h.id: i for i, h in enumerate(site.model.halls)}
    return np.array([at[a.hall] for a in site.assets[cls]], dtype=int)


def calibrated(p: Parameters, factors: Mapping[tuple[str, str], Sequence[float] | Array], loop_of: Mapping[str, Array]) -> Parameters:
    """`p` with each named parameter times its factor, [rows of its class] 1 where nothing is known. `loop_of`: class -> [rows]."""
    for (cls, name), factor in factors.items():
        fields = PLACES[cls, name]
        if cls == "cdu":
            p = replace(p, cdus=replace(p.cdus, **{f: getattr(p.cdus, f) * np.asarray(factor) for f in fields}))
        else:
            each = np.ones(len(p.core.district_ua))
            each[loop_of[cls]] = factor
            p = replace(p, core=replace(p.core, **{f: getattr(p.core, f) * each for f in fields}))
    return p
