"""Heat pumps stop."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, halls
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class HeatPumpOff(Perturbation):
    """Heat pumps stop: less heat is lifted to the network."""

    words: ClassVar[tuple[str, ...]] = ("hall",)
    example: ClassVar[str] = "heat-pump-off all"
    sudden: ClassVar[bool] = True
    hall: Annotated[Names, Field(description="halls")] = "all"

    def applies(self, g: Ground) -> str | None:
        return None if g.p.core.heatpump_source.max() > 0 else f"{g.site.id} has no heat pumps"

    def explain(self, g: Ground) -> str:
        return f"the heat pumps of hall {listed([g.halls[r] for r in halls(g, self.hall)])} stop"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        return w.aim(heatpump_powered=at(halls(g, self.hall), 0.0, w.targets.heatpump_powered))


KIND = HeatPumpOff
