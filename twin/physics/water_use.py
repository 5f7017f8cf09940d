"""Water that a plant evaporates, drains and drinks."""
from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from twin.physics.tower import CP_AIR_J_KG_K, saturated_slope_j_kg_k

LATENT_J_KG = 2.43e6  # evaporation at 30 degC (IAPWS)
DENSITY_KG_M3 = 995.7  # at 30 degC (IAPWS)


@register_jitable
def entering_air(dry_bulb: np.ndarray, wet_bulb: np.ndarray, effectiveness: np.ndarray) -> np.ndarray:
    """Air [degC] behind wetted pads: the wet-bulb depression times the effectiveness, 0 .. 1 (ASHRAE Handbook HVAC Systems 2020, ch. 41)."""
    return dry_bulb - effectiveness * np.maximum(dry_bulb - wet_bulb, 0.0)


def pad_evaporation(air_w_k: np.ndarray, cooled_k: np.ndarray) -> np.ndarray:
    """Water [m3/s] that pads evaporate to cool an air stream of `air_w_k` [W/K] by `cooled_k` [K]: all of it becomes vapour."""
    return air_w_k * cooled_k / (LATENT_J_KG * DENSITY_KG_M3)


@register_jitable
def evaporating_share(water_c: np.ndarray, wet_bulb_c: np.ndarray) -> np.ndarray:
    """Share of a tower's heat that leaves as vapour, saturated air from `wet_bulb_c` to `water_c` [degC]: what is not sensible.

    1 - cp / (dh/dT) with the enthalpy of saturated air h (Merkel's assumption); about 0.8 at 30 degC.
    """
    return 1.0 - CP_AIR_J_KG_K / saturated_slope_j_kg_k(np.maximum(water_c, wet_bulb_c), wet_bulb_c)


@register_jitable
def tower_evaporation(heat: np.ndarray, water_c: np.ndarray, wet_bulb_c: np.ndarray) -> np.ndarray:
    """Water [m3/s] a tower evaporates to reject `heat` [W]; none when it takes heat in."""
    return np.maximum(heat, 0.0) * evaporating_share(water_c, wet_bulb_c) / (LATENT_J_KG * DENSITY_KG_M3)


@register_jitable
def blow_down(evaporation: np.ndarray, drift: np.ndarray, cycles: np.ndarray) -> np.ndarray:
    """Water [m3/s] drained so that solids stay at `cycles` times those of the make-up: E / (cycles - 1), of which drift is a part.

    Cooling Technology Institute / ASHRAE Handbook HVAC Systems 2020, ch. 40: cycles = make-up / (blow-down + drift).
    """
    return np.maximum(evaporation / np.maximum(cycles - 1.0, 1e-3) - drift, 0.0)


@register_jitable
def make_up(evaporation: np.ndarray, drift: np.ndarray, cycles: np.ndarray) -> np.ndarray:
    """Water [m3/s] that replaces evaporation, drift and blow-down."""
    return evaporation + drift + blow_down(evaporation, drift, cycles)
