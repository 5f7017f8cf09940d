"""The site as the program uses it: the model, its datasheets, and every asset with its row.

Row order is the order of every array: halls in file order, assets of a class within a hall by number. Racks of one
CDU are contiguous: rack i of a hall hangs on CDU `i * cdus // racks`.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.equipment import Frozen
from config.model import SiteModel

SITE_LEVEL = "site"  # the hall segment of assets that belong to no hall (feeds, weather, network, totals)


@dataclass(frozen=True, slots=True)
class Asset:
    """One thing with a topic. `row` indexes every array of its class; `parent` is `(class, row)` of what it hangs on."""

    hall: str
    cls: str
    id: str
    row: int
    parent: tuple[str, int] | None = None
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Site:
    """A checked site. `assets[cls]` is in row order; `at[(hall, cls, id)]` finds the row; `sheets[name]` the datasheet.

    `factors`: what a parameter file says (config.calibration); empty where everything is taken as its datasheet says.
    """

    model: SiteModel
    sheets: Mapping[str, Frozen]
    assets: Mapping[str, tuple[Asset, ...]]
    at: Mapping[tuple[str, str, str], int]
    factors: Mapping[tuple[str, str], tuple[float, ...]] = field(default_factory=dict)  # (class, parameter) -> by row, on its datasheet

    @property
    def id(self) -> str:
        return self.model.id

    def count(self, cls: str) -> int:
        return len(self.assets.get(cls, ()))

    @property
    def gpus_per_rack(self) -> int:
        return max(self.sheets[h.racks.equipment].gpus for h in self.model.halls)
