"""The filter of a CDU clogs."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, select
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class FilterClogged(Perturbation):
    """Filters of CDUs clog: the inner resistance of their coolant loops grows."""

    words: ClassVar[tuple[str, ...]] = ("cdu", "factor")
    example: ClassVar[str] = "filter-clogged first/cdu-03 5"
    cdu: Annotated[Names, Field(description="CDUs")]
    factor: Annotated[float, Field(ge=1, le=100, description="of the CDU's inner resistance; 1 is clean")] = 3.0

    def explain(self, g: Ground) -> str:
        return f"the filters of {listed([g.name('cdu', r) for r in select(g, 'cdu', self.cdu, 'cdu')])} clog: {self.factor:g} times the inner resistance"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        rows, now = select(g, "cdu", self.cdu, "cdu"), w.targets.filter
        return w.aim(filter=at(rows, now[rows] * (1.0 + share * (self.factor - 1.0)), now))


KIND = FilterClogged
