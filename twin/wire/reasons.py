"""Why a message, or one value of it, was not used. The set is fixed: each reason is a metric label."""
from __future__ import annotations

from dataclasses import dataclass

from config.errors import WireError
from twin.events import Rejected

REASONS: dict[str, str] = {  # reason -> what it means to the sender
    "too_large": "payload longer than the limit",
    "encoding": "payload is not UTF-8, or begins with a byte order mark",
    "too_deep": "JSON nested deeper than the limit",
    "json": "payload is not JSON, or is cut off",
    "duplicate_key": "one key twice: which value counts is not defined",
    "type": "a value of the wrong JSON type",
    "missing_ts": "no `ts`",
    "empty": "no column of the asset's class in the message",
    "clock_past": "`ts` older than the limit",
    "clock_future": "`ts` further ahead than the limit",
    "nan": "NaN or Infinity, which JSON does not have",
    "range": "a number that is not physically possible",
    "null_good": "a null value in a message with q = 1",
    "array_length": "an array whose length is not the number of GPUs of the rack",
    "missing_field": "a required key is missing",
    "unknown_field": "a key that the class does not have (the rest of the message is used)",
    "unknown_topic": "a topic outside the profile, or of another site",
    "unknown_asset": "no such asset in the site's model",
}

TEXT_MAX = 200  # characters of foreign text kept in a report


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted at most. Times in ms relative to the moment of reception; sizes in bytes and levels."""

    max_bytes: int = 65_536
    max_depth: int = 8
    future_ms: int = 5_000
    past_ms: int = 600_000


LIMITS = Limits()


def error(reason: str, topic: str, field: str = "", detail: str = "", ahead_s: float = 0.0) -> WireError:
    """A WireError with foreign text cut to a length that can be logged; `ahead_s` is by how much a stamp is ahead of its arrival."""
    if reason not in REASONS:
        raise ValueError(f"not a reason: {reason}")
    return WireError(reason, _short(topic), _short(field), _short(detail), ahead_s)


def rejected(err: WireError, received_ms: int) -> Rejected:
    """The event that tells of `err`."""
    return Rejected(received_ms, err.reason, err.topic, err.field, err.detail, err.ahead_s)


def _short(text: str) -> str:
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:TEXT_MAX])
    return clean if len(text) <= TEXT_MAX else clean + "..."
