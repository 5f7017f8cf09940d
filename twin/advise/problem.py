"""A wish at a site, as a problem to solve."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.advise.trial import Trial
from twin.advise.wish import Wish
from twin.whatif.ground import Ground
from twin.whatif.perturbation import Perturbation
from twin.whatif.start import Start

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Problem:
    """A wish at a site: the future, what may move, what must hold."""

    g: Ground
    start: Start
    wish: Wish
    given: tuple[Perturbation, ...]
    trial: Trial
    low: Array  # [L, K]
    high: Array
    now: Array  # [L, M] marks as all stand

    @property
    def steps(self) -> Array:
        """[K] first steps of a compass search."""
        return (self.high - self.low).max(0) // 4
