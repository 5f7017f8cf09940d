"""Gensets do not start."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.feeds import OfFeeds
from twin.whatif.ground import Ground, feed_rows
from twin.whatif.perturbation import Share
from twin.whatif.world import World


class GensetFails(OfFeeds):
    """A share of the gensets of feeds does not start when called. Alone it changes nothing: join it with feed-lost."""

    words: ClassVar[tuple[str, ...]] = ("feed", "loss")
    example: ClassVar[str] = "genset-fails a"
    loss: Annotated[Share, Field(description="of the gensets, 0 .. 1")] = 1.0

    def explain(self, g: Ground) -> str:
        return f"{100 * self.loss:.0f} % of the gensets of {self.feeds(g)} do not start"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        return self.put(g, w, "genset_able", w.genset_able[feed_rows(g, self.feed)] * (1.0 - self.loss))


KIND = GensetFails
