"""The weather is warmer or colder."""
from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from twin.whatif.ground import Ground
from twin.whatif.perturbation import Perturbation
from twin.whatif.world import World

WET_SHARE = 1.0 / 3.0  # of a change of dry bulb at the same water in the air, 20 .. 40 degC (slope of lines of constant humidity ratio)


class WeatherShift(Perturbation):
    """Outdoor air is warmer by so much; the water in it stays."""

    words: ClassVar[tuple[str, ...]] = ("dry_k", "wet_k")
    example: ClassVar[str] = "weather-shift 10"
    dry_k: Annotated[float, Field(ge=-40, le=40, description="K added to the dry bulb")]
    wet_k: Annotated[float | None, Field(ge=-40, le=40, description="K added to the wet bulb; a third of the dry bulb's when left out")] = None

    def explain(self, g: Ground) -> str:
        return f"outdoor air is {abs(self.dry_k):g} K {'warmer' if self.dry_k >= 0 else 'colder'}"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        dry = w.targets.dry_bulb + share * self.dry_k
        wet = w.targets.wet_bulb + share * (self.dry_k * WET_SHARE if self.wet_k is None else self.wet_k)
        return w.aim(dry_bulb=dry, wet_bulb=np.minimum(wet, dry))


KIND = WeatherShift
