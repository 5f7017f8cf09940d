"""JSON read with every doubt settled: size, UTF-8, depth, duplicate keys, NaN, numbers too big. Slow; the exact reason is the point."""
from __future__ import annotations

import json
import re
from typing import Any

from twin.wire.reasons import Limits, error

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_INT_DIGITS = 19  # what fits 64 bits; a longer integer is read as a float


class NotJson(float):
    """NaN, Infinity or -Infinity spelled out: Python reads them, JSON does not have them."""


class _Duplicate(Exception):
    pass


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        raise _Duplicate(next(k for k, _ in pairs if k in seen or seen.add(k)))
    return found


def _integer(text: str) -> int | float:
    return int(text) if len(text.lstrip("-")) <= _INT_DIGITS else float(text)


def depth(text: str) -> int:
    """Deepest nesting of brackets outside strings."""
    level = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        level += 1 if bracket in "[{" else -1
        deepest = max(deepest, level)
    return deepest


def parse(topic: str, payload: bytes, limits: Limits) -> dict[str, Any]:
    """The payload as an object; WireError with the reason otherwise. Never recurses deeper than `limits.max_depth`."""
    text = _text(topic, payload, limits)
    try:
        found = json.loads(text, object_pairs_hook=_pairs, parse_int=_integer, parse_constant=NotJson)
    except _Duplicate as err:
        raise error("duplicate_key", topic, str(err)) from None
    except ValueError as err:
        raise error("json", topic, detail=str(err)) from None
    if not isinstance(found, dict):
        raise error("type", topic, detail=f"expected an object, got {json_type(found)}")
    return found


def _text(topic: str, payload: bytes, limits: Limits) -> str:
    if len(payload) > limits.max_bytes:
        raise error("too_large", topic, detail=f"{len(payload)} bytes, at most {limits.max_bytes}")
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as err:
        raise error("encoding", topic, detail=f"not UTF-8 at byte {err.start}") from None
    if text.startswith("\ufeff"):
        raise error("encoding", topic, detail="begins with a byte order mark")
    if (level := depth(text)) > limits.max_depth:
        raise error("too_deep", topic, detail=f"{level} levels, at most {limits.max_depth}")
    return text


def json_type(value: object) -> str:
    """Name of a value's JSON type, for messages."""
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object", type(None): "null"}
    return names.get(type(value), "NaN or Infinity")
