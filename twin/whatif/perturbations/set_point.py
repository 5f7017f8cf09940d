"""A set point is changed."""
from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from twin.whatif.ground import Ground, halls
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at

LIMITS = {"fws_supply_c": (5.0, 60.0), "tcs_supply_c": (10.0, 65.0), "fws_dp_kpa": (10.0, 600.0), "tcs_dp_kpa": (10.0, 600.0)}
TITLES = {"fws_supply_c": "facility supply", "tcs_supply_c": "coolant supply", "fws_dp_kpa": "pressure across the hall", "tcs_dp_kpa": "pressure across the racks"}


class SetPoint(Perturbation):
    """A set point of halls goes to another value."""

    words: ClassVar[tuple[str, ...]] = ("what", "value", "hall")
    example: ClassVar[str] = "set-point fws_supply_c 30 all ramp=5min"
    what: Annotated[Literal["fws_supply_c", "tcs_supply_c", "fws_dp_kpa", "tcs_dp_kpa"], Field(description="which set point")]
    value: Annotated[float, Field(ge=5, le=600, description="degC or kPa, as the name says")]
    hall: Annotated[Names, Field(description="halls")] = "all"

    def applies(self, g: Ground) -> str | None:
        low, high = LIMITS[self.what]
        return None if low <= self.value <= high else f"{self.what} = {self.value:g}: {low:g} .. {high:g} is allowed"

    def explain(self, g: Ground) -> str:
        unit = "degC" if self.what.endswith("_c") else "kPa"
        return f"the set point of the {TITLES[self.what]} of hall {listed([g.halls[r] for r in halls(g, self.hall)])} goes to {self.value:g} {unit}"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        loops, t = halls(g, self.hall), w.targets
        cdus = np.flatnonzero(np.isin(g.p.wiring.cdu_loop, loops))
        name, rows, scale = {"fws_supply_c": ("fws_supply", loops, 1.0), "tcs_supply_c": ("tcs_supply", cdus, 1.0), "fws_dp_kpa": ("loop_dp", loops, 1e3),
                             "tcs_dp_kpa": ("cdu_dp", cdus, 1e3)}[self.what]
        now = getattr(t, name)
        return w.aim(**{name: at(rows, now[rows] + share * (self.value * scale - now[rows]), now)})


KIND = SetPoint
