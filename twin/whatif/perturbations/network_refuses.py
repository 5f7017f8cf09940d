"""The district network takes no heat."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground
from twin.whatif.perturbation import Perturbation, Share
from twin.whatif.world import World


class NetworkRefuses(Perturbation):
    """The district network takes less heat, or none."""

    words: ClassVar[tuple[str, ...]] = ("refused",)
    example: ClassVar[str] = "network-refuses"
    refused: Annotated[Share, Field(description="of the heat it would have taken, 0 .. 1")] = 1.0

    def applies(self, g: Ground) -> str | None:
        return None if g.d.dh_peak.max() > 0 else f"{g.site.id} sells no heat"

    def explain(self, g: Ground) -> str:
        return "the district network takes no heat" if self.refused == 1 else f"the district network refuses {100 * self.refused:.0f} % of the heat"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        t, keep = w.targets, 1.0 - share * self.refused
        return w.aim(dh_flow=t.dh_flow * keep, heatpump=t.heatpump * keep)


KIND = NetworkRefuses
