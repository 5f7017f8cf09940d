"""Moist air: wet bulb of air that carries so much water."""
from __future__ import annotations

import numpy as np

from twin.physics.tower import saturated_pressure_pa

Array = np.ndarray
MASS_RATIO = 0.621945  # of water to dry air
HALVINGS = 40


def humidity_ratio(dry_bulb: Array | float, relative: Array | float, pressure_pa: float = 101325.0) -> Array:
    """Water [kg/kg dry air] in air at `dry_bulb` [degC] of `relative` humidity [0..1]; ASHRAE Handbook Fundamentals 2021, ch. 1, eq. (20)."""
    p = relative * saturated_pressure_pa(np.asarray(dry_bulb, dtype=float))
    return MASS_RATIO * p / (pressure_pa - p)


def wet_bulb(dry_bulb: Array | float, humidity_ratio: Array | float, pressure_pa: float = 101325.0) -> Array:
    """Thermodynamic wet bulb [degC] of air at `dry_bulb` [degC] with `humidity_ratio` [kg/kg], 0 .. 55 degC; the dry bulb where it is saturated.

    Bisection on ASHRAE Handbook Fundamentals 2021, ch. 1, eq. (33), above freezing. Shapes broadcast.
    """
    dry, w = np.broadcast_arrays(np.asarray(dry_bulb, dtype=float), np.asarray(humidity_ratio, dtype=float))
    low, high = np.full(dry.shape, -20.0), dry.copy()
    for _ in range(HALVINGS):
        t = 0.5 * (low + high)
        p = saturated_pressure_pa(t)
        saturated = MASS_RATIO * p / (pressure_pa - p)
        carried = ((2501.0 - 2.326 * t) * saturated - 1.006 * (dry - t)) / (2501.0 + 1.86 * dry - 4.186 * t)
        over = carried > w
        low, high = np.where(over, low, t), np.where(over, t, high)
    return 0.5 * (low + high)
