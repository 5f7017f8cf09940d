"""A transfer switch is slow."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.feeds import OfFeeds
from twin.whatif.ground import Ground
from twin.whatif.world import World


class TransferSlow(OfFeeds):
    """Transfer switches take longer. Alone it changes nothing: join it with feed-lost."""

    words: ClassVar[tuple[str, ...]] = ("feed", "delay_s")
    example: ClassVar[str] = "transfer-slow a 30"
    delay_s: Annotated[float, Field(ge=0, le=86400, description="s from a genset in tolerance to the switch on its side")] = 30.0

    def explain(self, g: Ground) -> str:
        return f"the transfer switch of {self.feeds(g)} takes {self.delay_s:g} s"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        return self.put(g, w, "transfer_delay_s", self.delay_s)


KIND = TransferSlow
