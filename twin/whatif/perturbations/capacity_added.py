"""Halls are added to a site."""
from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from config.assets import build_assets
from config.site import Site
from twin.whatif.ground import Ground, halls
from twin.whatif.perturbation import Names, Perturbation, Share
from twin.whatif.phrase import listed
from twin.whatif.world import World, at, loaded

MARK = "-new"  # of the ids of added halls


class CapacityAdded(Perturbation):
    """Copies of a hall are added and go to a load; feeds stay as they are. Until it starts the new halls stand there without power, then their GPUs boot."""

    words: ClassVar[tuple[str, ...]] = ("hall", "count", "load")
    example: ClassVar[str] = "capacity-added first 1 50%"
    sudden: ClassVar[bool] = True
    hall: Annotated[Names, Field(description="the hall to copy")] = "first"
    count: Annotated[int, Field(ge=1, le=20, description="copies")] = 1
    load: Annotated[Share, Field(description="of the GPUs' range between idle and full power, 0 .. 1")] = 0.5

    def extend(self, g: Ground) -> Site:
        """The site with the new halls behind the others."""
        model = g.site.model
        pattern = model.halls[int(halls(g, self.hall)[0])]
        new = tuple(pattern.model_copy(update={"id": f"{pattern.id}{MARK}{i + 1}"}) for i in range(self.count))
        wider = model.model_copy(update={"halls": (*model.halls, *new)})
        assets = build_assets(wider)
        return Site(wider, g.site.sheets, assets, {(a.hall, a.cls, a.id): a.row for rows in assets.values() for a in rows})

    def explain(self, g: Ground) -> str:
        names = [h for h in g.halls if MARK in h] or [f"{g.halls[int(halls(g, self.hall)[0])]}{MARK}1"]
        return f"hall {listed(names)} is added at {100 * self.load:.0f} % load, on the same feeds"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        loops = np.array([i for i, h in enumerate(g.halls) if MARK in h], dtype=int)
        racks, cdus = (np.flatnonzero(np.isin(of, loops)) for of in (g.p.wiring.rack_loop, g.p.wiring.cdu_loop))
        t = w.targets
        on = {name: at(rows, 1.0, getattr(t, name)) for name, rows in powered(loops, cdus, racks).items()}
        on["air_fan"] = at(loops, g.d.air_fan[loops], t.air_fan)
        return loaded(g, w.aim(**on), racks, self.load, 1.0)


def powered(loops: np.ndarray, cdus: np.ndarray, racks: np.ndarray) -> dict[str, np.ndarray]:
    """Targets that say whether a part has power, with its rows."""
    return {"rack_powered": racks, "cdu_powered": cdus} | dict.fromkeys(("loop_powered", "fan_powered", "heatpump_powered", "chiller_powered"), loops)


KIND = CapacityAdded
