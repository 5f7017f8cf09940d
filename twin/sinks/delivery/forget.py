"""A body that takes series away instead of writing them: a comment of the line protocol, so that it keeps its place in the spool.

Where a server that does not know how to delete gets it, nothing is written and nothing is refused.
"""
from __future__ import annotations

import re

_BODY = re.compile(rb"# forget site=([\w.-]+) scenario=([\w.-]+)\n?")


def forget(site: str, scenario: str) -> bytes:
    return f"# forget site={site} scenario={scenario}\n".encode()


def forgotten(body: bytes) -> tuple[str, str] | None:
    """(site, scenario) of such a body; None of any other."""
    found = _BODY.fullmatch(body)
    return (found[1].decode(), found[2].decode()) if found else None
