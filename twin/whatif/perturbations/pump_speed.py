"""Pumps of a CDU at a speed set by hand."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, select
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class PumpSpeed(Perturbation):
    """Pumps of CDUs turn at a given speed, whatever their controllers want."""

    words: ClassVar[tuple[str, ...]] = ("cdu", "speed")
    example: ClassVar[str] = "pump-speed first/cdu-03 50%"
    cdu: Annotated[Names, Field(description="CDUs")]
    speed: Annotated[float, Field(ge=0, le=1.1, description="of the rated speed, 0 .. 1.1")]

    def explain(self, g: Ground) -> str:
        return f"the pumps of {listed([g.name('cdu', r) for r in select(g, 'cdu', self.cdu, 'cdu')])} turn at {100 * self.speed:.0f} %"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        rows = select(g, "cdu", self.cdu, "cdu")
        now = w.stand.cdu_speed[rows]
        return w.aim(cdu_speed_manual=at(rows, now + share * (self.speed - now), w.targets.cdu_speed_manual))


KIND = PumpSpeed
