"""A job starts on some racks."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, select
from twin.whatif.perturbation import Names, Perturbation, Share
from twin.whatif.phrase import listed
from twin.whatif.world import World, loaded


class JobStart(Perturbation):
    """A job starts on some racks: their GPUs go to its load."""

    words: ClassVar[tuple[str, ...]] = ("rack", "load")
    example: ClassVar[str] = "job-start first/r001,first/r002 100%"
    rack: Annotated[Names, Field(description="racks")]
    load: Annotated[Share, Field(description="of the GPUs' range between idle and full power, 0 .. 1")] = 1.0

    def explain(self, g: Ground) -> str:
        return f"a job starts on {listed([g.name('rack', r) for r in select(g, 'rack', self.rack, 'rack')])} at {100 * self.load:.0f} % load"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        return loaded(g, w, select(g, "rack", self.rack, "rack"), self.load, share)


KIND = JobStart
