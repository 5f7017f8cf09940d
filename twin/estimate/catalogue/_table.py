"""The catalogue as a table for people."""
from __future__ import annotations

from collections.abc import Iterator, Mapping

from twin.estimate.catalogue.entry import Entry

HEAD = "| fault | where | seen by | kind | cannot be assessed when |\n| --- | --- | --- | --- | --- |\n"


def table(catalogue: Mapping[str, Entry]) -> str:
    """Markdown, one row a fault in the order of their names."""
    return HEAD + "".join(f"| {' | '.join(_cells(e))} |\n" for e in catalogue.values())


def _cells(e: Entry) -> Iterator[str]:
    yield f"`{e.name}`: {e.title}"
    yield e.cls or "any sensor" * e.sensor or "any asset"
    yield ", ".join(e.needs)
    yield _kind(e)
    yield e.blind


def _kind(e: Entry) -> str:
    """How it is recognised."""
    parts = []
    if e.signature:
        parts.append("; ".join(f"`{e.group}.{name}` {'falls' if sign < 0 else 'rises'}" for name, sign in e.signature.items()))
        parts.append({"creep": "over hours", "step": "at once", "any": "at any pace"}[e.pace])
    if e.rule:
        parts.append("rule, every step" if e.instant else "rule, every minute")
    if e.sensor and not parts:
        parts.append("competing sensor errors")
    if e.explains:
        parts.append("explains " + ", ".join(e.explains))
    return "; ".join(parts)
