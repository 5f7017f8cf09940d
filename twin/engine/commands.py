"""Commands to the twin: answered once, a repeated id gets the same answer, an expired one is refused."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from twin.engine.twin import Twin
from twin.events import Answer, Command, Effect

REMEMBERED = 1000


def _ping(twin: Twin, _: Mapping[str, object]) -> dict[str, object]:
    return {"next_ms": twin.next_ms, "steps": twin.counts.steps, "late": twin.counts.late, "duplicate": twin.counts.duplicate}


COMMANDS: dict[str, Callable[[Twin, Mapping[str, object]], dict[str, object]]] = {"ping": _ping}


def answer(twin: Twin, c: Command) -> tuple[Twin, tuple[Effect, ...]]:
    """The twin after a command and its one answer."""
    if c.id in twin.answered:
        return twin, (replace(twin.answered[c.id], command=c),)
    reply = _reply(twin, c)
    kept = dict(list(twin.answered.items())[-REMEMBERED + 1:])
    return replace(twin, answered={**kept, c.id: reply}), (reply,)


def _reply(twin: Twin, c: Command) -> Answer:
    if c.ts_ms > c.expires_ms:
        return Answer(c, False, {"error": "expired", "expired_ms_ago": c.ts_ms - c.expires_ms})
    if c.name not in COMMANDS:
        return Answer(c, False, {"error": "unknown command", "allowed": sorted(COMMANDS)})
    return Answer(c, True, COMMANDS[c.name](twin, c.arguments))
