"""Alarms inside the fold: what each step finds, and what operators ask."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from twin.alarms import Alarms, Refused, Request, command, limits, update
from twin.alarms.limits._look import Look
from twin.alarms.table import VERBS
from twin.engine.twin import Twin
from twin.estimate.findings import Finding
from twin.events import AlarmChange, Command, Snapshot

PREFIX = "alarm."
NAMES = tuple(PREFIX + verb for verb in VERBS)
_ARGUMENTS: Mapping[str, tuple[type, ...]] = {"alarm": (str,), "minutes": (int, float), "note": (str,)}


def watch(twin: Twin, snapshot: Snapshot, found: Iterable[Finding] = ()) -> tuple[Alarms, tuple[AlarmChange, ...]]:
    """The alarms after a step: faults that were `found` and limits of the snapshot itself."""
    look = Look(snapshot, twin.gateways or {}, twin.model.places, twin.alarms.alarms)
    return update(twin.alarms, [*found, *limits.findings(look)], snapshot.ts_ms, twin.model.places)


def operate(twin: Twin, c: Command) -> tuple[Twin, dict[str, object], tuple[AlarmChange, ...]]:
    """The twin after `alarm.ack`, `alarm.shelve` ..., what to answer, and the changes. Raises Refused."""
    _check(c.arguments)
    now_ms = twin.snapshot.ts_ms if twin.snapshot else 0
    request = Request(c.name.removeprefix(PREFIX), str(c.arguments.get("alarm", "")), c.author, float(c.arguments.get("minutes", 0.0)),
                      str(c.arguments.get("note", "")))
    alarms, changes = command(twin.alarms, request, now_ms)
    left = alarms.alarms.get(request.id)
    return replace(twin, alarms=alarms), {"alarm": request.id, "state": left.state if left else "normal"}, changes


def _check(arguments: Mapping[str, object]) -> None:
    for key, value in arguments.items():
        kinds = _ARGUMENTS.get(key)
        if kinds is None:
            raise Refused(f"{key[:64]!r} is no argument; one of {', '.join(_ARGUMENTS)}")
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise Refused(f"{key}: must be {'text' if str in kinds else 'a number'}")
    if "alarm" not in arguments:
        raise Refused("alarm: missing, the id of an alarm")
