"""What a limit looks at, and the words it uses."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from config.classes import CLASSES
from twin.alarms.places import Places
from twin.estimate.findings import Finding, Place
from twin.events import Alarm, Snapshot

MOST = 200  # findings of one limit in one moment, the worst first: more say nothing more
NOW_S, NEVER_S = 0.0, float("inf")


@dataclass(frozen=True)
class Look:
    """A snapshot with what the site says of its places. `held`: alarms so far, for hysteresis."""

    snapshot: Snapshot
    gateways: Mapping[str, bool]
    places: Places
    held: Mapping[str, Alarm]

    def column(self, cls: str, name: str, kind: str = "values") -> np.ndarray:
        """One column of a class, SI, shape (rows,)."""
        return getattr(self.snapshot, kind)[cls][:, CLASSES[cls].column(name)]

    def active(self, fault: str, cls: str, rows: int, column: str = "") -> np.ndarray:
        """Where an alarm of a fault is active, shape (rows,)."""
        out = np.zeros(rows, dtype=bool)
        out[list(self._active.get((fault, cls, column), ()))] = True
        return out

    @cached_property
    def _active(self) -> dict[tuple[str, str, str], list[int]]:
        found: dict[tuple[str, str, str], list[int]] = {}
        for a in self.held.values():
            if a.active and a.row >= 0:
                found.setdefault((a.fault, a.cls, a.column), []).append(a.row)
        return found

    def say(self, fault: str, place: Place, consequence_s: float, text: str, size: float = float("nan")) -> Finding:
        """A finding of this moment."""
        since = self.held[id].since_ms if (id := self.places.id(fault, place)) in self.held else self.snapshot.ts_ms
        return Finding(fault, place, since, size, float("nan"), 0.0, consequence_s, f"{self.places.name(place)}: {text}")


def worst(bad: np.ndarray, size: np.ndarray) -> list[int]:
    """Rows where `bad`, the largest `size` first, at most MOST."""
    rows = np.flatnonzero(bad)
    return rows[np.argsort(-size[rows], kind="stable")][:MOST].tolist()
