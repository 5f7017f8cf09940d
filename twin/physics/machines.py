"""Pumps, fans, electrical losses and heat pumps: published laws with datasheet coefficients."""
from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

KELVIN = 273.15
STILL_AIR = 0.03
MIN_LIFT = 5.0  # K, keeps the Lorenz COP finite when source and sink meet


@register_jitable
def affinity_power(speed: np.ndarray, rated_power: np.ndarray, exponent: float = 3.0) -> np.ndarray:
    """Power [W] of a pump or fan at relative speed on a fixed system curve (ASHRAE Handbook HVAC Systems 2020, ch. 21 and 44)."""
    return rated_power * np.maximum(speed, 0.0) ** exponent


@register_jitable
def draught(fan: np.ndarray) -> np.ndarray:
    """Air through a coil outdoors over that at full fans, at relative fan speed: fans add to the `STILL_AIR` that wind and warm air move alone (assumption)."""
    return STILL_AIR + (1.0 - STILL_AIR) * np.maximum(fan, 0.0)


@register_jitable
def air_side_ua(fan: np.ndarray, rated_ua: np.ndarray, exponent: float = 0.6, still: float = 0.04) -> np.ndarray:
    """UA [W/K] of an air coil at relative fan speed: h ~ v ** 0.6 over finned tubes, natural draught below.

    Exponent: Zukauskas for tube banks (0.6 .. 0.63), Incropera, 7th ed., table 7.5. `still` is the share left with fans off
    (assumption, 3 .. 5 % of rating).
    """
    return rated_ua * (still + (1.0 - still) * np.maximum(fan, 0.0) ** exponent)


@register_jitable
def lorenz_cop(source_out: np.ndarray, sink_out: np.ndarray, efficiency: np.ndarray) -> np.ndarray:
    """Heating COP of a heat pump: a share of the reversible COP between the outlet temperatures [degC].

    The share comes from a rated point: 0.4 .. 0.6 for one stage (Arpagaus et al. 2018, Energy 152, 985-1010); machines in series on
    both streams reach 50 .. 65 % of the reversible COP between the streams' mean temperatures (Reinholdt et al. 2018, High
    Temperature Heat Pump Symposium, Copenhagen), which is more of this one.
    """
    lift = np.maximum(sink_out - source_out, MIN_LIFT)
    return np.maximum(1.05, efficiency * (sink_out + KELVIN) / lift)


def cop_efficiency(cop: float, source_out: float, sink_out: float) -> float:
    """Share of the reversible COP reached at a rated point (temperatures in degC)."""
    return cop / float((sink_out + KELVIN) / max(sink_out - source_out, MIN_LIFT))


@register_jitable
def ups_losses(load: np.ndarray, rating: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Losses [W] of a double-conversion UPS at `load` [W]: rating * (a + b x + c x^2), x = load / rating.

    The quadratic is the usual separation into idle, proportional and resistive losses (IEC 62040-3 annex).
    """
    x = load / rating
    return rating * (a + b * x + c * x * x)


def conversion_output(power: np.ndarray, rating: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Output [W] of a converter that draws `power` [W]: the inverse of load + ups_losses(load), nothing below its idle loss.

    The root is written so that c = 0 needs no branch.
    """
    over_idle = np.maximum(power / rating - a, 0.0)
    half = 1.0 + b
    return rating * 2.0 * over_idle / (half + np.sqrt(half * half + 4.0 * c * over_idle))


def ups_coefficients(eff_25: float, eff_50: float, eff_100: float) -> tuple[float, float, float]:
    """Loss coefficients through three published efficiencies at 25, 50 and 100 % load."""
    x = np.array([0.25, 0.5, 1.0])
    loss = x * (1.0 / np.array([eff_25, eff_50, eff_100]) - 1.0)
    a, b, c = np.linalg.solve(np.stack([np.ones(3), x, x * x], axis=1), loss)
    return float(a), float(b), float(c)


@register_jitable
def transformer_losses(load: np.ndarray, rating: np.ndarray, no_load: np.ndarray, at_rating: np.ndarray) -> np.ndarray:
    """Losses [W] of transformers at `load` [W]: iron plus copper growing with the square (IEC 60076-1)."""
    return no_load + at_rating * (load / rating) ** 2
