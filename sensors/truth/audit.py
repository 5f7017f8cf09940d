"""Energy book-keeping of the hidden plant's water, air and metal: what goes in comes out or stays."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensors.truth.parameters import Parameters
from sensors.truth.state import State


def stored(p: Parameters, s: State) -> float:
    """Heat above 0 degC of everything that stores it [J]."""
    tcs, fws = p.tcs_volumetric, p.fws_volumetric
    metal = np.einsum("ij,ij->", p.rack.die, s.die) + np.einsum("ij,ij->", p.rack.plate, s.plate)
    racks = tcs * np.sum(p.rack.inlet * s.rack_in + p.rack.outlet * s.rack_out)
    cdus = np.sum(0.5 * tcs * p.cdu.half * (s.tcs_return + s.tcs_supply) + fws * p.cdu.half * s.fws_out)
    hall = np.sum(p.hall.air_capacity * s.air + fws * p.hall.header * s.header)
    room = fws * np.sum(np.maximum(p.hall.district_volume, 0.05) * s.district_out + np.maximum(p.hall.hp_volume, 0.05) * s.hp_out
                        + np.maximum(p.hall.cooler_volume, 0.05) * s.cooler_out)
    tower = fws * np.sum(np.where(p.hall.tower_cells > 0, np.maximum(p.hall.tower_volume, 0.05), 0.0) * s.basin)
    plugs = sum(plug.stored() for plug in [*s.supply, *s.back, *s.tank] if plug is not None)
    return float(metal + racks + cdus + hall + room + tower + plugs)


@dataclass
class Ledger:
    """Sums of heat [J] since the start and the residual of the last part of a step."""

    came: float = 0.0
    left: float = 0.0
    kept: float = 0.0
    residual: float = 0.0  # of the last part, share of what it moved
    worst: float = 0.0
    _out: float = 0.0

    def out(self, joules: float) -> None:
        self._out += float(joules)

    def close(self, dt: float, before: float, after: float, watts_in: float) -> None:
        """End a part of a step of `dt` [s]: stores before and after [J], electric power into the system [W]."""
        came, change = float(watts_in) * dt, after - before
        gap = abs(came - self._out - change)
        scale = max(abs(came) + abs(self._out), 1.0)
        self.residual = gap / scale
        self.worst = max(self.worst, self.residual)
        self.came, self.left, self.kept = self.came + came, self.left + self._out, self.kept + change
        self._out = 0.0
