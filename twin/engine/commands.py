"""Commands to the twin: answered once, a repeated id gets the same answer, an expired one is refused."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from twin.alarms import Refused
from twin.engine.alarm import NAMES, operate
from twin.engine.twin import Twin
from twin.events import Answer, Command, Effect

REMEMBERED = 1000
Done = tuple[Twin, dict[str, object], tuple[Effect, ...]]  # the twin after, what to answer, what else to tell


def _ping(twin: Twin, _: Command) -> Done:
    counts = twin.counts
    return twin, {"next_ms": twin.next_ms, "steps": counts.steps, "late": counts.late, "duplicate": counts.duplicate}, ()


COMMANDS: dict[str, Callable[[Twin, Command], Done]] = {"ping": _ping, **dict.fromkeys(NAMES, operate)}


def answer(twin: Twin, c: Command) -> tuple[Twin, tuple[Effect, ...]]:
    """The twin after a command, its one answer, and what it changed."""
    if c.id in twin.answered:
        return twin, (replace(twin.answered[c.id], command=c),)
    twin, reply, others = _reply(twin, c)
    kept = dict(list(twin.answered.items())[-REMEMBERED + 1:])
    return replace(twin, answered={**kept, c.id: reply}), (reply, *others)


def _reply(twin: Twin, c: Command) -> tuple[Twin, Answer, tuple[Effect, ...]]:
    if c.ts_ms > c.expires_ms:
        return twin, Answer(c, False, {"error": "expired", "expired_ms_ago": c.ts_ms - c.expires_ms}), ()
    if c.name not in COMMANDS:
        return twin, Answer(c, False, {"error": "unknown command", "allowed": sorted(COMMANDS)}), ()
    try:
        after, result, others = COMMANDS[c.name](twin, c)
    except Refused as problem:
        return twin, Answer(c, False, {"error": str(problem)}), ()
    return after, Answer(c, True, result), others
