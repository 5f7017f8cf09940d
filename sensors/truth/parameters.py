"""What the plant really is: datasheets with the spread of manufacture, wear and assembly, drawn from a seed nobody else knows.

Shapes: (H,) halls, (C,) CDUs, (R,) racks, (R, G) GPUs. SI units, temperatures in degC.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from config.site import Site

LPM = 1.0 / 60_000.0
WATER = 990.0 * 4186.0  # J/(m3 K) at about 45 degC
LEAST = 0.05  # m3
SHUT_OFF = 1.22  # head at no flow over rated head; centrifugal pumps of this size 1.15..1.25 (Grundfos NB/NK curves)


def ua_rated(heat: float, hot_in: float, hot_out: float, cold_in: float, cold_out: float) -> float:
    """UA [W/K] of a counterflow exchanger at a rated point, by the log-mean temperature difference."""
    one, two = max(hot_in - cold_out, 0.3), max(hot_out - cold_in, 0.3)
    mean = one if abs(one - two) < 1e-6 else (one - two) / np.log(one / two)
    return heat / mean


@dataclass(frozen=True)
class RackParameters:
    """Racks and their GPUs."""

    cdu: np.ndarray  # (R,) row of the CDU
    hall: np.ndarray  # (R,) row of the hall
    gpus: np.ndarray  # (R,) count
    present: np.ndarray  # (R, G) 1 where a GPU sits
    gpu_max: np.ndarray  # (R,) W
    gpu_idle: np.ndarray  # (R,) W
    other_max: np.ndarray  # (R,) W, to liquid
    air_max: np.ndarray  # (R,) W
    admittance: np.ndarray  # (R,) m3/s/sqrt(Pa)
    share: np.ndarray  # (R, G) part of the rack's flow that passes this GPU's plate
    die: np.ndarray  # (R, G) J/K
    plate: np.ndarray  # (R, G) J/K
    joint: np.ndarray  # (R, G) W/K die to plate
    mean_share: np.ndarray  # (R,) mean of `share`
    film_share: np.ndarray  # (R, G) W/K film conductance of the plate when the mean plate has its rated flow
    plate_flow: np.ndarray  # (R,) m3/s rated
    exponent: np.ndarray  # (R,)
    inlet: np.ndarray  # (R,) m3 supply manifold and hoses
    outlet: np.ndarray  # (R,) m3 return manifold, trays and hoses
    throttle: np.ndarray  # (R,) degC
    shutdown: np.ndarray  # (R,) degC


@dataclass(frozen=True)
class CduParameters:
    hall: np.ndarray  # (C,)
    ua: np.ndarray  # W/K at rated flows
    tcs_rated: np.ndarray  # m3/s
    fws_rated: np.ndarray  # m3/s
    half: np.ndarray  # m3 of each side
    head: np.ndarray  # Pa at rated flow, external and internal
    inner: np.ndarray  # Pa/(m3/s)^2, the unit's own resistance
    pumps: np.ndarray  # count
    needed: np.ndarray
    pump_w: np.ndarray  # W at rated flow, all running
    dp_set: np.ndarray  # Pa across racks
    valve: np.ndarray  # m3/s/sqrt(Pa), fully open with the exchanger in series
    stiction: np.ndarray  # fraction of stroke
    tcs_set: np.ndarray  # degC


@dataclass(frozen=True)
class HallParameters:
    """Facility loop of each hall. What a hall does not have is zero."""

    rated: np.ndarray  # m3/s of the whole loop
    dp_set: np.ndarray  # Pa
    fws_set: np.ndarray  # degC
    air_set: np.ndarray  # degC
    resistance: np.ndarray  # Pa/(m3/s)^2, mains and plant room
    pumps: np.ndarray
    needed: np.ndarray
    pump_flow: np.ndarray  # m3/s of one
    pump_head: np.ndarray  # Pa at that flow
    pump_w: np.ndarray  # W of one
    coil_flow: np.ndarray  # m3/s/sqrt(Pa), branch of the fan coils
    coil_ua: np.ndarray  # W/K
    coil_fan: np.ndarray  # W
    air_capacity: np.ndarray  # J/K
    main: np.ndarray  # m3, one direction
    main_loss: np.ndarray  # W/K, one direction
    tank: np.ndarray  # m3
    tank_loss: np.ndarray  # W/K
    header: np.ndarray  # m3, pump header node
    cooler_ua: np.ndarray
    cooler_air: np.ndarray  # W/K, air capacity flow at full fan
    cooler_fan: np.ndarray  # W at full speed
    cooler_volume: np.ndarray
    cooler_count: np.ndarray
    exchanger_ua: np.ndarray  # W/K one intermediate exchanger
    exchangers: np.ndarray
    tower_flow: np.ndarray  # m3/s tower water, all pumps
    tower_pumps: np.ndarray
    tower_pump_w: np.ndarray
    tower_fan: np.ndarray
    tower_cells: np.ndarray
    tower_volume: np.ndarray
    tower_effect: np.ndarray  # rated range / (range + approach)
    tower_rated_c: np.ndarray  # mean of rated wet bulb and water, reference of the enthalpy slope
    district_ua: np.ndarray
    district_flow: np.ndarray  # W/K, largest capacity flow on the network side
    district_volume: np.ndarray
    hp_source: np.ndarray  # W cooling capacity at the rated point
    hp_efficiency: np.ndarray
    hp_min: np.ndarray
    hp_volume: np.ndarray
    hp_floor: np.ndarray  # degC, coldest source outlet

    @cached_property
    def district_store(self) -> np.ndarray:
        """Water that mixes in each part of the plant room, m3; a part that is not there still joins two pipes."""
        return np.maximum(self.district_volume, LEAST)

    @cached_property
    def hp_store(self) -> np.ndarray:
        return np.maximum(self.hp_volume, LEAST)

    @cached_property
    def cooler_store(self) -> np.ndarray:
        return np.maximum(self.cooler_volume, LEAST)

    @cached_property
    def tower_store(self) -> np.ndarray:
        return np.where(self.tower_cells > 0, np.maximum(self.tower_volume, LEAST), 0.0)


STORES = ("district_store", "hp_store", "cooler_store", "tower_store")


@dataclass(frozen=True)
class FeedParameters:
    rating: np.ndarray  # W of the UPS bank
    loss: np.ndarray  # (F, 3) UPS loss coefficients
    battery: np.ndarray  # J
    transformer: np.ndarray  # VA
    iron: np.ndarray  # W
    copper: np.ndarray  # W at rating
    genset: np.ndarray  # W
    gensets: np.ndarray  # count
    genset_start: np.ndarray  # s
    genset_ramp: np.ndarray  # W/s
    voltage: float
    frequency: float


@dataclass(frozen=True)
class Parameters:
    rack: RackParameters
    cdu: CduParameters
    hall: HallParameters
    feed: FeedParameters
    tcs_volumetric: float
    fws_volumetric: float


def hall_rows(site: Site, cls: str) -> np.ndarray:
    """Row of the hall of every asset of a class."""
    order = {h.id: i for i, h in enumerate(site.model.halls)}
    return np.array([order[a.hall] for a in site.assets[cls]], dtype=int)


