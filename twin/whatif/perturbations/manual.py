"""A controller is taken by hand."""
from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from twin.whatif.ground import Ground, halls, select
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at

TITLES = {"cdu_pumps": "pumps of", "cdu_valve": "valves of", "facility_pumps": "facility pumps of hall", "fans": "fans of hall"}
TARGETS = {"cdu_pumps": ("cdu_speed_manual", "cdu_speed"), "cdu_valve": ("valve_stuck", "valve"), "facility_pumps": ("pump_speed_manual", "pump_speed"),
           "fans": ("fan_manual", "fan")}


class Manual(Perturbation):
    """A controller is taken by hand: its actuator stays where it stands, or goes to a position."""

    words: ClassVar[tuple[str, ...]] = ("actuator", "position", "which")
    example: ClassVar[str] = "manual cdu_pumps 30% first/cdu-03"
    sudden: ClassVar[bool] = True
    actuator: Annotated[Literal["cdu_pumps", "cdu_valve", "facility_pumps", "fans"], Field(description="what is moved by hand")]
    position: Annotated[float | None, Field(ge=0, le=1, description="0 .. 1; where it stands when left out")] = None
    which: Annotated[Names, Field(description="CDUs, or halls of facility pumps and fans")] = "all"

    def explain(self, g: Ground) -> str:
        rows = self._rows(g)
        names = [g.name("cdu", r) for r in rows] if self.actuator.startswith("cdu") else [g.halls[r] for r in rows]
        where = "where they stand" if self.position is None else f"at {100 * self.position:.0f} %"
        return f"the {TITLES[self.actuator]} {listed(names)} are held by hand {where}"

    def _rows(self, g: Ground) -> np.ndarray:
        return select(g, "cdu", self.which, "which") if self.actuator.startswith("cdu") else halls(g, self.which, "which")

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        target, stand = TARGETS[self.actuator]
        rows = self._rows(g)
        place = getattr(w.stand, stand)[rows] if self.position is None else np.full(len(rows), self.position)
        return w.aim(**{target: at(rows, place, getattr(w.targets, target))})


KIND = Manual
