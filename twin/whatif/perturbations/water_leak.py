"""A facility loop leaks."""
from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, halls
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class WaterLeak(Perturbation):
    """Facility loops leak water; the make-up fills what it can."""

    words: ClassVar[tuple[str, ...]] = ("flow_lpm", "hall")
    example: ClassVar[str] = "water-leak 2000 first"
    flow_lpm: Annotated[float, Field(gt=0, le=100_000, description="L/min of each hall's loop")]
    hall: Annotated[Names, Field(description="halls")] = "first"

    def explain(self, g: Ground) -> str:
        return f"the facility loop of hall {listed([g.halls[r] for r in halls(g, self.hall)])} leaks {self.flow_lpm:g} L/min"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        rows = halls(g, self.hall)
        return replace(w, loop_leak=at(rows, w.loop_leak[rows] + share * self.flow_lpm / 6e4, w.loop_leak))


KIND = WaterLeak
