"""Parts of a hot-water and tower plant, one function a law. Arithmetic only: floats, arrays of any batch shape, compiled or not.

Temperatures degC, flows m3/s of water, heat W, volumes m3.
"""
from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from twin.physics.tower import counterflow_effectiveness

WATER_J_M3_K = 4.18e6  # density times heat capacity at 15..30 degC within 0.3 % (IAPWS-95)
FILM_EXPONENT = 0.7  # plate film conductance against flow: Kakac and Liu, Heat Exchangers, 2002, table 10.6 (0.65..0.8)
VALVE_HALVINGS = 10  # a straight line over what is left then finds the flow to 1e-6 of its range


@register_jitable
def conductance_w_k(ua_w_k, c_hot_w_k, c_cold_w_k):
    """Conductance [W/K] between the inlets of a counterflow exchanger; capacity flows [W/K]; zero flow gives zero."""
    low = np.maximum(np.minimum(c_hot_w_k, c_cold_w_k), 1e-9)
    high = np.maximum(np.maximum(c_hot_w_k, c_cold_w_k), 1e-9)
    return low * counterflow_effectiveness(ua_w_k / low, low / high)


@register_jitable
def plate_ua_w_k(rated_ua_w_k, hot_ratio, cold_ratio):
    """UA [W/K] of one plate exchanger, equal films at rated flows; ratios are flow over rated flow, per exchanger."""
    hot = np.maximum(hot_ratio, 1e-6) ** -FILM_EXPONENT
    cold = np.maximum(cold_ratio, 1e-6) ** -FILM_EXPONENT
    return rated_ua_w_k / (0.5 * hot + 0.5 * cold)


@register_jitable
def valve_flow_m3_s(heat_w, inlet_c, set_c, secondary_w_k, ua_w_k, least_m3_s, most_m3_s):
    """Primary flow [m3/s] at which coolant distribution units hold their secondary supply at set_c under heat_w.

    The secondary runs at a constant capacity flow, so its return is set_c + heat/secondary. Heat taken grows with
    primary flow; halving finds the flow between the least and the fully open valve."""
    gap_k = set_c + heat_w / secondary_w_k - inlet_c
    low, high = least_m3_s + 0.0 * heat_w, most_m3_s + 0.0 * heat_w
    for _ in range(VALVE_HALVINGS):
        middle = 0.5 * (low + high)
        short = 1.0 * (conductance_w_k(ua_w_k, secondary_w_k, middle * WATER_J_M3_K) * gap_k < heat_w)
        low, high = low + short * (middle - low), high - (1.0 - short) * (high - middle)
    below_w = conductance_w_k(ua_w_k, secondary_w_k, low * WATER_J_M3_K) * gap_k
    above_w = conductance_w_k(ua_w_k, secondary_w_k, high * WATER_J_M3_K) * gap_k
    share = (heat_w - below_w) / np.maximum(above_w - below_w, 1e-6)
    return low + np.minimum(np.maximum(share, 0.0), 1.0) * (high - low)


@register_jitable
def pipe(cells_c, inlet_c, flow_m3_s, volume_m3, dt_s):
    """Temperatures of a pipe after dt_s: equal mixed cells along axis 0, upwind, trapezoidal in time, so that a front of age a is
    a / sqrt(cells) wide whatever dt_s. What enters less what leaves stays, when what leaves has `leaving_c`. Stable at any flow;
    free of overshoot while a cell is not changed more than twice in dt_s."""
    new = cells_c.copy()
    half = 0.5 * flow_m3_s * dt_s * len(cells_c) / volume_m3
    entering = inlet_c
    for i in range(len(cells_c)):
        new[i] = (cells_c[i] * (1.0 - half) + 2.0 * half * entering) / (1.0 + half)
        entering = 0.5 * (cells_c[i] + new[i])
    return new


@register_jitable
def leaving_c(before_c, after_c):
    """Temperature of what left a pipe between two of its states."""
    return 0.5 * (before_c[-1] + after_c[-1])


@register_jitable
def tank(temperature_c, inlet_c, flow_m3_s, volume_m3, dt_s):
    """Temperature of a mixed volume after dt_s; what leaves has the old temperature. Stable for flow * dt_s <= volume."""
    return temperature_c + flow_m3_s * dt_s / volume_m3 * (inlet_c - temperature_c)


@register_jitable
def pi_step(output, error_k, error_before_k, gain_per_k, reset_s, least, most, dt_s):
    """Velocity PI: the output [-] moves by the change of the error and by its integral and stops at its limits (no windup)."""
    moved = output + gain_per_k * (error_k - error_before_k + dt_s / reset_s * error_k)
    return np.minimum(np.maximum(moved, least), most)


@register_jitable
def lag(value, target, time_s, dt_s):
    """First-order lag over dt_s, exact for a held target."""
    return target + (value - target) * np.exp(-dt_s / time_s)


@register_jitable
def chosen(own, given, given_share):
    """`given` where given_share is 1 (a measured value drives the model), `own` where it is 0."""
    return own * (1.0 - given_share) + given * given_share
