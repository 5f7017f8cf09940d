"""Water that moves as a plug: pipes with transport delay and stratified tanks, all at once.

The content is a row of equal cells. A step shifts it by the displaced volume and remaps it onto the cells through the cumulated
heat, so heat is conserved to rounding and the outlet depends on the old content alone: loops need no implicit solve across a pipe.
"""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Plugs:
    """`cells` (K, N) temperatures [degC] from inlet to outlet, `volume` (K,) [m3] (zero: no plug), `volumetric` [J/(m3 K)], `loss` (K,) [W/K]."""

    volume: np.ndarray
    cells: np.ndarray
    volumetric: float
    loss: np.ndarray
    capacity: np.ndarray = field(init=False, repr=False)  # (K,) J/K of one cell

    def __post_init__(self) -> None:
        plugs, count = self.cells.shape
        self.capacity = self.volumetric * self.volume / count
        self._per_m3 = np.where(self.volume > 0, count / np.maximum(self.volume, 1e-9), 0.0)
        self._edges = np.arange(count + 1.0)
        self._cooling = np.where(self.volume > 0, self.loss / np.maximum(self.capacity * count, 1e-9), 0.0)
        self._row = np.arange(plugs)[:, None] * (count + 1)

    @classmethod
    def filled(cls, volume: np.ndarray, count: int, temperature: np.ndarray, volumetric: float, loss: np.ndarray) -> Plugs:
        return cls(volume, np.repeat(np.asarray(temperature, dtype=float)[:, None], count, axis=1), volumetric, loss)

    def moved(self, displaced: np.ndarray) -> np.ndarray:
        """Cells that `displaced` [m3] (K,) fill; ValueError where it is more than the plug holds."""
        cells = displaced * self._per_m3
        if cells.max(initial=0.0) > self.cells.shape[1] * (1 + 1e-12):
            raise ValueError(f"{displaced} m3 displaced in plugs of {self.volume} m3: shorten the step")
        return np.minimum(cells, self.cells.shape[1])

    def _filled(self) -> np.ndarray:
        """Cumulated temperature from the inlet, (K, N + 1)."""
        out = np.zeros((len(self.cells), self.cells.shape[1] + 1))
        np.cumsum(self.cells, axis=1, out=out[:, 1:])
        return out

    def _at(self, filled: np.ndarray, place: np.ndarray) -> np.ndarray:
        """`filled` at `place` [cells] (K, M), straight between edges."""
        low = np.minimum(place.astype(np.intp), self.cells.shape[1] - 1)
        index, flat = low + self._row, filled.ravel()
        left = flat[index]
        return left + (place - low) * (flat[index + 1] - left)

    def outlet(self, displaced: np.ndarray) -> np.ndarray:
        """Mean temperature [degC] of the `displaced` [m3] (K,) last part of each content; the last cell where nothing moves."""
        cells, filled = self.moved(displaced), self._filled()
        left = self._at(filled, (self.cells.shape[1] - cells)[:, None])[:, 0]
        return np.where(cells > 1e-12, (filled[:, -1] - left) / np.maximum(cells, 1e-12), self.cells[:, -1])

    def push(self, displaced: np.ndarray, inlet: np.ndarray) -> None:
        """Shift each content by `displaced` [m3] of water of `inlet` [degC], both (K,)."""
        cells = self.moved(displaced)[:, None]
        new = np.minimum(self._edges, cells)
        held = self._at(self._filled(), np.maximum(self._edges - cells, 0.0))
        held += np.asarray(inlet)[:, None] * new
        self.cells = held[:, 1:] - held[:, :-1]

    def lose(self, surroundings: np.ndarray | float, dt: float) -> float:
        """Heat lost to the surroundings [degC] in `dt` [s]; returns joules, positive outwards."""
        drop = (self.cells - np.reshape(surroundings, (-1, 1))) * -np.expm1(-self._cooling * dt)[:, None]
        self.cells = self.cells - drop
        return float(np.dot(drop.sum(axis=1), self.capacity))

    def stored(self) -> float:
        """Heat above 0 degC [J]."""
        return float(np.dot(self.cells.sum(axis=1), self.capacity))


def settle(cells: np.ndarray, turnover: float, mixing: np.ndarray | float) -> np.ndarray:
    """Buoyancy in tanks (H, N) whose first cell is the top: neighbours with the colder one above exchange `turnover`, others `mixing` (0..0.5).

    Pairs are treated alternately; every exchange is symmetric, so the sum stays.
    """
    out, mixing = cells.copy(), np.reshape(mixing, (-1, 1))
    for first in (0, 1):
        lower = out[:, first + 1::2]
        upper = out[:, first::2][:, : lower.shape[1]]
        moved = np.where(upper < lower, turnover, mixing) * (lower - upper)
        upper += moved
        lower -= moved
    return out
