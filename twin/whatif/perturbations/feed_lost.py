"""A power feed is lost."""
from __future__ import annotations

from typing import ClassVar

from twin.whatif.feeds import OfFeeds
from twin.whatif.ground import Ground
from twin.whatif.world import World


class FeedLost(OfFeeds):
    """The grid leaves feeds: batteries carry, gensets start, switches move over."""

    words: ClassVar[tuple[str, ...]] = ("feed",)
    example: ClassVar[str] = "feed-lost a"

    def explain(self, g: Ground) -> str:
        return f"the grid leaves {self.feeds(g)}"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        return self.put(g, w, "grid_ok", 0.0)


KIND = FeedLost
