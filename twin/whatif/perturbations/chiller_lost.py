"""Trim chillers are lost."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, halls
from twin.whatif.perturbation import Names, Perturbation, Share
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class ChillerLost(Perturbation):
    """A share of the trim chillers of halls goes out of service."""

    words: ClassVar[tuple[str, ...]] = ("loss", "hall")
    example: ClassVar[str] = "chiller-lost 100% first"
    loss: Annotated[Share, Field(description="of the units, 0 .. 1")] = 1.0
    hall: Annotated[Names, Field(description="halls")] = "first"

    def applies(self, g: Ground) -> str | None:
        return None if g.p.core.chiller_rated.max() > 0 else f"{g.site.id} has no chillers"

    def explain(self, g: Ground) -> str:
        return f"{100 * self.loss:.0f} % of the chillers of hall {listed([g.halls[r] for r in halls(g, self.hall)])} are lost"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        rows, now = halls(g, self.hall), w.targets.chiller
        return w.aim(chiller=at(rows, now[rows] * (1.0 - share * self.loss), now))


KIND = ChillerLost
