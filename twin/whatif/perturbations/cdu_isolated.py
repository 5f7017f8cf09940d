"""A CDU is isolated."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, select
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class CduIsolated(Perturbation):
    """CDUs are shut off on both sides; their racks stay on power."""

    words: ClassVar[tuple[str, ...]] = ("cdu",)
    example: ClassVar[str] = "cdu-isolated first/cdu-03"
    sudden: ClassVar[bool] = True
    cdu: Annotated[Names, Field(description="CDUs")]

    def explain(self, g: Ground) -> str:
        return f"{listed([g.name('cdu', r) for r in select(g, 'cdu', self.cdu, 'cdu')])} is shut off on both sides"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        rows = select(g, "cdu", self.cdu, "cdu")
        return w.aim(cdu_pumps=at(rows, 0.0, w.targets.cdu_pumps), valve_stuck=at(rows, 0.0, w.targets.valve_stuck))


KIND = CduIsolated
