"""GPUs are capped."""
from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from twin.whatif.ground import Ground, halls
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class PowerCap(Perturbation):
    """No GPU of some halls takes more than a cap."""

    words: ClassVar[tuple[str, ...]] = ("cap", "hall")
    example: ClassVar[str] = "power-cap 40% all"
    cap: Annotated[float, Field(gt=0, le=1, description="of a GPU's full power, 0 .. 1")]
    hall: Annotated[Names, Field(description="halls")] = "all"

    def explain(self, g: Ground) -> str:
        return f"the GPUs of hall {listed([g.halls[r] for r in halls(g, self.hall)])} are capped at {100 * self.cap:.0f} % of their full power"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        racks, now = np.flatnonzero(np.isin(g.p.wiring.rack_loop, halls(g, self.hall))), w.targets.gpu_power
        over = np.maximum(now[racks] - self.cap * g.d.gpu_max[racks, None], 0.0)
        return w.aim(gpu_power=at(racks, now[racks] - share * over, now))


KIND = PowerCap
