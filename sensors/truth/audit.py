"""Energy book-keeping of the hidden plant's water, air and metal: what goes in comes out or stays."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensors.truth.parameters import Parameters
from sensors.truth.state import State


def stored(p: Parameters, s: State) -> float:
    """Heat above 0 degC of everything that stores it [J]."""
    tcs, fws, r, h = p.tcs_volumetric, p.fws_volumetric, p.rack, p.hall
    metal = np.einsum("ij,ij->", r.die, s.die) + np.einsum("ij,ij->", r.plate, s.plate)  # vdot would wake threads
    racks = tcs * (np.dot(r.inlet, s.rack_in) + np.dot(r.outlet, s.rack_out))
    cdus = 0.5 * tcs * np.dot(p.cdu.half, s.tcs_return + s.tcs_supply) + fws * np.dot(p.cdu.half, s.fws_out)
    room = np.dot(h.district_store, s.district_out) + np.dot(h.hp_store, s.hp_out) + np.dot(h.cooler_store, s.cooler_out)
    hall = np.dot(h.air_capacity, s.air) + fws * (np.dot(h.header, s.header) + room + np.dot(h.tower_store, s.basin))
    return float(metal + racks + cdus + hall + s.water.stored())


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
