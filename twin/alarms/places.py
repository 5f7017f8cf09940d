"""Where alarms are: names of places, and what is upstream of what."""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from config.site import SITE_LEVEL, Asset, Site
from twin.estimate.findings import Place

Spot = tuple[str, int]  # class and row of an asset
GATEWAY = "gateway"  # a place whose `column` is `hall/name`: a publisher is no asset
SITE: Spot = ("site", 0)


@dataclass(frozen=True)
class Places:
    """The assets of a site, as alarms need them."""

    site: Site

    def asset(self, place: Place) -> Asset:
        """The asset of a place; the loop of its hall, or the site, for a gateway."""
        if place.cls != GATEWAY:
            return self.site.assets[place.cls][place.row]
        cls, row = self._loops.get(place.column.partition("/")[0], SITE)
        return self.site.assets[cls][row]

    def hall(self, place: Place) -> str:
        return place.column.partition("/")[0] if place.cls == GATEWAY else self.asset(place).hall

    def name(self, place: Place) -> str:
        """`h1/cdu/cdu-03`, with column and GPU where there are any."""
        if place.cls == GATEWAY:
            return f"{self.hall(place)}/{GATEWAY}/{place.column.partition('/')[2]}"
        a = self.asset(place)
        return f"{a.hall}/{a.cls}/{a.id}" + (f" {place.column}" if place.column else "") + (f" GPU {place.part}" if place.part >= 0 else "")

    def id(self, fault: str, place: Place) -> str:
        """`hall:class:asset:fault[:column][:part]`."""
        if place.cls == GATEWAY:
            return ":".join((*place.column.split("/", 1)[:1], GATEWAY, place.column.partition("/")[2], fault))
        a = self.asset(place)
        more = ([place.column] if place.column else []) + ([str(place.part)] if place.part >= 0 else [])
        return ":".join((a.hall, a.cls, a.id, fault, *more))

    def above(self, place: Place) -> Spot | None:
        """What a place belongs to: a sensor or GPU to its asset, an asset to what it hangs on; None for the site."""
        if place.cls == GATEWAY:
            return self._loops.get(self.hall(place), SITE)
        return (place.cls, place.row) if place.column or place.part >= 0 else self.asset(place).parent

    def upstream(self, place: Place) -> tuple[Spot, ...]:
        """Where a cause of what happens at a place can be, the nearest first: asset, CDU, plant of the hall, feeds, site."""
        a = self.asset(place)
        chain = [(a.cls, a.row)] if place.cls != GATEWAY else []
        while a.parent is not None:
            chain.append(a.parent)
            a = self.site.assets[a.parent[0]][a.parent[1]]
        own = self.asset(place)
        return tuple(dict.fromkeys((*chain[:-1], *self._plant.get(own.hall, ()), *self._feeds(own), *chain[-1:])))

    def set_points(self, cls: str, key: str) -> np.ndarray:
        """A set point of each asset's hall, as its name says, shape (rows,)."""
        if (cls, key) not in self._set_points:
            halls = {h.id: getattr(h.set_points, key) for h in self.site.model.halls}
            self._set_points[(cls, key)] = np.array([halls.get(a.hall, np.nan) for a in self.site.assets[cls]])
        return self._set_points[(cls, key)]

    @cached_property
    def _set_points(self) -> dict[tuple[str, str], np.ndarray]:
        return {}

    def _feeds(self, asset: Asset) -> tuple[Spot, ...]:
        return tuple(spot for feed in asset.feeds for spot in self._supply.get(feed, ()))

    @cached_property
    def _loops(self) -> dict[str, Spot]:
        return {a.hall: ("loop", a.row) for a in self.site.assets.get("loop", ())}

    @cached_property
    def _plant(self) -> dict[str, tuple[Spot, ...]]:
        """What stands beside the loop of each hall: pumps, tank, coolers ..."""
        halls: dict[str, list[Spot]] = {}
        for cls, assets in self.site.assets.items():
            for a in assets if cls not in ("rack", "cdu", "site") else ():
                halls.setdefault(a.hall, []).append((cls, a.row))
        return {hall: tuple(spots) for hall, spots in halls.items() if hall != SITE_LEVEL}

    @cached_property
    def _supply(self) -> dict[str, tuple[Spot, ...]]:
        feeds: dict[str, list[Spot]] = {}
        for cls in ("feed", "ups", "genset"):
            for a in self.site.assets.get(cls, ()):
                for name in a.feeds:
                    feeds.setdefault(name, []).append((cls, a.row))
        return {name: tuple(spots) for name, spots in feeds.items()}
