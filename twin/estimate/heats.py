"""The three independent heats of a CDU: coolant, facility water and electric power of its racks; and the law of its exchanger's films."""
from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from config.equipment import IDLE_REST
from twin.estimate.facts import Facts
from twin.physics.films import film_ua
from twin.physics.water import VOLUMETRIC
from twin.plant.types import Parameters

Array = np.ndarray


def coolant(p: Parameters, v: Mapping[str, Array]) -> Array:
    """Heat [C] W that the racks put into the coolant, by flow and temperatures."""
    return p.cdus.volumetric * v["cdu.tcs_flow_lpm"] * (v["cdu.tcs_return_c"] - v["cdu.tcs_supply_c"])


def facility(v: Mapping[str, Array]) -> Array:
    """Heat [C] W taken up by the facility water."""
    return VOLUMETRIC * v["cdu.fws_flow_lpm"] * (v["cdu.fws_return_c"] - v["cdu.fws_supply_c"])


def drawn(f: Facts) -> tuple[Array, Array]:
    """Power [R] W of a rack at no load and at full load."""
    d, gpus = f.d, f.p.leaves.plate_factor.shape[-1]
    rest = d.other + d.air
    return gpus * d.gpu_idle + rest * IDLE_REST, gpus * d.gpu_max + rest


def liquid(power: Array, idle: Array, full: Array, air: Array) -> Array:
    """Heat W to coolant of `power`: what is left beside the air's share, which grows with load from its idle part."""
    load = np.clip((power - idle) / (full - idle), -0.2, 1.2)
    return power - air * (IDLE_REST + (1.0 - IDLE_REST) * load)


def electric(f: Facts, v: Mapping[str, Array]) -> Array:
    """Heat [C] W to coolant of the racks' electric power."""
    to_cdus = f.p.wiring.racks_to_cdus
    return liquid(v["rack.power_kw"], *(to_cdus(x) for x in drawn(f)), to_cdus(f.d.air))


def films(f: Facts, tcs: Array, fws: Array) -> Array:
    """UA [C] W/K by datasheet and flows [m3/s]."""
    c = f.p.cdus
    return film_ua(c.ua, tcs / c.rated_tcs, fws / c.rated_fws, c.hot_share)
