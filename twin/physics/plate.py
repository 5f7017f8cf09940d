"""Cold plates: resistance against flow."""
from __future__ import annotations

import numpy as np

from twin.physics.exchange import one_stream


def plate_ua(flow: np.ndarray, rated_ua: np.ndarray, rated_flow: np.ndarray, exponent: np.ndarray) -> np.ndarray:
    """Film conductance [W/K] of a cold plate at `flow` [m3/s]: a power law through its rated point.

    Turbulent and developing laminar films follow flow ** (0.3 .. 0.8); the exponent is fitted to the published points
    of the plate (Chen et al. 2023 for the OCP plate: 0.4 .. 2.4 L/min). Shapes broadcast.
    """
    return rated_ua * np.maximum(flow / rated_flow, 0.0) ** exponent


def rated_ua(resistance: float, capacity_flow: float) -> float:
    """Film conductance [W/K] from a published resistance [K/W] to inlet coolant at capacity flow [W/K].

    1/resistance = c * (1 - exp(-ua/c)); a resistance below 1/c is not possible.
    """
    effectiveness = 1.0 / (resistance * capacity_flow)
    if effectiveness >= 1.0:
        raise ValueError(f"resistance {resistance} K/W is below the stream's own {1 / capacity_flow:.4g} K/W")
    return float(-capacity_flow * np.log1p(-effectiveness))


def plate_conductance(flow: np.ndarray, ua: np.ndarray, volumetric: float) -> np.ndarray:
    """Conductance [W/K] plate to inlet coolant at `flow` [m3/s] with film conductance `ua` [W/K]."""
    return one_stream(ua, volumetric * np.maximum(flow, 0.0))
