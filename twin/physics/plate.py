"""Cold plates: resistance to inlet coolant against flow."""
from __future__ import annotations

import numpy as np
from numba.extending import register_jitable


@register_jitable
def plate_conductance(flow: np.ndarray, volumetric: float, rated_k_w: np.ndarray, base_k_w: np.ndarray, rated_flow: np.ndarray,
                      exponent: np.ndarray) -> np.ndarray:
    """Conductance [W/K] from plate to inlet coolant at `flow` [m3/s], coolant of `volumetric` heat capacity [J/(m3 K)].

    Resistance = base + (rated - base) (flow / rated flow) ** -exponent: conduction and spreading that no flow removes, then
    film and warming of the coolant together. Chen et al. 2023 give 0.0389, 0.0255 and 0.0197 K/W at 0.4, 0.9 and 2.4 L/min of
    PG25 for the OCP plate, through which the law passes with base 0.016987 K/W and exponent 1.166. Below those flows the
    stream's own capacity is the limit. Written in the conductance, so no flow gives none. Shapes broadcast.
    """
    flow = np.maximum(flow, 0.0)
    level = (flow / rated_flow) ** exponent
    return np.minimum(level / (base_k_w * level + (rated_k_w - base_k_w)), volumetric * flow)
