"""Limits the twin can judge from its own snapshot, a file each: `FAULT`, `RULE`, `CONSEQUENCE` and `find(look) -> findings`,
and `EXPLAINS` where one limit is the reason of others further down.

A file here is found by its name and tested by the conformance kit; none is listed anywhere.
"""
from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from twin.alarms.limits._look import Look
from twin.estimate.findings import Finding

_FILES = tuple(importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
RULES = {file.FAULT: file.RULE for file in _FILES}
CONSEQUENCES = frozenset(file.FAULT for file in _FILES if file.CONSEQUENCE)  # may hang on a cause upstream
EXPLAINS = {file.FAULT: frozenset(getattr(file, "EXPLAINS", ())) for file in _FILES}  # faults further down that this one explains
FAULTS = tuple(sorted(RULES))


def findings(look: Look) -> Iterator[Finding]:
    """Every limit that is passed."""
    for file in _FILES:
        yield from file.find(look)
