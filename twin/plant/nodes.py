"""The core nodes of a loop, in the order the water passes them; every array of core temperatures has this order.

supply -> (supply main) -> hall_in -> CDUs and fan coils -> hall_out -> (return main) -> plant_in -> district exchanger ->
heat pump -> dry coolers or tower exchangers -> trim chiller -> tank, or past it -> supply
"""
from __future__ import annotations

import numpy as np

TANK = ("tank_1", "tank_2", "tank_3", "tank_4")  # inlet to outlet
PLANT = ("plant_in", "district", "heatpump", "rejection", "trim")
NODES = ("supply", "hall_in", "hall_out", *PLANT, *TANK, "air", "tower_supply", "tower_return")
INDEX = {name: i for i, name in enumerate(NODES)}
N = len(NODES)

SUPPLY, HALL_IN, HALL_OUT, PLANT_IN = (INDEX[n] for n in ("supply", "hall_in", "hall_out", "plant_in"))
DISTRICT, HEATPUMP, REJECTION, TRIM = (INDEX[n] for n in ("district", "heatpump", "rejection", "trim"))
TANK_IN, TANK_OUT = INDEX["tank_1"], INDEX["tank_4"]
AIR, TOWER_SUPPLY, TOWER_RETURN = INDEX["air"], INDEX["tower_supply"], INDEX["tower_return"]


def first(core: np.ndarray) -> np.ndarray:
    """Core temperatures [..., L, N] with the node axis first, [N, ..., L]: a view."""
    return np.moveaxis(core, -1, 0)
