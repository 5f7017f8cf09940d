"""Heat pumps are asked for another load."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, halls
from twin.whatif.perturbation import Names, Perturbation, Share
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class HeatPumpLoad(Perturbation):
    """Heat pumps are asked for another load: to sell more, or less."""

    words: ClassVar[tuple[str, ...]] = ("load", "hall")
    example: ClassVar[str] = "heat-pump-load 100% all"
    load: Annotated[Share, Field(description="of the rated source heat, 0 .. 1")]
    hall: Annotated[Names, Field(description="halls")] = "all"

    def applies(self, g: Ground) -> str | None:
        return None if g.p.core.heatpump_source.max() > 0 else f"{g.site.id} has no heat pumps"

    def explain(self, g: Ground) -> str:
        return f"the heat pumps of hall {listed([g.halls[r] for r in halls(g, self.hall)])} are asked for {100 * self.load:.0f} % load"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        rows, now = halls(g, self.hall), w.targets.heatpump
        return w.aim(heatpump=at(rows, now[rows] + share * (self.load - now[rows]), now))


KIND = HeatPumpLoad
