"""Pumps of a CDU stop."""
from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from twin.whatif.ground import Ground, select
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class PumpTrip(Perturbation):
    """Pumps of CDUs stop; those in reserve take over."""

    words: ClassVar[tuple[str, ...]] = ("cdu", "count")
    example: ClassVar[str] = "pump-trip first/cdu-03"
    sudden: ClassVar[bool] = True
    cdu: Annotated[Names, Field(description="CDUs")]
    count: Annotated[int | None, Field(ge=1, le=100, description="pumps lost of each; all when left out")] = None

    def explain(self, g: Ground) -> str:
        rows = select(g, "cdu", self.cdu, "cdu")
        which = "the pumps" if self.count is None else f"{self.count} of the {g.m.cdu_pumps[rows[0]]:.0f} pumps"
        return f"{which} of {listed([g.name('cdu', r) for r in rows])} stop"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        rows = select(g, "cdu", self.cdu, "cdu")
        left = np.maximum(w.targets.cdu_pumps[rows] - (self.count or np.inf), 0.0)
        return w.aim(cdu_pumps=at(rows, left, w.targets.cdu_pumps))


KIND = PumpTrip
