"""The batteries of a UPS have aged."""
from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, feed_rows
from twin.whatif.perturbation import Names, Perturbation, Share
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class BatteryAged(Perturbation):
    """Only a share of the charge of UPS batteries can be used. Alone it changes nothing: join it with feed-lost."""

    words: ClassVar[tuple[str, ...]] = ("feed", "health")
    example: ClassVar[str] = "battery-aged a 50%"
    sudden: ClassVar[bool] = True
    feed: Annotated[Names, Field(description="feeds")] = "a"
    health: Annotated[Share, Field(description="of the charge that can be used, 0 .. 1")] = 0.5

    def explain(self, g: Ground) -> str:
        return f"the batteries of feed {listed([g.name('feed', r) for r in feed_rows(g, self.feed)])} hold {100 * self.health:.0f} % of their charge"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        return replace(w, battery_health=at(feed_rows(g, self.feed), self.health, w.battery_health))


KIND = BatteryAged
