"""A day of weather, hour by hour."""
from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import BeforeValidator, Field

from twin.whatif.ground import Ground
from twin.whatif.perturbation import Perturbation
from twin.whatif.world import World

PIECE_S, HOUR_S = 900.0, 3600.0
Hours = Annotated[tuple[Annotated[float, Field(ge=-60, le=60)], ...], Field(min_length=2, max_length=24 * 31)]


def numbers(value: Any) -> Any:
    """Numbers behind commas as a list."""
    return [float(x) for x in value.split(",")] if isinstance(value, str) and len(value) < 10_000 else value


class WeatherDay(Perturbation):
    """Outdoor air follows given hours (of an EPW file, say), with straight lines between; after the last it stays."""

    example: ClassVar[str] = "weather-day dry_bulb_c=20,30,40 wet_bulb_c=15,18,21"
    dry_bulb_c: Annotated[Hours, BeforeValidator(numbers), Field(description="degC, an hour apart from the start on")]
    wet_bulb_c: Annotated[Hours, BeforeValidator(numbers), Field(description="degC, as many")]
    title: Annotated[str, Field(max_length=80)] = "given weather"

    def applies(self, g: Ground) -> str | None:
        n, m = len(self.dry_bulb_c), len(self.wet_bulb_c)
        return None if n == m else f"{n} hours of dry bulb but {m} of wet bulb"

    def explain(self, g: Ground) -> str:
        return f"the weather of {self.title}: {min(self.dry_bulb_c):g} .. {max(self.dry_bulb_c):g} degC"

    def beats(self) -> tuple[float, ...]:
        return tuple(np.arange(PIECE_S, (len(self.dry_bulb_c) - 1) * HOUR_S + 1, PIECE_S))

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        at, t = (elapsed_s + 0.5 * PIECE_S) / HOUR_S, w.targets
        dry, wet = (np.interp(at, np.arange(len(x)), x) for x in (self.dry_bulb_c, self.wet_bulb_c))
        return w.aim(dry_bulb=t.dry_bulb + share * (dry - t.dry_bulb), wet_bulb=t.wet_bulb + share * (min(wet, dry) - t.wet_bulb))


KIND = WeatherDay
