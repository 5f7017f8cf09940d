"""What perturbations of feeds and of what hangs on them have in common."""
from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from twin.whatif.ground import Ground, feed_rows
from twin.whatif.perturbation import Names, Perturbation
from twin.whatif.phrase import listed
from twin.whatif.world import World, at

Array = np.ndarray


class OfFeeds(Perturbation):
    """Something sudden at feeds."""

    sudden: ClassVar[bool] = True
    feed: Annotated[Names, Field(description="feeds")] = "a"

    def feeds(self, g: Ground) -> str:
        """`feed a`, `feeds a and b`."""
        names = [g.name("feed", r) for r in feed_rows(g, self.feed)]
        return f"feed{'s' * (len(names) > 1)} {listed(names)}"

    def put(self, g: Ground, w: World, name: str, value: float | Array) -> World:
        """The world with `value` in its array `name` [F] at these feeds."""
        return replace(w, **{name: at(feed_rows(g, self.feed), value, getattr(w, name))})
