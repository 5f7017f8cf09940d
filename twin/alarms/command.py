"""`command`: what an operator asks of an alarm."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from twin.alarms.fold import wake
from twin.alarms.rules import SHELF_MAX_MS
from twin.alarms.state import Alarms, Draft
from twin.alarms.table import RESTORE, SHELVE, TABLE, UNSHELVE, VERBS, allowed
from twin.events import Alarm, AlarmChange

NOTE_MAX = 200  # characters


class Refused(ValueError):
    """The request cannot be done; the text says why and what can."""


@dataclass(frozen=True, slots=True)
class Request:
    """One verb of `table.VERBS` on one alarm by a named person. `minutes` is how long to shelve."""

    verb: str
    id: str
    author: str
    minutes: float = 0.0
    note: str = ""


def command(alarms: Alarms, request: Request, now_ms: int) -> tuple[Alarms, tuple[AlarmChange, ...]]:
    """The alarms after a request at `now_ms`. Raises Refused and changes nothing when it is not allowed."""
    alarm = _checked(alarms.alarms, request)
    draft = Draft.of(alarms, now_ms)
    until_ms = now_ms + _shelf_ms(request) if request.verb == SHELVE else -1
    moved = draft.send(replace(alarm, author=request.author, note=request.note[:NOTE_MAX], parent=""), request.verb, until_ms=until_ms)
    if request.verb in (UNSHELVE, RESTORE):
        wake(draft, moved)
    return replace(alarms, alarms=draft.alarms, serial=draft.serial), tuple(draft.changes)


def _checked(alarms: Mapping[str, Alarm], request: Request) -> Alarm:
    if request.verb not in VERBS:
        raise Refused(f"{request.verb!r} is no verb; one of {', '.join(VERBS)}")
    if not request.author:
        raise Refused("author: missing, whoever acts on an alarm says who they are")
    if request.id not in alarms:
        raise Refused(f"no alarm {request.id[:120]!r}")
    alarm = alarms[request.id]
    if request.verb not in TABLE[alarm.state]:
        raise Refused(f"{request.verb}: not possible while {alarm.state.replace('_', ' ')}; possible: {', '.join(allowed(alarm.state)) or 'nothing'}")
    return alarm


def _shelf_ms(request: Request) -> int:
    most = SHELF_MAX_MS / 60_000
    if not 0.0 < request.minutes <= most:
        raise Refused(f"minutes: {request.minutes:g} is not above 0 and at most {most:g}")
    return round(request.minutes * 60_000)
