"""The valve of a CDU sticks."""
from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from twin.whatif.ground import Ground, select
from twin.whatif.perturbation import Names, Perturbation, Share
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class ValveStuck(Perturbation):
    """Facility valves of CDUs stick: where they are, or at a position."""

    words: ClassVar[tuple[str, ...]] = ("cdu", "position")
    example: ClassVar[str] = "valve-stuck first/cdu-03 10%"
    sudden: ClassVar[bool] = True
    cdu: Annotated[Names, Field(description="CDUs")]
    position: Annotated[Share | None, Field(description="0 shut .. 1 open; where they stand when left out")] = None

    def explain(self, g: Ground) -> str:
        where = "where they stand" if self.position is None else f"at {100 * self.position:.0f} %"
        return f"the facility valves of {listed([g.name('cdu', r) for r in select(g, 'cdu', self.cdu, 'cdu')])} stick {where}"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        rows = select(g, "cdu", self.cdu, "cdu")
        place = w.stand.valve[rows] if self.position is None else np.full(len(rows), self.position)
        return w.aim(valve_stuck=at(rows, place, w.targets.valve_stuck))


KIND = ValveStuck
