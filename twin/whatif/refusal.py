"""What cannot be asked: the field at fault, why, and what is allowed."""
from __future__ import annotations


class Refused(ValueError):
    """A question that cannot be answered. `field` is a dotted key of the question, empty for the whole of it."""

    def __init__(self, field: str, why: str):
        self.field, self.why = field, why
        super().__init__(f"{field}: {why}" if field else why)
