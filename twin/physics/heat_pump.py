"""Heat pumps and chillers: power and capacity from temperatures and part load."""
from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from twin.physics.elementwise import clip, where
from twin.physics.machines import lorenz_cop

DEGRADATION = 0.9  # EN 14825, default Cc of water-based units


@register_jitable
def part_load_factor(load: np.ndarray, degradation: float = DEGRADATION) -> np.ndarray:
    """Share of the full-load COP left at a share of the capacity, 0 .. 1, any shape: x / (Cc x + 1 - Cc), EN 14825 for water-based units."""
    x = clip(load, 0.0, 1.0)
    return x / (degradation * x + 1.0 - degradation)


@register_jitable
def each_load(load: np.ndarray, units: np.ndarray, min_load: np.ndarray) -> np.ndarray:
    """Load of each running unit when a group of alike units takes `load` of all of them with as few as can; 0 below the least of one."""
    asked = clip(load, 0.0, 1.0) * units
    each = asked / np.maximum(np.ceil(asked - 1e-9), 1.0)
    return where(each >= np.maximum(min_load, 1e-9), each, 0.0)


@register_jitable
def capacity_share(cop: np.ndarray, rated_cop: np.ndarray) -> np.ndarray:
    """Share of the rated source heat that the rated drive can lift at heating COP `cop`: 1 up to the rated lift, less above.

    Source heat is power (COP - 1) and the motor gives no more than at the rated point; below the rated lift the evaporator limits.
    """
    return clip((cop - 1.0) / (rated_cop - 1.0), 0.0, 1.0)


@register_jitable
def power(source: np.ndarray, source_out: np.ndarray, sink_out: np.ndarray, efficiency: np.ndarray, load: np.ndarray) -> np.ndarray:
    """Electric power [W] that lifts `source` [W] from water leaving at `source_out` to water leaving at `sink_out` [degC].

    `load` is that of each running unit, 0 .. 1. Nothing is drawn where nothing is lifted.
    """
    cop = lorenz_cop(source_out, sink_out, efficiency) * np.maximum(part_load_factor(load), 0.1)
    return source / np.maximum(cop - 1.0, 0.05)
