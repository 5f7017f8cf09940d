"""What became of one request, in the four ways that matter to delivery."""
from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    DONE = "done"
    AGAIN = "again"  # the far side's trouble: the same body later
    SPLIT = "split"  # the body is too large
    REFUSED = "refused"  # at least one line is at fault


@dataclass(frozen=True, slots=True)
class Outcome:
    kind: Kind
    detail: str = ""
    after_s: float = 0.0  # not before, when the far side said so


DONE = Outcome(Kind.DONE)


def classify(status: int, detail: str, retry_after: str = "") -> Outcome:
    """By HTTP status: 400 and 422 name a line's fault, 413 the size; all else, 401 to 404 included, is no fault of the lines."""
    if 200 <= status < 300:
        return DONE
    if status in (400, 422):
        return Outcome(Kind.REFUSED, detail)
    if status == 413:
        return Outcome(Kind.SPLIT, detail)
    return Outcome(Kind.AGAIN, f"HTTP {status}: {detail}", float(retry_after) if retry_after.isdigit() else 0.0)
