"""Gensets do not start."""
from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from twin.whatif.feeds import OfFeeds
from twin.whatif.ground import Ground, feed_rows
from twin.whatif.perturbation import Share
from twin.whatif.refusal import Refused
from twin.whatif.world import World


class GensetFails(OfFeeds):
    """Gensets of feeds do not start when called: a share of them, or `count` of each feed's. Alone it changes nothing: join it with feed-lost."""

    words: ClassVar[tuple[str, ...]] = ("feed", "loss")
    example: ClassVar[str] = "genset-fails a"
    loss: Annotated[Share, Field(description="of the gensets, 0 .. 1")] = 1.0
    count: Annotated[int | None, Field(ge=1, le=1000, description="of each feed's gensets, in place of a share")] = None

    def explain(self, g: Ground) -> str:
        if self.count is not None:
            return f"{self.count} of the gensets of {self.feeds(g)} do{'es' * (self.count == 1)} not start"
        return f"{100 * self.loss:.0f} % of the gensets of {self.feeds(g)} do not start"

    def lost(self, g: Ground) -> np.ndarray:
        """[n] share of the gensets of each feed meant. Raises Refused where a feed has fewer."""
        rows = feed_rows(g, self.feed)
        if self.count is None:
            return np.full(len(rows), self.loss)
        here = np.array([f.gensets for f in g.site.model.feeds])[rows]
        if self.count > here.min():
            raise Refused("count", f"{self.count} of {here.min()} gensets: a feed has no more")
        return self.count / here

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        return self.put(g, w, "genset_able", w.genset_able[feed_rows(g, self.feed)] * (1.0 - self.lost(g)))


KIND = GensetFails
