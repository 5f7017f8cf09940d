"""Facility loops as built: pumps, mains, tank, and what takes the heat."""
from __future__ import annotations

import numpy as np

from config.model import Hall
from config.site import Site
from sensors.truth.parameters import LPM, SHUT_OFF, WATER, HallParameters, ua_rated
from sensors.truth.settings import Spread

AIR_RISE = 0.6  # air temperature rise over a dry cooler as a share of water inlet minus air (typical selection)
COIL_RISE = 6.0  # K, facility water through the fan coils at full air load (typical selection)
SLOWEST_TRANSIT = 25.0  # s at rated flow: headers, strainers and risers that the site file does not list


def _hall(site: Site, hall: Hall, rng: Spread) -> dict[str, float]:
    out = _water(site, hall, rng) | _pumps(site, hall, rng) | _air(site, hall)
    for part in (_cooler, _tower, _district, _heat_pump):
        out |= part(site, hall, rng)
    return out


def _coil_rated(site: Site, hall: Hall) -> float:
    """Rated facility flow of the fan coils [m3/s]."""
    air = hall.racks.count * site.sheets[hall.racks.equipment].air_kw * 1e3
    return air / (WATER * COIL_RISE) if hall.air_kw_k > 0 else 0.0


def _rated(site: Site, hall: Hall) -> float:
    return hall.cdus.count * site.sheets[hall.cdus.equipment].fws_flow_lpm * LPM + _coil_rated(site, hall)


def _water(site: Site, hall: Hall, rng: Spread) -> dict[str, float]:
    rated, pipe = _rated(site, hall), hall.pipes
    section = np.pi / 4 * (pipe.diameter_mm * 1e-3) ** 2
    tank = hall.tank
    return {
        "rated": rated, "dp_set": hall.set_points.fws_dp_kpa * 1e3, "fws_set": hall.set_points.fws_supply_c,
        "air_set": hall.set_points.hall_air_c, "main": max(section * pipe.length_m * rng.uniform(0.97, 1.05), SLOWEST_TRANSIT * rated),
        "main_loss": pipe.loss_w_m_k * pipe.length_m * rng.uniform(0.8, 1.3), "header": 4.0 * rated,
        "tank": tank.volume_m3 * rng.uniform(0.96, 1.0) if tank else 0.0, "tank_loss": tank.loss_w_k * rng.uniform(0.8, 1.3) if tank else 0.0,
    }


def _pumps(site: Site, hall: Hall, rng: Spread) -> dict[str, float]:
    sheet = site.sheets[hall.pumps.equipment]
    rated, dp = _rated(site, hall), hall.set_points.fws_dp_kpa * 1e3
    head = sheet.head_kpa * 1e3 * (1 - 0.03 * abs(rng.standard_normal()))
    left = max(0.12 * dp, 0.9 * head - dp)
    return {"resistance": left / rated**2, "pumps": hall.pumps.count, "needed": hall.pumps.needed, "pump_flow": sheet.flow_lpm * LPM,
            "pump_head": head, "pump_w": sheet.power_kw * 1e3 * rng.uniform(0.98, 1.05)}


def _air(site: Site, hall: Hall) -> dict[str, float]:
    dp = hall.set_points.fws_dp_kpa * 1e3
    return {"coil_flow": _coil_rated(site, hall) / np.sqrt(dp), "coil_ua": hall.air_kw_k * 1e3, "coil_fan": hall.air_fan_kw * 1e3,
            "air_capacity": hall.racks.count * 4.0e5}  # J/K a rack: 150 m3 of air, cabinets and floor (assumption)


def _cooler(site: Site, hall: Hall, rng: Spread) -> dict[str, float]:
    names = ("cooler_ua", "cooler_air", "cooler_fan", "cooler_volume", "cooler_count")
    if hall.coolers is None:
        return dict.fromkeys(names, 0.0)
    sheet, count = site.sheets[hall.coolers.equipment], hall.coolers.count
    rise = AIR_RISE * (sheet.in_c - sheet.air_c)
    ua = ua_rated(sheet.heat_kw * 1e3, sheet.in_c, sheet.out_c, sheet.air_c, sheet.air_c + rise) * (1 + 0.05 * rng.standard_normal())
    return dict(zip(names, (count * ua, count * sheet.heat_kw * 1e3 / rise, count * sheet.fan_kw * 1e3, count * sheet.volume_l * 1e-3, count),
                    strict=True))


def _tower(site: Site, hall: Hall, rng: Spread) -> dict[str, float]:
    names = ("exchanger_ua", "exchangers", "tower_flow", "tower_pumps", "tower_pump_w", "tower_fan", "tower_cells", "tower_volume",
             "tower_effect", "tower_rated_c")
    if hall.tower is None:
        return dict.fromkeys(names, 0.0)
    s, n = site.sheets[hall.tower.equipment], hall.tower.count
    effect = s.range_k / (s.range_k + s.approach_k) * (1 + 0.03 * rng.standard_normal())
    values = (s.exchanger_kw_k * 1e3 * (1 + 0.05 * rng.standard_normal()), n * s.exchangers, n * s.flow_lpm * LPM, n * s.pumps,
              n * s.pump_kw * 1e3, n * s.fan_kw * 1e3, n * s.cells, n * s.volume_l * 1e-3, effect, s.wet_bulb_c + s.approach_k + s.range_k / 2)
    return dict(zip(names, values, strict=True)) | {"cooler_volume": 0.2 * n * s.exchangers + 1.0}  # hot side of the exchangers (assumption)


def _district(site: Site, hall: Hall, rng: Spread) -> dict[str, float]:
    if hall.district is None or site.model.network is None:
        return {"district_ua": 0.0, "district_flow": 0.0, "district_volume": 0.0}
    s, n = site.sheets[hall.district.equipment], hall.district.count
    ua = ua_rated(s.heat_kw * 1e3, s.hot_in_c, s.hot_out_c, s.cold_in_c, s.cold_out_c) * (1 + 0.05 * rng.standard_normal())
    return {"district_ua": n * ua, "district_flow": 1.2 * n * s.heat_kw * 1e3 / (s.cold_out_c - s.cold_in_c),
            "district_volume": n * s.volume_l * 1e-3}


def _heat_pump(site: Site, hall: Hall, rng: Spread) -> dict[str, float]:
    names = ("hp_source", "hp_efficiency", "hp_min", "hp_volume", "hp_floor")
    if hall.heat_pump is None or site.model.network is None:
        return dict.fromkeys(names, 0.0)
    s, n = site.sheets[hall.heat_pump.equipment], hall.heat_pump.count
    carnot = (s.sink_out_c + 276.15) / max(s.sink_out_c - s.source_out_c + 6.0, 5.0)  # with 3 K of pinch at either end
    values = (n * s.source_kw * 1e3, s.cop / carnot * (1 - 0.03 * abs(rng.standard_normal())), s.min_load, n * s.volume_l * 1e-3, s.source_out_c - 2.0)
    return dict(zip(names, values, strict=True))


def draw_halls(site: Site, rng: Spread) -> HallParameters:
    rows = [_hall(site, hall, rng) for hall in site.model.halls]
    return HallParameters(**{name: np.array([row[name] for row in rows], dtype=float) for name in rows[0]})


__all__ = ["SHUT_OFF", "draw_halls"]
