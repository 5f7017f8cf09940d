"""A rack leaks coolant."""
from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, select
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class CoolantLeak(Perturbation):
    """Racks leak coolant from the loop of their CDU, whose reservoir is not refilled."""

    words: ClassVar[tuple[str, ...]] = ("rack", "flow_lpm")
    example: ClassVar[str] = "coolant-leak first/r001 20"
    rack: Annotated[Names, Field(description="racks")]
    flow_lpm: Annotated[float, Field(gt=0, le=1000, description="L/min of each")] = 1.0

    def explain(self, g: Ground) -> str:
        return f"{listed([g.name('rack', r) for r in select(g, 'rack', self.rack, 'rack')])} leaks {self.flow_lpm:g} L/min of coolant"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        rows = select(g, "rack", self.rack, "rack")
        return replace(w, rack_leak=at(rows, w.rack_leak[rows] + share * self.flow_lpm / 6e4, w.rack_leak))


KIND = CoolantLeak
