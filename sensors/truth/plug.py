"""Water that moves as a plug: pipes with transport delay and stratified tanks.

The content is a row of equal cells. A step shifts it by the displaced volume and remaps it onto the cells through the cumulated
heat, so heat is conserved to rounding and the outlet depends on the old content alone: loops need no implicit solve across a pipe.
"""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Plug:
    """`volume` [m3], `cells` temperatures [degC] from inlet to outlet, `volumetric` [J/(m3 K)], `loss` [W/K] to its surroundings."""

    volume: float
    cells: np.ndarray
    volumetric: float
    loss: float = 0.0
    edges: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.edges = np.linspace(0.0, self.volume, len(self.cells) + 1)

    @classmethod
    def filled(cls, volume: float, count: int, temperature: float, volumetric: float, loss: float = 0.0) -> Plug:
        return cls(volume, np.full(count, float(temperature)), volumetric, loss)

    @property
    def capacity(self) -> float:
        """Heat capacity of one cell [J/K]."""
        return self.volumetric * self.volume / len(self.cells)

    def _cumulated(self) -> tuple[np.ndarray, np.ndarray]:
        count = len(self.cells)
        filled = np.empty(count + 1)
        filled[0] = 0.0
        np.cumsum(self.cells, out=filled[1:])
        filled *= self.volume / count
        return self.edges, filled

    def outlet(self, displaced: float) -> float:
        """Mean temperature [degC] of the `displaced` [m3] last part of the content; the last cell where nothing moves."""
        if displaced <= 1e-12:
            return float(self.cells[-1])
        if displaced > self.volume * (1 + 1e-12):
            raise ValueError(f"{displaced} m3 displaced in a plug of {self.volume} m3: shorten the step")
        edges, filled = self._cumulated()
        left = np.interp(self.volume - displaced, edges, filled)
        return float((filled[-1] - left) / displaced)

    def push(self, displaced: float, inlet: float) -> None:
        """Shift the content by `displaced` [m3] of water of `inlet` [degC]."""
        if displaced <= 1e-12:
            return
        edges, filled = self._cumulated()
        moved = np.interp(np.maximum(edges - displaced, 0.0), edges, filled) + inlet * np.minimum(edges, displaced)
        self.cells = np.diff(moved) * (len(self.cells) / self.volume)

    def lose(self, surroundings: float, dt: float) -> float:
        """Heat lost to the surroundings [degC] in `dt` [s]; returns joules, positive outwards."""
        share = -np.expm1(-self.loss * dt / (self.capacity * len(self.cells)))
        drop = (self.cells - surroundings) * share
        self.cells = self.cells - drop
        return float(drop.sum() * self.capacity)

    def stored(self) -> float:
        """Heat above 0 degC [J]."""
        return float(self.cells.sum() * self.capacity)


def settle(cells: np.ndarray, turnover: float, mixing: float) -> np.ndarray:
    """Buoyancy in a tank whose first cell is the top: neighbours with the colder one above exchange `turnover`, others `mixing` (0..0.5).

    Pairs are treated alternately; every exchange is symmetric, so the sum stays.
    """
    out = cells.copy()
    for first in (0, 1):
        lower = out[first + 1::2]
        upper = out[first::2][: len(lower)]
        moved = np.where(upper < lower, turnover, mixing) * (lower - upper)
        upper += moved
        lower -= moved
    return out
