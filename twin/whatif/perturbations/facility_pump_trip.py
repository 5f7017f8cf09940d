"""Pumps of a facility loop stop."""
from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from twin.whatif.ground import Ground, halls
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class FacilityPumpTrip(Perturbation):
    """Pumps of facility loops stop; those in reserve take over."""

    words: ClassVar[tuple[str, ...]] = ("hall", "count")
    example: ClassVar[str] = "facility-pump-trip first"
    sudden: ClassVar[bool] = True
    hall: Annotated[Names, Field(description="halls")] = "first"
    count: Annotated[int | None, Field(ge=1, le=100, description="pumps lost of each hall; all when left out")] = None

    def explain(self, g: Ground) -> str:
        rows = halls(g, self.hall)
        which = "the facility pumps" if self.count is None else f"{self.count} of the {g.m.loop_pumps[rows[0]]:.0f} facility pumps"
        return f"{which} of hall {listed([g.halls[r] for r in rows])} stop"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        rows = halls(g, self.hall)
        left = np.maximum(w.targets.loop_pumps[rows] - (self.count or np.inf), 0.0)
        return w.aim(loop_pumps=at(rows, left, w.targets.loop_pumps))


KIND = FacilityPumpTrip
