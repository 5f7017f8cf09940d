"""Starts as bytes: a moment of the twin that is kept, so that a future may begin at it later.

Arrays one behind the other, compressed, behind a table of their names, types and shapes. Of what was learned only what differs from the
datasheets is in it. Values of single GPUs are float32: a millionth of a temperature is not kept.
"""
from __future__ import annotations

import json
import types
import typing
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from twin.plant.types import Parameters
from twin.whatif.ground import Ground
from twin.whatif.refusal import Refused
from twin.whatif.start import Start

VERSION = 1
LARGE = 4096  # values; arrays beyond are of single GPUs
KNOWN = "known"


def when(value: Any) -> Any:
    """Epoch ms of `2026-11-24T10:00Z`, of a time with an offset, or of a number; times without an offset are UTC. Raises ValueError."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str) and not value.strip().isdigit():
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f"{value[:40]!r} is no time: write 2026-11-24T10:00Z") from None
    else:
        return int(value) if isinstance(value, str) else value
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def spelled(ts_ms: int) -> str:
    """`2026-11-24T10:00:00Z`."""
    return datetime.fromtimestamp(ts_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def packed(g: Ground, s: Start) -> bytes:
    """A start of this ground."""
    found = dict(_walk(replace(s, known=None), "")) | ({} if s.known is None else _learned(g.p, s.known))
    table, blobs = [], []
    for name, value in found.items():
        small = np.asarray(value)
        kept = small.astype("<f4" if small.size > LARGE else "<f8")
        table.append([name, kept.dtype.str, list(small.shape)])
        blobs.append(np.ascontiguousarray(kept).tobytes())
    head = json.dumps({"version": VERSION, "known": s.known is not None, "arrays": table}).encode()
    return zlib.compress(len(head).to_bytes(4, "little") + head + b"".join(blobs), 1)


def unpacked(g: Ground, data: bytes) -> Start:
    """The way back. Raises Refused where the bytes are of another site or version."""
    try:
        raw = zlib.decompress(data)
        size = int.from_bytes(raw[:4], "little")
        head = json.loads(raw[4 : 4 + size])
        if head["version"] != VERSION:
            raise Refused("at", f"the moment was kept by another version ({head['version']}, this one reads {VERSION})")
        found = dict(_read(head["arrays"], raw[4 + size :]))
        known = _relearned(g.p, found) if head["known"] else None
        start = replace(_built(Start, found, ""), known=known)
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise Refused("at", f"the moment cannot be read: {error}") from None
    if start.state.die.shape != g.p.leaves.plate_factor.shape or start.state.core.shape[0] != len(g.halls):
        raise Refused("at", f"the moment is of another site than {g.site.id}")
    return start


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Leaves of nested dataclasses by their paths; None is left out."""
    if is_dataclass(value):
        for f in fields(value):
            yield from _walk(getattr(value, f.name), f"{path}.{f.name}" if path else f.name)
    elif value is not None:
        yield path, value


def _learned(p: Parameters, known: Parameters) -> dict[str, Any]:
    design = dict(_walk(p, KNOWN))
    return {path: v for path, v in _walk(known, KNOWN) if not np.array_equal(v, design[path])}


def _relearned(p: Parameters, found: Mapping[str, Any]) -> Parameters:
    def changed(value: Any, path: str) -> Any:
        if is_dataclass(value):
            own = {f.name: getattr(value, f.name) for f in fields(value)}
            new = {name: changed(v, f"{path}.{name}") for name, v in own.items()}
            return replace(value, **{n: v for n, v in new.items() if v is not own[n]}) if any(new[n] is not own[n] for n in own) else value
        return found.get(path, value)

    return changed(p, KNOWN)


def _read(table: list[list[Any]], raw: bytes) -> Iterator[tuple[str, Any]]:
    at = 0
    for name, kind, shape in table:
        count = int(np.prod(shape))
        dtype = np.dtype(kind)
        if kind not in ("<f4", "<f8") or at + count * dtype.itemsize > len(raw):
            raise ValueError(f"{name}: cut off")
        yield name, np.frombuffer(raw, dtype, count, at).astype(float).reshape(shape)
        at += count * dtype.itemsize


def _built(kind: Any, found: Mapping[str, Any], path: str) -> Any:
    """A value of a dataclass from its leaves."""
    hints = typing.get_type_hints(kind)
    out = {}
    for f in fields(kind):
        name, want = (f"{path}.{f.name}" if path else f.name), _plain(hints[f.name])
        if is_dataclass(want):
            out[f.name] = _built(want, found, name) if any(k.startswith(f"{name}.") for k in found) and name != KNOWN else None
        elif name in found:
            out[f.name] = found[name] if want is np.ndarray else want(found[name])
        else:
            out[f.name] = None
    return kind(**out)


def _plain(hint: Any) -> Any:
    """The one type of `X | None`."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return next(a for a in typing.get_args(hint) if a is not type(None))
    return hint
