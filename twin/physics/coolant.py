"""Coolants of the technology loops: water with propylene glycol, by the glycol's share of the volume (0.25 in PG25).

Ratios to water at 45 degC and 0.3 MPa, 0 .. 0.4; source: CoolProp, incompressible MPG (Melinder 2010, IIR) with mass shares from
densities at 20 degC. Between 20 and 70 degC a glycol mixture's heat a volume changes less than water's.
"""
from __future__ import annotations

import numpy as np

from twin.physics.water import VOLUMETRIC

Array = np.ndarray
SHARE = (0.0, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4)
HEAT = (1.0, 0.9945, 0.9894, 0.9764, 0.9672, 0.956, 0.9273)
WEIGHT = (1.0, 1.0038, 1.0072, 1.0141, 1.0175, 1.0209, 1.0272)


def volumetric(glycol: Array) -> Array:
    """Heat [J/(m3 K)] that a volume carries, any shape."""
    return VOLUMETRIC * np.interp(glycol, SHARE, HEAT)


def weight(glycol: Array) -> Array:
    """Density over water's at the same temperature, any shape."""
    return np.interp(glycol, SHARE, WEIGHT)


def film_share(glycol: Array) -> Array:
    """The coolant film's part of an exchanger's resistance beside water with as large a capacity flow, any shape.

    Films go as k (m / eta)^0.8 Pr^(1/3) (Dittus and Boelter 1930); linear in the glycol within 0.003.
    """
    return 0.5 + 0.48 * np.asarray(glycol, dtype=float)
