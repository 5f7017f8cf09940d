"""A sensor that a controller believes lies."""
from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from twin.whatif.ground import Ground, halls, select
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at

LEAST_PA = 1e3  # a controller never sees a set point of nothing


class SensorLies(Perturbation):
    """A controller's sensor reads too high or too low. To the controller that is its set point moved the other way."""

    words: ClassVar[tuple[str, ...]] = ("sensor", "error", "which")
    example: ClassVar[str] = "sensor-lies tcs_supply_c 5 first/cdu-03"
    sensor: Annotated[Literal["tcs_supply_c", "fws_supply_c", "tcs_dp_kpa", "fws_dp_kpa"], Field(description="which reading")]
    error: Annotated[float, Field(ge=-60, le=60, description="K or kPa, reading less truth")]
    which: Annotated[Names, Field(description="CDUs, or halls for fws_ sensors")] = "all"

    def explain(self, g: Ground) -> str:
        names = [g.name("cdu", r) for r in self._rows(g)] if self.sensor.startswith("tcs") else [g.halls[r] for r in self._rows(g)]
        unit = "K" if self.sensor.endswith("_c") else "kPa"
        return f"the {self.sensor} sensor of {listed(names)} reads {abs(self.error):g} {unit} too {'high' if self.error >= 0 else 'low'}"

    def _rows(self, g: Ground) -> np.ndarray:
        return select(g, "cdu", self.which, "which") if self.sensor.startswith("tcs") else halls(g, self.which, "which")

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        name = {"tcs_supply_c": "tcs_supply", "fws_supply_c": "fws_supply", "tcs_dp_kpa": "cdu_dp", "fws_dp_kpa": "loop_dp"}[self.sensor]
        rows, now = self._rows(g), getattr(w.targets, name)
        if self.sensor.endswith("_c"):
            return w.aim(**{name: at(rows, now[rows] - share * self.error, now)})
        seen = np.maximum(now[rows] - share * self.error * 1e3, LEAST_PA)
        return w.aim(**{name: at(rows, seen, now)})


KIND = SensorLies
