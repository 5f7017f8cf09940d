"""A message value by value: keeps what is good, names what is not. Runs only when the fast way found something odd."""
from __future__ import annotations

import math
from typing import Any

import numpy as np

from config.errors import WireError
from config.quantities import Quantity
from twin.events import GOOD, UNCERTAIN
from twin.wire.columns import HEAD, SEQ_MAX, Layout
from twin.wire.reasons import Limits, error
from twin.wire.strict import NotJson, json_type

_UNITS_OF_TIME = ((1_000, "seconds"), (1e-3, "microseconds"), (1e-6, "nanoseconds"))
_DAY_MS = 86_400_000


def integer(topic: str, key: str, value: object, low: int, high: int) -> int:
    """`value` as an integer in a range; a float without a fraction counts as one, a boolean or a string does not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise error("type", topic, key, f"expected an integer, got {json_type(value)}")
    if not math.isfinite(value) or value != int(value):
        raise error("nan" if isinstance(value, NotJson) else "type", topic, key, f"expected an integer, got {value}")
    if not low <= value <= high:
        raise error("range", topic, key, f"{int(value)} is outside {low}..{high}")
    return int(value)


def timestamp(topic: str, message: dict[str, Any]) -> int:
    """`ts` of a message, epoch ms, its clock not yet judged."""
    if message.get("ts") is None:
        raise error("missing_ts", topic, "ts")
    return integer(topic, "ts", message["ts"], -(2**63), 2**63)


def check_clock(topic: str, ts_ms: int, received_ms: int, limits: Limits) -> None:
    """WireError when `ts_ms` is too far from the moment of reception; says so when the unit looks wrong."""
    ahead = ts_ms - received_ms
    if -limits.past_ms <= ahead <= limits.future_ms:
        return
    unit = next((name for k, name in _UNITS_OF_TIME if abs(ts_ms * k - received_ms) < _DAY_MS), "")
    hint = f"; looks like {unit}, ts is in milliseconds" if unit else ""
    where = f"{abs(ahead) / 1000:.3f} s {'ahead' if ahead > 0 else 'old'}{hint}"
    raise error("clock_future" if ahead > 0 else "clock_past", topic, "ts", where, 0.0 if unit else ahead / 1000)


def number(topic: str, key: str, value: object, q: Quantity) -> float:
    """One value in its boundary unit, NaN for null; WireError when it cannot be one."""
    if value is None:
        return math.nan
    if isinstance(value, NotJson):
        raise error("nan", topic, key, f"{value}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise error("type", topic, key, f"expected a number, got {json_type(value)}")
    if not q.low <= value <= q.high:
        raise error("range", topic, key, f"{value} {q.unit} is outside {q.low}..{q.high}")
    return float(value)


def _array(topic: str, q: Quantity, value: object, gpus: int, problems: list[WireError]) -> list[float]:
    if not isinstance(value, list):
        problems.append(error("type", topic, q.name, f"expected an array, got {json_type(value)}"))
    elif len(value) != gpus:
        problems.append(error("array_length", topic, q.name, f"{len(value)} values for {gpus} GPUs"))
    else:
        return [_kept(topic, f"{q.name}[{i}]", v, q, problems) for i, v in enumerate(value)]
    return [math.nan] * gpus


def _kept(topic: str, key: str, value: object, q: Quantity, problems: list[WireError]) -> float:
    try:
        return number(topic, key, value, q)
    except WireError as err:
        problems.append(err)
        return math.nan


def _column(topic: str, q: Quantity, message: dict[str, Any], gpus: int, problems: list[WireError]) -> float | list[float]:
    if not gpus:
        return _kept(topic, q.name, message.get(q.name), q, problems)
    return _array(topic, q, message[q.name], gpus, problems) if q.name in message else [math.nan] * gpus


def read(topic: str, message: dict[str, Any], layout: Layout) -> tuple[int, int, np.ndarray, list[WireError]]:
    """(seq, q, values in boundary units, problems) of a parsed message. WireError when its head cannot be used."""
    seq = integer(topic, "seq", message.get("seq", 0), 0, SEQ_MAX)
    quality = integer(topic, "q", message.get("q", GOOD), 0, 2)
    names = [c.name for c in layout.columns]
    if not any(n in message for n in names):
        raise error("empty", topic, detail=f"none of {', '.join(names)}")
    problems: list[WireError] = []
    values = np.array([_column(topic, c, message, layout.gpus, problems) for c in layout.columns], dtype=float)
    if quality == GOOD and not problems and (nulls := _nulls(message, names)):
        problems.append(error("null_good", topic, ", ".join(nulls), "a missing value is null with q = 0 or 2"))
    quality = UNCERTAIN if quality == GOOD and problems else quality
    if unknown := [k for k in message if k not in names and k not in HEAD]:
        problems.append(error("unknown_field", topic, ", ".join(unknown)))
    return seq, quality, values, problems


def _nulls(message: dict[str, Any], names: list[str]) -> list[str]:
    def holds(value: object) -> bool:
        return value is None or (isinstance(value, list) and None in value)

    return [n for n in names if n in message and holds(message[n])]
