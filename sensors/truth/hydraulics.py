"""Flows: parallel branches under a common difference of pressure, driven by a set of pumps.

Head of a pump set at relative speed s with share n of its rated units: head * (a s^2 - (a - 1) (q / (n rated))^2), a = SHUT_OFF.
With square-law branches and mains the flow is s times a constant, so no iteration is needed.
"""
from __future__ import annotations

import math

from numba.extending import register_jitable

from sensors.truth.parameters import SHUT_OFF


@register_jitable
def pumped_flow(speed, share, head, rated, admittance, resistance):
    """Flow [m3/s] and branch pressure difference [Pa].

    speed, share (units running over units needed) dimensionless; head [Pa] at `rated` [m3/s]; admittance of all branches
    [m3/s/sqrt(Pa)]; resistance [Pa/(m3/s)^2] outside the branches.
    """
    if not (share > 0 and admittance > 0):
        return 0.0, 0.0
    inner = (SHUT_OFF - 1) * head / (share * rated) ** 2
    flow = speed * math.sqrt(SHUT_OFF * head / (1.0 / admittance**2 + inner + resistance))
    return flow, (flow / admittance) ** 2


@register_jitable
def pump_power(speed, share, flow, rated_flow, rated_power):
    """Electric power [W] of a pump set: cubic in speed, 45 % of it without flow (radial pumps, Karassik, Pump Handbook, ch. 2)."""
    load = flow / max(max(share, 1e-6) * rated_flow * max(speed, 1e-3), 1e-9)
    return rated_power * share * speed**3 * (0.45 + 0.55 * min(load, 1.6)) if share > 0 else 0.0


@register_jitable
def viscosity_flow(temperature):
    """Factor on admittance: friction ~ viscosity ** 0.2 (Blasius 1913), water's viscosity falls 1.8 % a kelvin around 42 degC."""
    return 1.0 + 0.0018 * (temperature - 42.0)


@register_jitable
def viscosity_film(temperature):
    """Factor on film conductance of forced flow: h ~ viscosity ** -0.4 (Dittus and Boelter 1930), around 42 degC."""
    return 1.0 + 0.007 * (temperature - 42.0)
