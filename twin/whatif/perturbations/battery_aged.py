"""The batteries of a UPS have aged."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.feeds import OfFeeds
from twin.whatif.ground import Ground
from twin.whatif.perturbation import Share
from twin.whatif.world import World


class BatteryAged(OfFeeds):
    """Only a share of the charge of UPS batteries can be used. Alone it changes nothing: join it with feed-lost."""

    words: ClassVar[tuple[str, ...]] = ("feed", "health")
    example: ClassVar[str] = "battery-aged a 50%"
    health: Annotated[Share, Field(description="of the charge that can be used, 0 .. 1")] = 0.5

    def explain(self, g: Ground) -> str:
        return f"the batteries of {self.feeds(g)} hold {100 * self.health:.0f} % of their charge"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        return self.put(g, w, "battery_health", self.health)


KIND = BatteryAged
