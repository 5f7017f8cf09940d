"""Gensets do not start."""
from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, feed_rows
from twin.whatif.perturbation import Names, Perturbation, Share
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class GensetFails(Perturbation):
    """A share of the gensets of feeds does not start when called. Alone it changes nothing: join it with feed-lost."""

    words: ClassVar[tuple[str, ...]] = ("feed", "loss")
    example: ClassVar[str] = "genset-fails a"
    sudden: ClassVar[bool] = True
    feed: Annotated[Names, Field(description="feeds")] = "a"
    loss: Annotated[Share, Field(description="of the gensets, 0 .. 1")] = 1.0

    def explain(self, g: Ground) -> str:
        return f"{100 * self.loss:.0f} % of the gensets of feed {listed([g.name('feed', r) for r in feed_rows(g, self.feed)])} do not start"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        rows = feed_rows(g, self.feed)
        return replace(w, genset_able=at(rows, w.genset_able[rows] * (1.0 - self.loss), w.genset_able))


KIND = GensetFails
