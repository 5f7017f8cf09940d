"""What the estimator knows of a site that never changes."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from twin.plant.design import Design
from twin.plant.machines import Machinery
from twin.plant.types import Parameters

Array = np.ndarray
LOOP_CLASSES = ("loop", "pump", "tank", "cooler", "tower", "heatpump", "district")


@dataclass(frozen=True, slots=True)
class Facts:
    """Parameters as designed, and who stands where."""

    p: Parameters
    d: Design
    m: Machinery
    rows: Mapping[str, int]  # class -> number of assets
    loop_of: Mapping[str, Array]  # class -> [rows] loop, for CDUs and the classes of the plant room
    units: Mapping[str, Array]  # class -> [rows] installed units

    @property
    def loops(self) -> int:
        return len(self.d.fws_supply)
