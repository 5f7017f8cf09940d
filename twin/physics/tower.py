"""Wet cooling tower: Merkel's enthalpy potential as effectiveness-NTU.

Merkel (1925) lumps heat and mass transfer between water and air into one enthalpy difference; Braun, Klein and Mitchell
(ASHRAE Transactions 95(2), 1989, 164-174) write it as a counterflow exchanger between the air (capacity `c_s`, the slope of
saturated enthalpy along the water) and the water. NTU follows `c * (m_water / m_air) ** (1 + n)` with n near -0.6
(same source, eq. 22). Fill tests are better told by separate exponents of water and air (Kroger, Air-cooled heat
exchangers and cooling towers, 2004, section 4.4: Me = a G_w^-b G_a^c): `fill_ntu`. Functions take floats or arrays of any shape and can be called from compiled code.
"""
from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

CP_WATER_J_KG_K = 4186.0
CP_AIR_J_KG_K = 1006.0
CP_VAPOUR_J_KG_K = 1860.0
EVAPORATION_J_KG = 2.501e6
SLOPE_ROUNDS = 3  # the heat then moves by less than 0.1 % in one more round


@register_jitable
def saturated_pressure_pa(t_c):
    """Vapour pressure over water [Pa] at t_c [degC], -10..60 degC within 0.1 %. Buck, J. Appl. Meteorol. 20 (1981), 1527."""
    return 611.21 * np.exp((18.678 - t_c / 234.5) * t_c / (257.14 + t_c))


@register_jitable
def saturated_enthalpy_j_kg(t_c, pressure_pa=101325.0):
    """Enthalpy of saturated air [J/kg dry air] at t_c [degC]: ASHRAE Fundamentals 2017, chapter 1, eqs. 20 and 30.

    The enthalpy of air of any humidity is close to this at its wet-bulb temperature (the Merkel approximation)."""
    p_w = saturated_pressure_pa(t_c)
    humidity = 0.621945 * p_w / (pressure_pa - p_w)
    return CP_AIR_J_KG_K * t_c + humidity * (EVAPORATION_J_KG + CP_VAPOUR_J_KG_K * t_c)


@register_jitable
def saturated_slope_j_kg_k(warm_c, cool_c, pressure_pa=101325.0):
    """Mean slope of saturated enthalpy [J/(kg K)] between two temperatures [degC]; the local slope where they meet."""
    gap = np.maximum(np.abs(warm_c - cool_c), 0.05)
    low = np.minimum(warm_c, cool_c)
    return (saturated_enthalpy_j_kg(low + gap, pressure_pa) - saturated_enthalpy_j_kg(low, pressure_pa)) / gap


@register_jitable
def counterflow_effectiveness(ntu, ratio):
    """Effectiveness [-] of a counterflow exchanger, ratio = C_min/C_max in 0..1. Kays and London, Compact Heat Exchangers, 1984.

    Written with g = (1 - exp(-x))/x, x = ntu (1 - ratio), so balanced streams need no branch."""
    x = ntu * (1.0 - ratio)
    x_safe = np.maximum(x, 1e-9)
    g = -np.expm1(-x_safe) / x_safe
    return ntu * g / (1.0 + ratio * ntu * g)


@register_jitable
def fill_ntu(water_ratio, air_ratio, rated_ntu, water_exponent=0.5, air_exponent=0.6):
    """Air-side NTU [-] of a fill from its flows over rated flows [-]: transfer grows with water and air by a power each."""
    water, air = np.maximum(water_ratio, 1e-9), np.maximum(air_ratio, 1e-9)
    return rated_ntu * water**water_exponent * air ** (air_exponent - 1.0)


@register_jitable
def tower_heat_w(water_in_c, wet_bulb_c, water_kg_s, air_kg_s, ntu, pressure_pa=101325.0):
    """Heat [W] that water [kg/s] entering at water_in_c gives to air [kg/s] entering at wet_bulb_c [degC].

    ntu is on the air side: transfer coefficient times area over air flow [-]. The most the air can take is that of saturation at water_in_c; the slope `c_s` is taken along the water and found in
    a few rounds from the middle. Zero water or zero air gives zero heat; negative when the water is colder than the
    wet bulb. Source: module docstring, eqs. 9-13."""
    water = np.maximum(water_kg_s, 1e-9)
    air = np.maximum(air_kg_s, 1e-9)
    c_water = water * CP_WATER_J_KG_K
    most_w = air * (saturated_enthalpy_j_kg(water_in_c, pressure_pa) - saturated_enthalpy_j_kg(wet_bulb_c, pressure_pa))
    water_out_c, heat_w = 0.5 * (water_in_c + wet_bulb_c), 0.0 * most_w
    for _ in range(SLOPE_ROUNDS):
        c_air = air * saturated_slope_j_kg_k(water_in_c, water_out_c, pressure_pa)
        c_min = np.minimum(c_air, c_water)
        effectiveness = counterflow_effectiveness(ntu * c_air / c_min, c_min / np.maximum(c_air, c_water))
        heat_w = effectiveness * c_min / c_air * most_w
        limit_w = c_water * (water_in_c - wet_bulb_c)  # no water leaves beyond the wet bulb
        heat_w = np.minimum(np.maximum(heat_w, np.minimum(limit_w, 0.0)), np.maximum(limit_w, 0.0))
        water_out_c = water_in_c - heat_w / c_water
    return heat_w


@register_jitable
def wet_slope_j_kg_k(wet_bulb_c):
    """Slope of saturated enthalpy [J/(kg K)] from the wet bulb [degC] to 10 K above: enthalpy transfer in terms of water temperature.

    A tower's conductance to the wet bulb follows it, so the same cells cool half as well at 5 degC as at 26 degC. Source: module docstring."""
    return saturated_slope_j_kg_k(wet_bulb_c + 10.0, wet_bulb_c)


@register_jitable
def air_kg_s(fan_speed, rated_kg_s):
    """Air flow [kg/s] at a fan speed [fraction of rated]: proportional, the first fan law."""
    return rated_kg_s * np.maximum(fan_speed, 0.0)


@register_jitable
def fan_power_w(fan_speed, rated_w):
    """Fan power [W] at a speed [fraction of rated]: cube, the third fan law."""
    return rated_w * np.maximum(fan_speed, 0.0) ** 3
