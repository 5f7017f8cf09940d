"""Facility pumps are staged by hand."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, halls
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class PumpStaging(Perturbation):
    """So many facility pumps run, whatever their speed asks for; those in reserve still take over."""

    words: ClassVar[tuple[str, ...]] = ("count", "hall")
    example: ClassVar[str] = "pump-staging 2 all"
    sudden: ClassVar[bool] = True
    count: Annotated[int, Field(ge=1, le=100, description="pumps of each hall that run")]
    hall: Annotated[Names, Field(description="halls")] = "all"

    def applies(self, g: Ground) -> str | None:
        has = g.m.loop_pumps[halls(g, self.hall)].min()
        return None if self.count <= has else f"{g.site.id} has a hall with {has:.0f} facility pumps: {self.count} cannot run"

    def explain(self, g: Ground) -> str:
        rows = halls(g, self.hall)
        return f"{self.count} facility pumps of hall {listed([g.halls[r] for r in rows])} run"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        rows = halls(g, self.hall)
        return w.aim(pumps_least=at(rows, self.count, w.targets.pumps_least), pumps_most=at(rows, self.count, w.targets.pumps_most))


KIND = PumpStaging
