"""Whose fault is it? Ours at start (ConfigError), the sender's at run time (WireError); anything else stops loudly."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of a configuration file: where it is, what is wrong and what is allowed."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.message}"


class ConfigError(Exception):
    """A configuration that cannot be used. Carries every problem found, not only the first."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(str(p) for p in problems))


class WireError(Exception):
    """A message that cannot be used. `reason` is one of a fixed set: it is a metric label."""

    def __init__(self, reason: str, topic: str, field: str = "", detail: str = "", ahead_s: float = 0.0):
        self.reason, self.topic, self.field, self.detail, self.ahead_s = reason, topic, field, detail, ahead_s
        super().__init__(f"{topic}: {field + ': ' if field else ''}{reason}{': ' + detail if detail else ''}")
