"""Facility pumps at a speed set by hand."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, halls
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class FacilityPumpSpeed(Perturbation):
    """Facility pumps turn at a given speed, whatever their controllers want."""

    words: ClassVar[tuple[str, ...]] = ("speed", "hall")
    example: ClassVar[str] = "facility-pump-speed 60% first"
    speed: Annotated[float, Field(ge=0, le=1.1, description="of the rated speed, 0 .. 1.1")]
    hall: Annotated[Names, Field(description="halls")] = "first"

    def explain(self, g: Ground) -> str:
        return f"the facility pumps of hall {listed([g.halls[r] for r in halls(g, self.hall)])} turn at {100 * self.speed:.0f} %"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        rows = halls(g, self.hall)
        now = w.stand.pump_speed[rows]
        return w.aim(pump_speed_manual=at(rows, now + share * (self.speed - now), w.targets.pump_speed_manual))


KIND = FacilityPumpSpeed
