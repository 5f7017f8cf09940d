"""Made-up findings and a small stage for the life cycle of alarms."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from tests.messages import T0, site
from twin.alarms import Alarms, Request, command, update
from twin.alarms.places import Places
from twin.estimate.findings import Finding, Place
from twin.events import Alarm, AlarmChange


@cache
def places() -> Places:
    return Places(site())


def finding(fault: str, cls: str = "cdu", row: int = 0, consequence_s: float = float("inf"), column: str = "", part: int = -1) -> Finding:
    return Finding(fault, Place(cls, row, column, part), T0, 1.0, 0.1, 10.0, consequence_s, f"{fault} at {cls} {row}")


@dataclass
class Stage:
    """Alarms moved by hand; every change is kept."""

    now_ms: int = T0
    alarms: Alarms = field(default_factory=Alarms)
    changes: list[AlarmChange] = field(default_factory=list)

    def see(self, *findings: Finding, seconds: float = 1.0) -> Stage:
        """One step later, these are present."""
        self.now_ms += round(seconds * 1000)
        return self._take(update(self.alarms, findings, self.now_ms, places()))

    def ask(self, verb: str, id: str, author: str = "ann", **more: object) -> Stage:
        return self._take(command(self.alarms, Request(verb, id, author, **more), self.now_ms))

    def _take(self, result: tuple[Alarms, Iterable[AlarmChange]]) -> Stage:
        self.alarms, changes = result
        self.changes += changes
        return self

    def __getitem__(self, id: str) -> Alarm:
        return self.alarms.alarms[id]

    def state(self, id: str) -> str:
        return self.alarms.alarms[id].state if id in self.alarms.alarms else "normal"

    def shown(self) -> list[str]:
        """Ids of what is announced."""
        return sorted(a.id for a in self.alarms.alarms.values() if a.state not in ("suppressed", "shelved", "out_of_service"))
