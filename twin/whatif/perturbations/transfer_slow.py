"""A transfer switch is slow."""
from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, feed_rows
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class TransferSlow(Perturbation):
    """Transfer switches take longer. Alone it changes nothing: join it with feed-lost."""

    words: ClassVar[tuple[str, ...]] = ("feed", "delay_s")
    example: ClassVar[str] = "transfer-slow a 30"
    sudden: ClassVar[bool] = True
    feed: Annotated[Names, Field(description="feeds")] = "a"
    delay_s: Annotated[float, Field(ge=0, le=86400, description="s from a genset in tolerance to the switch on its side")] = 30.0

    def explain(self, g: Ground) -> str:
        return f"the transfer switch of feed {listed([g.name('feed', r) for r in feed_rows(g, self.feed)])} takes {self.delay_s:g} s"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        return replace(w, transfer_delay_s=at(feed_rows(g, self.feed), self.delay_s, w.transfer_delay_s))


KIND = TransferSlow
