"""Exchangers foul."""
from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from twin.whatif.ground import Ground, halls, select
from twin.whatif.perturbation import Names, Perturbation, Share
from twin.whatif.phrase import listed
from twin.whatif.world import World, at


class Fouling(Perturbation):
    """Exchangers lose a share of their conductance."""

    words: ClassVar[tuple[str, ...]] = ("part", "loss", "which")
    example: ClassVar[str] = "fouling cdu 50% first/cdu-03"
    part: Annotated[Literal["cdu", "cooler", "tower", "district"], Field(description="what fouls")]
    loss: Annotated[Share, Field(description="of the conductance, 0 .. 1")]
    which: Annotated[Names, Field(description="CDUs, or halls of coolers, towers and network exchangers")] = "all"

    def applies(self, g: Ground) -> str | None:
        return None if g.site.assets.get(self.part) else f"{g.site.id} has no {self.part}"

    def explain(self, g: Ground) -> str:
        names = [g.name("cdu", r) for r in select(g, "cdu", self.which, "which")] if self.part == "cdu" else [g.halls[r] for r in halls(g, self.which, "which")]
        title = {"cdu": "exchangers of", "cooler": "dry coolers of hall", "tower": "towers of hall", "district": "network exchangers of hall"}[self.part]
        return f"the {title} {listed(names)} foul and lose {100 * self.loss:.0f} % of their conductance"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        name = f"{self.part}_ua"
        rows, now = select(g, "cdu", self.which, "which") if self.part == "cdu" else halls(g, self.which, "which"), getattr(w.wear, name)
        return w.wearing(**{name: at(rows, now[rows] * (1.0 - share * self.loss), now)})


KIND = Fouling
