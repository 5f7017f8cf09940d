"""Every asset of a site with its row and parent, in the one order that all arrays follow."""
from __future__ import annotations

from dataclasses import dataclass, field

from config.classes import CLASSES
from config.model import Hall, SiteModel
from config.site import SITE_LEVEL, Asset

_Parent = tuple[str, int] | None


@dataclass
class Rows:
    """Assets by class as they are counted off."""

    assets: dict[str, list[Asset]] = field(default_factory=lambda: {c: [] for c in CLASSES})

    def add(self, hall: str, cls: str, id: str, parent: _Parent = None, feeds: tuple[str, ...] = ()) -> tuple[str, int]:
        row = len(self.assets[cls])
        self.assets[cls].append(Asset(hall, cls, id, row, parent, feeds))
        return cls, row


def build_assets(model: SiteModel) -> dict[str, tuple[Asset, ...]]:
    """Assets by class, in row order; every class of `CLASSES` is present, empty where the site has none."""
    rows = Rows()
    site = rows.add(SITE_LEVEL, "site", "totals")
    rows.add(SITE_LEVEL, "weather", "outdoor", site)
    for feed in model.feeds:
        parent = rows.add(SITE_LEVEL, "feed", feed.id, site, (feed.id,))
        rows.add(SITE_LEVEL, "ups", f"ups-{feed.id}", parent, (feed.id,))
        rows.add(SITE_LEVEL, "genset", f"genset-{feed.id}", parent, (feed.id,))
    for hall in model.halls:
        _hall(rows, hall, site)
    return {cls: tuple(assets) for cls, assets in rows.assets.items()}


def _hall(rows: Rows, hall: Hall, site: tuple[str, int]) -> None:
    loop = rows.add(hall.id, "loop", "fws", site)
    n, m = hall.cdus.count, hall.racks.count
    cdus = [rows.add(hall.id, "cdu", f"cdu-{i + 1:02d}", loop, hall.cdus.feeds) for i in range(n)]
    for i in range(m):
        rows.add(hall.id, "rack", f"r{i + 1:03d}", cdus[i * n // m], hall.racks.feeds)
    rows.add(hall.id, "pump", "pumps", loop, hall.pumps.feeds)
    if hall.tank:
        rows.add(hall.id, "tank", "tank", loop)
    for cls, id, part in _banks(hall):
        if part:
            rows.add(hall.id, cls, id, loop, part.feeds)


def _banks(hall: Hall) -> tuple:
    return (("cooler", "coolers", hall.coolers), ("tower", "tower", hall.tower),
            ("heatpump", "heatpump", hall.heat_pump), ("district", "district", hall.district))
