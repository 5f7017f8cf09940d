"""What a site adds up to: counts, powers, water. SI inside; the table and the JSON carry their units in the names."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import pi
from typing import Any

from config.equipment import IDLE_REST, Frozen
from config.model import Hall
from config.site import Site


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals of a site. `it_` is the racks; `site_` adds pumps, fans, base load and electrical losses, not the heat pumps."""

    halls: int
    racks: int
    gpus: int
    cdus: int
    facility_pumps: int
    cdu_pumps: int
    dry_coolers: int
    tower_cells: int
    heat_pumps: int
    feeds: int
    it_full_mw: float
    it_average_mw: float
    site_full_mw: float
    site_average_mw: float
    average_kw_gpu: float
    feed_mw: float  # what the smallest feed's transformers carry
    cdu_mw: float  # rated heat of all CDUs
    rejection_mw: float  # rated heat of coolers and towers
    heat_pump_mw: float  # heat to the network at the rated point
    exchanger_mw: float
    water_l: float  # facility water and coolant

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


@dataclass(frozen=True)
class _Sums:
    """Sums over halls and feeds, each a one-line formula of the model and its sheets."""

    site: Site

    def sheet(self, name: str) -> Frozen:
        return self.site.sheets[name]

    def over(self, part: str, value: Callable[[Any], float]) -> float:
        """Sum of count x value(datasheet) over the halls that have `part`."""
        units = (getattr(h, part) for h in self.site.model.halls)
        return sum(u.count * value(self.sheet(u.equipment)) for u in units if u is not None)

    def count(self, part: str) -> int:
        return int(self.over(part, lambda _: 1))

    def it_kw(self, load: float) -> float:
        """IT power with every GPU at `load` of its range, kW."""
        rest = IDLE_REST + (1 - IDLE_REST) * load
        return self.over("racks", lambda s: s.gpus * (s.gpu_idle_w + (s.gpu_max_w - s.gpu_idle_w) * load) * 1e-3
                         + (s.other_liquid_kw + s.air_kw) * rest)

    def rejection_kw(self) -> float:
        return self.over("coolers", lambda s: s.heat_kw) + self.over("tower", lambda s: s.heat_kw)

    def mechanical_kw(self, it_kw: float) -> float:
        """Pumps at rated flow; fans by the cube law at the heat's share of the rated rejection; base load."""
        pumps = self.over("cdus", lambda s: s.pump_kw) + self.over("tower", lambda s: s.pump_kw)
        pumps += sum(h.pumps.needed * self.sheet(h.pumps.equipment).power_kw for h in self.site.model.halls)
        share = min(1.0, it_kw / self.rejection_kw())
        fans = self.over("coolers", lambda s: s.fan_kw) + self.over("tower", lambda s: s.fan_kw)
        return pumps + fans * share**3 + sum(h.air_fan_kw for h in self.site.model.halls) + self.site.model.base_kw

    def site_kw(self, load: float) -> float:
        """Power from the grid, kW, with IT behind the UPS and all behind the transformers, shared alike by the feeds."""
        it = self.it_kw(load)
        carried = it + _ups_loss_kw(self, it) + self.mechanical_kw(it)
        return carried + _transformer_loss_kw(self, carried)

    def water_l(self) -> float:
        tanks = sum(h.tank.volume_m3 * 1e3 for h in self.site.model.halls if h.tank)
        units = sum(self.over(p, lambda s: s.volume_l) for p in ("cdus", "coolers", "tower", "heat_pump", "chiller", "district"))
        return tanks + units + self.over("racks", lambda s: s.coolant_l) + sum(map(pipe_l, self.site.model.halls))


def pipe_l(hall: Hall) -> float:
    """Water in the supply and return mains of a hall, litres."""
    return 2 * hall.pipes.length_m * pi / 4 * (hall.pipes.diameter_mm * 1e-3) ** 2 * 1e3


def _ups_loss_kw(sums: _Sums, it_kw: float) -> float:
    """Loss at the efficiency of the nearest published load; UPS share the load by their ratings, kW."""
    feeds = sums.site.model.feeds
    ratings = [sums.sheet(f.ups).rating_kw * f.ups_count for f in feeds]
    share = it_kw / sum(ratings)
    return sum(share * r * (1 / _efficiency(sums.sheet(f.ups), share) - 1) for f, r in zip(feeds, ratings, strict=True))


def _efficiency(ups: Frozen, share: float) -> float:
    points = ((0.25, ups.efficiency_25), (0.5, ups.efficiency_50), (1.0, ups.efficiency_100))
    return min(points, key=lambda p: abs(p[0] - share))[1]


def _transformer_loss_kw(sums: _Sums, load_kw: float) -> float:
    """No-load loss and load loss by the square of the load, shared by the ratings, unity power factor, kW."""
    sheets = [(f.transformers, sums.sheet(f.transformer)) for f in sums.site.model.feeds]
    share = load_kw / sum(n * s.rating_kva for n, s in sheets)
    return sum(n * (s.no_load_kw + s.load_kw * share**2) for n, s in sheets)


def totals(site: Site) -> Totals:
    """Totals of a checked site."""
    sums, model = _Sums(site), site.model
    average = sums.site_kw(model.average_load)
    gpus = int(sums.over("racks", lambda s: s.gpus))
    return Totals(
        halls=len(model.halls), racks=sums.count("racks"), gpus=gpus, cdus=sums.count("cdus"),
        facility_pumps=sums.count("pumps"), cdu_pumps=int(sums.over("cdus", lambda s: s.pumps)),
        dry_coolers=sums.count("coolers"), tower_cells=int(sums.over("tower", lambda s: s.cells)),
        heat_pumps=sums.count("heat_pump"), feeds=len(model.feeds),
        it_full_mw=sums.it_kw(1.0) * 1e-3, it_average_mw=sums.it_kw(model.average_load) * 1e-3,
        site_full_mw=sums.site_kw(1.0) * 1e-3, site_average_mw=average * 1e-3, average_kw_gpu=average / gpus,
        feed_mw=min(f.transformers * sums.sheet(f.transformer).rating_kva for f in model.feeds) * 1e-3,
        cdu_mw=sums.over("cdus", lambda s: s.heat_kw) * 1e-3, rejection_mw=sums.rejection_kw() * 1e-3,
        heat_pump_mw=sums.over("heat_pump", lambda s: s.source_kw * s.cop / (s.cop - 1)) * 1e-3,
        exchanger_mw=sums.over("district", lambda s: s.heat_kw) * 1e-3, water_l=sums.water_l(),
    )
