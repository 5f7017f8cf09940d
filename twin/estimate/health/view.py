"""What a rule of the catalogue may look at."""
from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from config.classes import CLASSES
from twin.estimate.health.baseline import Departure
from twin.estimate.health.facts import Facts
from twin.estimate.health.flat import Flat
from twin.estimate.health.plates import Plates
from twin.estimate.health.scene import Scene
from twin.estimate.health.tracks import Key, Track
from twin.estimate.health.watch import Lateness, Spot, Watch

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class View:
    """One moment: the minute's means, the newest samples, departures of all channels, what sensors do by themselves."""

    facts: Facts
    flat: Flat
    scene: Scene
    watch: Watch
    away: Mapping[str, Departure]  # group -> [rows, channels]
    channels: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, Array]  # group -> [rows, channels]
    plates: Plates
    now: Mapping[str, Array]  # class -> [rows, measured] newest samples
    previous: Mapping[str, Array]  # the same one step before
    tracks: Mapping[Key, Track]  # what is suspected already
    late: Mapping[Spot, Lateness]  # assets whose messages come too late or too soon
    prompt: Collection[Spot]  # assets heard in time in the last minute
    now_ms: int

    def channel(self, group: str, name: str) -> tuple[Array, Array]:
        """Departure over minutes and its standard deviation [rows]."""
        k = self.channels[group].index(name)
        away = self.away[group]
        return away.quick[:, k], np.sqrt(away.quick_var[:, k])

    def column(self, cls: str, name: str) -> Array:
        """The minute's mean [rows]."""
        return self.scene.of(cls, name)

    def latest(self, cls: str, name: str) -> Array:
        """The newest sample [rows]."""
        return self.now[cls][:, CLASSES[cls].column(name)]

    def before(self, cls: str, name: str) -> Array:
        """The sample of the step before [rows]."""
        return self.previous[cls][:, CLASSES[cls].column(name)]

    def of_watch(self, values: Array, cls: str, name: str) -> Array:
        """A per-sensor measure [N] of one column [rows]."""
        return self.flat.split(values)[cls][:, CLASSES[cls].column(name)]

    def dark_s(self) -> Array:
        """Seconds that each feed has been without its grid, 0 where it has it [rows]."""
        since = {p.row: t.since_ms for (name, p), t in self.tracks.items() if name == "feed_loss"}
        return np.array([(self.now_ms - since[r]) / 1000.0 if r in since else 0.0 for r in range(self.facts.rows["feed"])])
