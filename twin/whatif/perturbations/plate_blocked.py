"""A cold plate blocks."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground, select
from twin.whatif.perturbation import Names, Perturbation, Share
from twin.whatif.phrase import listed
from twin.whatif.world import World


class PlateBlocked(Perturbation):
    """Cold plates lose a share of their conductance to the coolant."""

    words: ClassVar[tuple[str, ...]] = ("rack", "gpu", "loss")
    example: ClassVar[str] = "plate-blocked first/r001 12 50%"
    rack: Annotated[Names, Field(description="racks")]
    gpu: Annotated[int | None, Field(ge=1, le=100_000, description="number of the GPU in its rack; all of them when left out")] = None
    loss: Annotated[Share, Field(description="of the plate's conductance, 0 .. 1")] = 0.5

    def applies(self, g: Ground) -> str | None:
        most = g.p.leaves.plate_factor.shape[-1]
        return None if self.gpu is None or self.gpu <= most else f"gpu {self.gpu}: a rack has 1 .. {most}"

    def explain(self, g: Ground) -> str:
        racks = listed([g.name("rack", r) for r in select(g, "rack", self.rack, "rack")])
        which = f"the cold plates of {racks}" if self.gpu is None else f"the cold plate of GPU {self.gpu} of {racks}"
        return f"{which} {'lose' if self.gpu is None else 'loses'} {100 * self.loss:.0f} % of {'their' if self.gpu is None else 'its'} conductance"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        plate, rows = w.wear.plate.copy(), select(g, "rack", self.rack, "rack")
        gpus = slice(None) if self.gpu is None else slice(self.gpu - 1, self.gpu)
        plate[rows, gpus] *= 1.0 - share * self.loss
        return w.wearing(plate=plate)


KIND = PlateBlocked
