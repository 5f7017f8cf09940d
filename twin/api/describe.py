"""The site as the page draws it: halls with the parts they have, assets by class, columns with units and titles."""
from __future__ import annotations

from typing import Any

from config.classes import CLASSES
from config.model import Hall
from config.quantities import QUANTITIES
from config.site import SITE_LEVEL, Site
from twin.api.schemas import AssetClassInfo, HallInfo, QuantityInfo, SiteInfo
from twin.api.view import halls


def describe(site: Site) -> SiteInfo:
    """Everything that does not change while the twin runs."""
    present = [c for c in CLASSES if site.count(c)]
    models = dict(zip(halls(site), site.model.halls, strict=True))
    return SiteInfo(
        id=site.id, name=site.model.name, step_s=site.model.step_s, timezone=site.model.place.timezone, site_level=SITE_LEVEL,
        gpus_per_rack=site.gpus_per_rack,
        network=None if site.model.network is None else site.model.network.id,
        halls=[_hall(site, name, hall) for name, hall in models.items()],
        classes={c: _class(c) for c in present}, quantities=_quantities(present),
        assets={c: [(a.hall, a.id, None if a.parent is None else a.parent[1], list(a.feeds)) for a in site.assets[c]] for c in present},
    )


def _hall(site: Site, name: str, hall: Hall) -> HallInfo:
    rack = site.sheets[hall.racks.equipment]
    parts = {a.cls for assets in site.assets.values() for a in assets if a.hall == name}
    return HallInfo(
        id=name, parts=sorted(parts), titles=_titles(site, hall), set_points=hall.set_points.model_dump(),
        throttle_c=rack.throttle_c, rack_title=rack.title,
    )


def _titles(site: Site, hall: Hall) -> dict[str, str]:
    """Class -> `3 x make and model` for what a hall has installed."""
    installed: dict[str, Any] = {
        "rack": hall.racks, "cdu": hall.cdus, "pump": hall.pumps, "cooler": hall.coolers, "tower": hall.tower,
        "heatpump": hall.heat_pump, "district": hall.district,
    }
    return {c: f"{u.count} x {site.sheets[u.equipment].title}" for c, u in installed.items() if u is not None}


def _class(name: str) -> AssetClassInfo:
    cls = CLASSES[name]
    return AssetClassInfo(title=cls.title, measured=list(cls.measured), virtual=list(cls.virtual))


def _quantities(classes: list[str]) -> dict[str, QuantityInfo]:
    names = dict.fromkeys(c for cls in classes for c in CLASSES[cls].columns)
    found = [QUANTITIES[n] for n in names]
    return {q.name: QuantityInfo(unit=q.unit, title=q.title, low=q.low, high=q.high) for q in found}
