"""A heat wave: hot days, warm nights."""
from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from twin.physics.humid import wet_bulb
from twin.whatif.ground import Ground
from twin.whatif.perturbation import Perturbation
from twin.whatif.world import World

PIECE_S, LONGEST_D, DAY_S = 900.0, 7, 86400.0


class HeatWave(Perturbation):
    """Outdoor air swings each day between a night and a peak."""

    words: ClassVar[tuple[str, ...]] = ("peak_c", "night_c")
    example: ClassVar[str] = "heat-wave 41"
    peak_c: Annotated[float, Field(ge=-10, le=55, description="degC at the hottest hour")] = 41.0
    night_c: Annotated[float | None, Field(ge=-20, le=45, description="degC at the coolest hour; 14 K below the peak when left out")] = None
    peak_s: Annotated[float, Field(ge=0, le=DAY_S, description="s from its start to the first peak")] = 6 * 3600.0
    humidity_ratio: Annotated[float, Field(gt=0, le=0.03, description="kg water in a kg of dry air")] = 0.010

    def explain(self, g: Ground) -> str:
        return f"a heat wave: {self.peak_c:g} degC at the peak, {self._night:g} degC at night"

    @property
    def _night(self) -> float:
        return self.peak_c - 14.0 if self.night_c is None else self.night_c

    def beats(self) -> tuple[float, ...]:
        return tuple(np.arange(PIECE_S, LONGEST_D * DAY_S, PIECE_S))

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        swing = 0.5 * (1.0 + np.cos(2.0 * np.pi * (elapsed_s + 0.5 * PIECE_S - self.peak_s) / DAY_S))
        dry = self._night + (self.peak_c - self._night) * swing
        t = w.targets
        return w.aim(dry_bulb=t.dry_bulb + share * (dry - t.dry_bulb), wet_bulb=t.wet_bulb + share * (wet_bulb(dry, self.humidity_ratio) - t.wet_bulb))


KIND = HeatWave
