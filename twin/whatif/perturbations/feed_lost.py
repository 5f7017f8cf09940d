"""A power feed is lost."""
from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, feed_rows
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class FeedLost(Perturbation):
    """The grid leaves feeds: batteries carry, gensets start, switches move over."""

    words: ClassVar[tuple[str, ...]] = ("feed",)
    example: ClassVar[str] = "feed-lost a"
    sudden: ClassVar[bool] = True
    feed: Annotated[Names, Field(description="feeds")] = "a"

    def explain(self, g: Ground) -> str:
        names = [g.name("feed", r) for r in feed_rows(g, self.feed)]
        return f"the grid leaves {'feed' if len(names) == 1 else 'feeds'} {listed(names)}"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        return replace(w, grid_ok=at(feed_rows(g, self.feed), 0.0, w.grid_ok))


KIND = FeedLost
