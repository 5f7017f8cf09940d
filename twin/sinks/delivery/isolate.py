"""Find the lines that a server refuses: halve the body until each bad line stands alone; the good ones are written on the way.

Writing a line again is harmless: same measurement, tags and time, same point.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twin.sinks.delivery.outcome import Kind, Outcome

Write = Callable[[bytes], Outcome]


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that no server will take, and what it said."""

    line: bytes
    reason: str


class Interrupted(Exception):
    """The far side went away in the middle: the whole body is tried again later."""

    def __init__(self, outcome: Outcome):
        self.outcome = outcome
        super().__init__(outcome.detail)


def deliver(body: bytes, write: Write) -> list[Bad]:
    """Write a body; returns the refused lines. Raises Interrupted. 2 * bad * log2(lines) requests at most."""
    outcome = write(body)
    if outcome.kind is Kind.DONE:
        return []
    if outcome.kind is Kind.AGAIN:
        raise Interrupted(outcome)
    lines = body.splitlines(keepends=True)
    if len(lines) == 1:
        return [Bad(lines[0].rstrip(b"\n"), outcome.detail)]
    middle = len(lines) // 2
    return deliver(b"".join(lines[:middle]), write) + deliver(b"".join(lines[middle:]), write)
