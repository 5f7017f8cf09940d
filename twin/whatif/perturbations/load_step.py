"""The load of halls or racks goes to another level."""
from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from twin.whatif.ground import Ground, halls
from twin.whatif.perturbation import Names, Perturbation, Share
from twin.whatif.phrase import listed
from twin.whatif.world import World, loaded


class LoadStep(Perturbation):
    """All racks of halls go to a load."""

    words: ClassVar[tuple[str, ...]] = ("load", "hall")
    example: ClassVar[str] = "load-step 100% all ramp=2min"
    load: Annotated[Share, Field(description="of the GPUs' range between idle and full power, 0 .. 1")]
    hall: Annotated[Names, Field(description="halls")] = "all"

    def explain(self, g: Ground) -> str:
        rows = halls(g, self.hall)
        return f"the load of hall {listed([g.halls[r] for r in rows])} goes to {100 * self.load:.0f} %"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        return loaded(g, w, np.flatnonzero(np.isin(g.p.wiring.rack_loop, halls(g, self.hall))), self.load, share)


KIND = LoadStep
