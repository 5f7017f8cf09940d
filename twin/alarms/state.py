"""The alarms as a value, and one change of one alarm."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from twin.alarms.table import NORMAL, TABLE
from twin.events import Alarm, AlarmChange


@dataclass(frozen=True, slots=True)
class Alarms:
    """Everything the life cycle remembers. `alarms` holds those that are not normal, by id."""

    alarms: Mapping[str, Alarm] = field(default_factory=dict)
    pending: Mapping[str, int] = field(default_factory=dict)  # id -> when a condition that must still persist was first seen
    recent: tuple[int, ...] = ()  # when the announcements of the last FLOOD_MS were made
    serial: int = 0  # changes so far
    announced: tuple[int, int, int] = (0, 0, 0)  # so far, by priority high, medium, low
    dropped: int = 0  # alarms given up because there were too many


NO_ALARMS = Alarms()


@dataclass(slots=True)
class Draft:
    """Alarms while one moment changes them; lives inside one call."""

    now_ms: int
    alarms: dict[str, Alarm]
    serial: int
    changes: list[AlarmChange]

    @classmethod
    def of(cls, alarms: Alarms, now_ms: int) -> Draft:
        return cls(now_ms, dict(alarms.alarms), alarms.serial, [])

    def send(self, alarm: Alarm, signal: str, **more: object) -> Alarm:
        """Move an alarm by the table and tell of it when the state, or the urgency, changed; KeyError for what is not allowed."""
        after = TABLE[alarm.state][signal]
        moved = replace(alarm, state=after, **more)
        if after != alarm.state or signal == "escalate":
            moved = replace(moved, changed_ms=self.now_ms)
            self.changes.append(AlarmChange(self.now_ms, self.serial, signal, alarm.state, moved))
            self.serial += 1
        self.keep(moved)
        return moved

    def keep(self, alarm: Alarm) -> None:
        if alarm.state == NORMAL:
            self.alarms.pop(alarm.id, None)
        else:
            self.alarms[alarm.id] = alarm
