"""Racks, GPUs and CDUs as built."""
from __future__ import annotations

import numpy as np

from config.equipment import Cdu, Rack
from config.site import Site
from sensors.truth.parameters import LPM, WATER, CduParameters, RackParameters, hall_rows, ua_rated
from sensors.truth.settings import Spread

TRAYS = 18  # compute trays of an NVL72-class rack; spread of flow is by tray, spread of resistance by GPU
OTHER_SHARE = 0.12  # least part of a rack's flow that passes switches and power shelves, not GPUs (assumption)

FILM_EXPONENT = 0.15  # film conductance ~ flow ** exponent: laminar channels, 0 developed to 1/3 developing (Shah and London 1978)


def _film(sheet: Rack) -> float:
    """Film conductance [W/K] at rated plate flow from the published resistance to inlet coolant."""
    stream = WATER * sheet.plate_flow_lpm * LPM
    effect = min(1.0 / (sheet.plate_k_w * stream), 0.97)
    return float(-stream * np.log1p(-effect))


def _share(sheets: list[Rack], present: np.ndarray, rng: Spread) -> np.ndarray:
    """Part of the rack's flow through each plate: trays spread by 4 %, plates within a tray by 1.5 %."""
    racks, gpus = present.shape
    tray = np.minimum(np.arange(gpus) * TRAYS // gpus, TRAYS - 1)
    spread = 1 + 0.04 * rng.standard_normal((racks, TRAYS))[:, tray] + 0.015 * rng.standard_normal((racks, gpus))
    total = np.array([min(1 - OTHER_SHARE, s.gpus * s.plate_flow_lpm / s.flow_lpm) for s in sheets])
    weight = np.clip(spread, 0.7, 1.3) * present
    return total[:, None] * weight / weight.sum(axis=1, keepdims=True)


def _column(sheets: list, name: str, factor: float = 1.0) -> np.ndarray:
    return np.array([float(getattr(s, name)) * factor for s in sheets])


def draw_racks(site: Site, rng: Spread) -> RackParameters:
    hall = hall_rows(site, "rack")
    sheets: list[Rack] = [site.sheets[site.model.halls[h].racks.equipment] for h in hall]
    count, most = len(sheets), max(s.gpus for s in sheets)
    gpus = np.array([s.gpus for s in sheets])
    present = (np.arange(most)[None, :] < gpus[:, None]).astype(float)

    def grid(name: str, sigma: float) -> np.ndarray:
        return _column(sheets, name)[:, None] * np.clip(1 + sigma * rng.standard_normal((count, most)), 0.7, 1.3)

    films = {id(s): _film(s) for s in sheets}
    film = np.array([films[id(s)] for s in sheets])[:, None] * np.clip(1 + 0.04 * rng.standard_normal((count, most)), 0.75, 1.25)
    coolant = _column(sheets, "coolant_l", 1e-3)
    share, exponent = _share(sheets, present, rng), np.full(count, FILM_EXPONENT)
    mean = share.sum(axis=1) / gpus
    flow = _column(sheets, "flow_lpm", LPM) * np.clip(1 + 0.03 * rng.standard_normal(count), 0.9, 1.1)
    return RackParameters(
        cdu=np.array([a.parent[1] for a in site.assets["rack"]], dtype=int), hall=hall, gpus=gpus, present=present,
        gpu_max=_column(sheets, "gpu_max_w"), gpu_idle=_column(sheets, "gpu_idle_w"),
        other_max=_column(sheets, "other_liquid_kw", 1e3), air_max=_column(sheets, "air_kw", 1e3),
        admittance=flow / np.sqrt(_column(sheets, "dp_kpa", 1e3)), share=share,
        die=grid("die_j_k", 0.02), plate=grid("plate_j_k", 0.02), joint=1.0 / grid("die_plate_k_w", 0.04), mean_share=mean,
        film_share=film * (share / mean[:, None]) ** exponent[:, None] * present,
        plate_flow=_column(sheets, "plate_flow_lpm", LPM), exponent=exponent,
        inlet=0.4 * coolant, outlet=0.6 * coolant, throttle=_column(sheets, "throttle_c"), shutdown=_column(sheets, "shutdown_c"))


def _cdu_ua(sheet: Cdu) -> float:
    """UA [W/K] from the rated approach: supply of one side to supply of the other."""
    hot, cold = WATER * sheet.tcs_flow_lpm * LPM, WATER * sheet.fws_flow_lpm * LPM
    heat = sheet.heat_kw * 1e3
    fws_in = 30.0
    tcs_out = fws_in + sheet.approach_k
    return ua_rated(heat, tcs_out + heat / hot, tcs_out, fws_in, fws_in + heat / cold)


def draw_cdus(site: Site, rng: Spread) -> CduParameters:
    hall = hall_rows(site, "cdu")
    halls = site.model.halls
    sheets: list[Cdu] = [site.sheets[halls[h].cdus.equipment] for h in hall]
    racks: list[Rack] = [site.sheets[halls[h].racks.equipment] for h in hall]
    count = len(sheets)
    tcs, fws = _column(sheets, "tcs_flow_lpm", LPM), _column(sheets, "fws_flow_lpm", LPM)
    outer = _column(sheets, "tcs_dp_kpa", 1e3)
    wear = np.clip(1 - 0.02 * np.abs(rng.standard_normal(count)), 0.9, 1.0)
    ua = np.array([_cdu_ua(s) for s in sheets]) * np.clip(1 + 0.05 * rng.standard_normal(count), 0.85, 1.15)
    dp_hall = np.array([halls[h].set_points.fws_dp_kpa * 1e3 for h in hall])
    return CduParameters(
        hall=hall, ua=ua, tcs_rated=tcs, fws_rated=fws, half=_column(sheets, "volume_l", 0.5e-3),
        head=1.3 * outer * wear, inner=0.3 * outer / tcs**2, pumps=_column(sheets, "pumps"), needed=_column(sheets, "pumps_needed"),
        pump_w=_column(sheets, "pump_kw", 1e3), dp_set=np.minimum(_column(racks, "dp_kpa", 1e3), outer),
        valve=1.15 * fws / np.sqrt(dp_hall) * np.clip(1 + 0.04 * rng.standard_normal(count), 0.9, 1.1),
        stiction=rng.uniform(0.001, 0.006, count), tcs_set=np.array([halls[h].set_points.tcs_supply_c for h in hall]))
