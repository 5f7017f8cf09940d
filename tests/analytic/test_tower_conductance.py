"""The network's tower against Merkel's own heat: the same cells in cold and warm air."""
from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from twin.physics.tower import tower_heat_w, wet_slope_j_kg_k
from twin.plant.facility import cells_ua

NTU, AIR, WATER = 1.7, 70.0, 63.0  # a cell: transfer over air flow, kg/s of air and water


def merkel_ua(wet_bulb_c: float, range_k: float = 7.0) -> float:
    """Conductance [W/K] of one cell that cools its water by range_k, from Merkel's heat: -C ln(1 - range / (range + approach))."""
    low, high = wet_bulb_c, wet_bulb_c + 60.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        short = tower_heat_w(middle, wet_bulb_c, WATER, AIR, NTU) < WATER * 4186.0 * range_k
        low, high = (middle, high) if short else (low, middle)
    return -WATER * 4186.0 * np.log1p(-range_k / (low - wet_bulb_c))


@pytest.mark.parametrize("wet_bulb_c", [0.0, 6.0, 14.0, 24.0])
def test_conductance_follows_the_slope_of_saturated_enthalpy(wet_bulb_c: float) -> None:
    per_slope = merkel_ua(6.0) / wet_slope_j_kg_k(6.0)
    assert per_slope * wet_slope_j_kg_k(wet_bulb_c) == pytest.approx(merkel_ua(wet_bulb_c), rel=0.12)


def test_no_water_or_no_cell_gives_nothing_and_halved_cells_share_all_the_water() -> None:
    c = SimpleNamespace(tower_ua=np.array([1000.0]), tower_flow=np.array([1.0]))

    def ua(flow: float, cells: float) -> float:
        return float(cells_ua(c, SimpleNamespace(tower_flow=np.array([flow]), tower_cells=np.array([cells]), wet_bulb=np.array([10.0])))[0])

    assert ua(0.0, 1.0) == ua(1.0, 0.0) == 0.0
    assert ua(1.0, 1.0) == pytest.approx(1000.0 * wet_slope_j_kg_k(10.0))
    assert ua(0.5, 0.5) == pytest.approx(0.5 * ua(1.0, 1.0))
