"""Flows: parallel branches under a common difference of pressure, driven by a set of pumps.

Head of a pump set at relative speed s with share n of its rated units: head * (a s^2 - (a - 1) (q / (n rated))^2), a = SHUT_OFF.
With square-law branches and mains the flow is s times a constant, so no iteration is needed.
"""
from __future__ import annotations

import numpy as np

from sensors.truth.parameters import SHUT_OFF


def pumped_flow(speed: np.ndarray, share: np.ndarray, head: np.ndarray, rated: np.ndarray, admittance: np.ndarray,
                resistance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Flow [m3/s] and branch pressure difference [Pa].

    speed, share (units running over units needed) dimensionless; head [Pa] at `rated` [m3/s]; admittance of all branches
    [m3/s/sqrt(Pa)]; resistance [Pa/(m3/s)^2] outside the branches.
    """
    open_ = admittance > 0
    running = (share > 0) & open_
    inner = (SHUT_OFF - 1) * head / np.where(running, share * rated, 1.0) ** 2
    total = 1.0 / np.where(open_, admittance, 1.0) ** 2 + inner + resistance
    flow = np.where(running, speed * np.sqrt(SHUT_OFF * head / total), 0.0)
    return flow, np.where(open_, (flow / np.where(open_, admittance, 1.0)) ** 2, 0.0)


def pump_power(speed: np.ndarray, share: np.ndarray, flow: np.ndarray, rated_flow: np.ndarray, rated_power: np.ndarray) -> np.ndarray:
    """Electric power [W] of a pump set: cubic in speed, 45 % of it without flow (radial pumps, Karassik, Pump Handbook, ch. 2)."""
    load = flow / np.maximum(np.maximum(share, 1e-6) * rated_flow * np.maximum(speed, 1e-3), 1e-9)
    return np.where(share > 0, rated_power * share * speed**3 * (0.45 + 0.55 * np.minimum(load, 1.6)), 0.0)


def viscosity_flow(temperature: np.ndarray) -> np.ndarray:
    """Factor on admittance: friction ~ viscosity ** 0.2 (Blasius 1913), water's viscosity falls 1.8 % a kelvin around 42 degC."""
    return 1.0 + 0.0018 * (temperature - 42.0)


def viscosity_film(temperature: np.ndarray) -> np.ndarray:
    """Factor on film conductance of forced flow: h ~ viscosity ** -0.4 (Dittus and Boelter 1930), around 42 degC."""
    return 1.0 + 0.007 * (temperature - 42.0)
