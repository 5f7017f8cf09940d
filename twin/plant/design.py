"""Set points and rated loads of a site: what its controllers hold and its network asks for."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from config.model import Hall
from config.site import Site

Array = np.ndarray
AIR_COIL_RISE = 6.0  # K, facility water through the fan coils at design
SINK_LIFT = 3.0  # K the heat pump's sink outlet stands above the network's supply


@dataclass(frozen=True, slots=True)
class Design:
    """Set points and rated loads as arrays: what `operate` needs of the site."""

    fws_supply: Array  # [L] degC
    tcs_supply: Array  # [C] degC
    gpu_max: Array  # [R] W
    gpu_idle: Array  # [R] W
    other: Array  # [R] W at full load
    air: Array  # [R] W at full load
    air_fan: Array  # [L] W
    dh_return: Array  # [L] degC
    dh_supply_cold: Array  # [L] degC on the coldest day
    dh_supply_warm: Array  # [L] degC in summer
    dh_peak: Array  # [L] W, this hall's share of the network's peak
    dh_summer: Array  # [L]
    has_tower: Array  # [L] bool
    average_load: float
    mean_outdoor: float


def design(site: Site) -> Design:
    """Design data of a site."""
    halls = site.model.halls
    sheets = [site.sheets[h.racks.equipment] for h in halls]

    def racks(values: list[float]) -> Array:
        return np.repeat(np.array(values, dtype=float), [h.racks.count for h in halls])

    def loops(values: list[float]) -> Array:
        return np.array(values, dtype=float)

    net, n = site.model.network, len(halls)
    cdus = [h.cdus.count for h in halls]
    return Design(
        fws_supply=loops([h.set_points.fws_supply_c for h in halls]),
        tcs_supply=np.repeat(loops([h.set_points.tcs_supply_c for h in halls]), cdus),
        gpu_max=racks([s.gpu_max_w for s in sheets]),
        gpu_idle=racks([s.gpu_idle_w for s in sheets]),
        other=racks([s.other_liquid_kw * 1e3 for s in sheets]),
        air=racks([s.air_kw * 1e3 for s in sheets]),
        air_fan=loops([h.air_fan_kw * 1e3 for h in halls]),
        dh_return=np.full(n, net.return_c if net else 0.0),
        dh_supply_cold=np.full(n, net.supply_winter_c if net else 0.0),
        dh_supply_warm=np.full(n, net.supply_summer_c if net else 0.0),
        dh_peak=loops([_peak(site, h) for h in halls]),
        dh_summer=np.full(n, net.summer_share if net else 0.0),
        has_tower=np.array([h.tower is not None for h in halls]),
        average_load=site.model.average_load,
        mean_outdoor=site.model.climate.mean_c,
    )


def _peak(site: Site, hall: Hall) -> float:
    sellers = sum(1 for h in site.model.halls if h.district or h.heat_pump)
    sells = hall.district or hall.heat_pump
    return site.model.network.peak_kw * 1e3 / sellers if site.model.network and sells else 0.0
