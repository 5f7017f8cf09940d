"""Dry coolers or tower cells are lost."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, halls
from twin.whatif.perturbation import Names, Perturbation, Share
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class FansLost(Perturbation):
    """A share of the dry coolers or tower cells of halls goes out of service."""

    words: ClassVar[tuple[str, ...]] = ("loss", "hall")
    example: ClassVar[str] = "fans-lost 100% first"
    loss: Annotated[Share, Field(description="of the units, 0 .. 1")] = 1.0
    hall: Annotated[Names, Field(description="halls")] = "first"

    def explain(self, g: Ground) -> str:
        rows = halls(g, self.hall)
        what = "dry coolers" if g.p.core.cooler_ua[rows].max() > 0 else "tower cells"
        return f"{100 * self.loss:.0f} % of the {what} of hall {listed([g.halls[r] for r in rows])} are lost"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        rows, now = halls(g, self.hall), w.targets.fans_able
        return w.aim(fans_able=at(rows, now[rows] * (1.0 - share * self.loss), now))


KIND = FansLost
