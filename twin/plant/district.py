"""The district network as its plants see it: heat wanted, supply and return temperature, by outdoor temperature and hour.

Three consumers: heating below the heating limit, tapped hot water, and the circulation that keeps hot water hot. Without an
hour the daily mean is meant. Dry bulb [degC] and local hour 0 .. 24 are numbers or [..., L]; results are [..., L].
"""
from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from twin.physics import hot_water
from twin.physics.elementwise import clip
from twin.physics.water import VOLUMETRIC
from twin.plant.design import Design

Array = np.ndarray
Hour = float | Array | None
LIMIT_C, COLDEST_C = 16.0, -5.0  # heating limit and coldest day (usual French design values; degree days of EN ISO 15927-6)
SLIDE_FROM_C, SLIDE_TO_C = 15.0, -5.0  # outdoor temperatures between which the supply slides
MORNING_K = 3.0  # operators raise the supply as much when hot water asks for twice its mean (assumption)
TAPPED_BACK_C = 28.0  # return of a preheater of cold water (assumption: 12 degC and a pinch, then cooled water of the substation)
CIRCULATION_BACK_C = 50.0  # return of a circulation kept at 55 degC by DVGW W 551, two-stage substations (assumption)
LEAST_FALL_K = 5.0  # no substation cools its water by less


def _draw(hour: Hour) -> Array | float:
    return 1.0 if hour is None else hot_water.draw(hour)


def _parts(d: Design, dry_bulb: Array | float, hour: Hour) -> tuple[Array, Array, Array]:
    """Heating, tapped water and circulation as shares of the network's peak."""
    heating = (1.0 - d.dh_summer) * np.clip((LIMIT_C - dry_bulb) / (LIMIT_C - COLDEST_C), 0.0, 1.0)
    circulating = d.dh_summer * hot_water.CIRCULATION
    return heating, (d.dh_summer - circulating) * _draw(hour), circulating + 0.0 * heating


def demand(d: Design, dry_bulb: Array | float, hour: Hour = None) -> Array:
    """Heat wanted over the network's peak: the heating signature and the day of hot water."""
    return sum(_parts(d, dry_bulb, hour))


@register_jitable
def slid(coldest: Array | float, warmest: Array | float, dry_bulb: Array | float) -> Array | float:
    """Supply temperature [degC] between that of the coldest day and of summer, at an outdoor temperature."""
    cold = clip((SLIDE_FROM_C - dry_bulb) / (SLIDE_FROM_C - SLIDE_TO_C), 0.0, 1.0)
    return warmest + (coldest - warmest) * cold


def supply_temperature(d: Design, dry_bulb: Array | float, hour: Hour = None) -> Array:
    """District supply temperature [degC]: slides with the cold, and a little with the taps."""
    return slid(d.dh_supply_cold, d.dh_supply_warm, dry_bulb) + MORNING_K * np.clip(_draw(hour) - 1.0, 0.0, 1.0)


def _flows(d: Design, dry_bulb: Array | float, hour: Hour) -> tuple[tuple[Array, ...], tuple[Array | float, ...]]:
    """Capacity flow of each consumer over the network's peak [1/K] and the temperature it returns at [degC]."""
    supply, backs = supply_temperature(d, dry_bulb, hour), (d.dh_return, TAPPED_BACK_C, CIRCULATION_BACK_C)
    heats = _parts(d, dry_bulb, hour)
    return tuple(q / np.maximum(supply - back, LEAST_FALL_K) for q, back in zip(heats, backs, strict=True)), backs


def return_temperature(d: Design, dry_bulb: Array | float, hour: Hour = None) -> Array:
    """District return temperature [degC]: the consumers' returns mixed; warm when little but circulation flows."""
    flows, backs = _flows(d, dry_bulb, hour)
    total = np.maximum(sum(flows), 1e-9)
    mixed = sum(f * back for f, back in zip(flows, backs, strict=True)) / total
    return np.where(d.dh_peak > 0, mixed, d.dh_return)


def flow(d: Design, dry_bulb: Array | float, hour: Hour = None) -> Array:
    """Network water [m3/s] that carries the demand at these temperatures; no more than at the peak's own fall."""
    fall = np.maximum(supply_temperature(d, dry_bulb, hour) - return_temperature(d, dry_bulb, hour), LEAST_FALL_K)
    return np.clip(demand(d, dry_bulb, hour), 0.0, 1.0) * d.dh_peak / (VOLUMETRIC * fall)
