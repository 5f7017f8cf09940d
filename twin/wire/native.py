"""The native profile: flat JSON, one wide message an asset a tick, and its way to and from events. Units convert here only.

A known message takes the fast way: one typed decode that also checks ranges. Anything odd goes value by value (`fields`),
so that the good values beside a bad one are kept. `q` of a message: 1 all present values are good; 2 some value is missing
or doubtful, the present ones are the instrument's best; 0 the instrument declares itself bad.
"""
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from config.errors import WireError
from config.site import Asset, Site
from twin.events import GOOD, Event, Reading, Rejected
from twin.wire import fields, messages, strict, topics
from twin.wire.columns import ABSENT, Layout, gpu_layout, layout
from twin.wire.once import per_site
from twin.wire.reasons import LIMITS, Limits, error, rejected
from twin.wire.scan import scan, shapes

DECIMALS = 6  # of a printed number, in its boundary unit
Heads = tuple[int, int, int]  # ts, seq, q
_VALUES, _DEFAULTS = msgspec.structs.astuple, (0, GOOD)  # of seq and q where a message has none


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a message gave: the event if anything of it can be used, and everything that was wrong with it."""

    event: Event | None
    problems: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class _Route:
    """Where the messages of one topic go."""

    cls: str
    row: int
    layout: Layout
    shape: int  # of the layout among those known
    cells: int  # of a message


class Codec:
    """The native profile of one site; remembers every topic it has seen of a known asset."""

    def __init__(self, site: Site):
        self.site = site
        self._routes: dict[str, _Route] = {}
        self._layouts: list[Layout] = []  # that messages came with
        self._shapes = shapes(())
        self._gpus = {h.id: site.sheets[h.racks.equipment].gpus for h in site.model.halls}

    def decode(self, topic: str, payload: bytes, received_ms: int, limits: Limits = LIMITS) -> Decoded:
        """Bytes to an event; never raises, whatever the bytes."""
        route = self._routes.get(topic)
        if route is not None and (reading := _fast(route, payload, received_ms, limits)) is not None:
            return Decoded(reading)
        try:
            return self._slow(topic, payload, received_ms, limits)
        except WireError as err:
            return Decoded(None, (rejected(err, received_ms),))

    def hear(self, frames: Sequence[tuple[str, bytes]], received_ms: int, limits: Limits = LIMITS) -> list[Event]:
        """Events of many messages at once, the same as one by one: what is wrong with a message comes before what can be used of it."""
        routes = [self._routes.get(topic) for topic, _ in frames]
        good, heads, cells, places = self._scanned(routes, [payload for _, payload in frames], received_ms, limits)
        out: list[Event] = []
        for (topic, payload), route, fine, head, at in zip(frames, routes, good, heads, places, strict=True):
            if not fine:
                found = self.decode(topic, payload, received_ms, limits)
                out += found.problems if found.event is None else (*found.problems, found.event)
                continue
            values = cells[at : at + route.cells]
            out.append(Reading(head[0], route.cls, route.row, head[1], head[2], values.reshape(-1, route.layout.padded) if route.layout.gpus else values))
        return out

    def _scanned(self, routes: Sequence[_Route | None], payloads: Sequence[bytes], received_ms: int,
                 limits: Limits) -> tuple[list[bool], list[list[int]], np.ndarray, list[int]]:
        """Of each message: whether it was as expected, its heads, and where its cells begin in the array of all."""
        text, ends = np.frombuffer(b"".join(payloads), np.uint8), np.cumsum([len(p) for p in payloads], dtype=np.int64)
        shape = np.array([r.shape if r else -1 for r in routes], np.int64)
        behind = np.cumsum([r.cells if r else 0 for r in routes], dtype=np.int64)
        heads, cells = np.empty((len(routes), 3), np.int64), np.empty(int(behind[-1]) if len(behind) else 0)
        places = np.concatenate([np.zeros(1, np.int64), behind[:-1]]) if len(behind) else behind
        good = scan(text, ends, shape, places, self._shapes, received_ms - limits.past_ms, received_ms + limits.future_ms, limits.max_bytes, heads, cells)
        return good.tolist(), heads.tolist(), cells, places.tolist()

    def _slow(self, topic: str, payload: bytes, received_ms: int, limits: Limits) -> Decoded:
        hall, cls, id, channel = topics.split(self.site, topic)
        if channel == "status" and cls == topics.GATEWAY:
            return Decoded(messages.decode_status(self.site, topic, payload, received_ms, limits))
        asset = topics.find(self.site, topic, hall, cls, id)
        if channel == "cmd":
            return Decoded(messages.decode_command(topic, payload, received_ms, limits))
        route = self._route(topic, asset, channel)
        return _careful(route, topic, payload, received_ms, limits)

    def _route(self, topic: str, asset: Asset, channel: str) -> _Route:
        known = self._routes.get(topic)
        if known is not None:
            return known
        if not (channel == "gpu" and asset.cls == "rack" or channel == "tele" and layout(asset.cls).columns):
            raise error("unknown_topic", topic, detail=f"the twin reads no {channel} of a {asset.cls}")
        lay = self._layout(asset, channel)
        if lay not in self._layouts:
            self._layouts.append(lay)
            self._shapes = shapes(self._layouts)
        cells = len(lay.columns) * (lay.padded or 1)
        route = self._routes[topic] = _Route("gpu" if channel == "gpu" else asset.cls, asset.row, lay, self._layouts.index(lay), cells)
        return route

    def encode(self, reading: Reading) -> tuple[str, bytes]:
        """A reading to its topic and payload. A NaN is left out when q is 1 (not measured), else it is null (missing)."""
        asset = self.site.assets["rack" if reading.cls == "gpu" else reading.cls][reading.row]
        channel = "gpu" if reading.cls == "gpu" else "tele"
        lay = self._layout(asset, channel)
        values = (reading.values[:, : lay.gpus] if lay.gpus else reading.values) / lay.factors
        head = {"ts": reading.ts_ms, "seq": reading.seq, "q": reading.q}
        body = {c.name: _printed(v) for c, v in zip(lay.columns, values.tolist(), strict=True)}
        kept = {k: v for k, v in body.items() if reading.q != GOOD or not _missing(v)}
        return topics.topic(self.site, asset, channel), msgspec.json.encode(head | kept)

    def _layout(self, asset: Asset, channel: str) -> Layout:
        return gpu_layout(self._gpus[asset.hall], self.site.gpus_per_rack) if channel == "gpu" else layout(asset.cls)


def _printed(value: float | list[float]) -> float | None | list[float | None]:
    if isinstance(value, list):
        return [_printed(v) for v in value]
    if math.isinf(value):
        raise ValueError("a reading cannot be infinite")
    return None if math.isnan(value) else round(value, DECIMALS) + 0.0


def _missing(value: float | None | list[float | None]) -> bool:
    return value is None or (isinstance(value, list) and all(v is None for v in value))


def _fast(route: _Route, payload: bytes, received_ms: int, limits: Limits) -> Reading | None:
    """The reading when every byte of the message is as expected, else None."""
    told = _told(route.layout, payload, received_ms, limits)
    if told is None:
        return None
    (ts, seq, q), cells = told
    return Reading(ts, route.cls, route.row, seq, q, _si([cells], route.layout)[0])


def _told(lay: Layout, payload: bytes, received_ms: int, limits: Limits) -> tuple[Heads, tuple] | None:
    """Heads and cells of a message whose every byte is as expected. A colon more than keys means a foreign or doubled key."""
    if len(payload) > limits.max_bytes:
        return None
    try:
        row = _VALUES(lay.decoder.decode(payload))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    cells, absent = row[3:], row.count(ABSENT)
    if payload.count(b":") != len(row) - absent or (absent and cells.count(ABSENT) == len(cells)):
        return None
    ts, seq, q = (row[0], *(default if said is ABSENT else said for said, default in zip(row[1:3], _DEFAULTS, strict=True))) if absent else row[:3]
    if not -limits.past_ms <= ts - received_ms <= limits.future_ms:
        return None
    if q == GOOD and b"null" in payload and _has_null(cells, lay.gpus):
        return None
    return (ts, seq, q), cells


def _has_null(cells: tuple, gpus: int) -> bool:
    return any(isinstance(c, list) and None in c for c in cells) if gpus else None in cells


def _si(rows: list[tuple], lay: Layout) -> np.ndarray:
    """Cells of messages of one layout in SI, a row each; minus zero is zero, a rack's arrays are padded to the site's largest rack."""
    if lay.gpus:
        rows = [tuple([math.nan] * lay.gpus if c is ABSENT else c for c in cells) for cells in rows]
    return _shaped(np.array(rows, dtype=float), lay)


def _shaped(values: np.ndarray, lay: Layout) -> np.ndarray:
    values = values * lay.factors
    values += 0.0
    if lay.gpus == lay.padded:
        return values
    return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, lay.padded - lay.gpus)], constant_values=math.nan)


def _careful(route: _Route, topic: str, payload: bytes, received_ms: int, limits: Limits) -> Decoded:
    message = strict.parse(topic, payload, limits)
    ts = fields.timestamp(topic, message)
    fields.check_clock(topic, ts, received_ms, limits)
    seq, q, values, problems = fields.read(topic, message, route.layout)
    found = tuple(rejected(p, received_ms) for p in problems)
    if any(p.reason not in ("unknown_field", "null_good") for p in problems) and np.isnan(values).all():
        return Decoded(None, found)
    return Decoded(Reading(ts, route.cls, route.row, seq, q, _shaped(values, route.layout)), found)


codec = per_site(Codec)


def encode_reading(site: Site, reading: Reading) -> tuple[str, bytes]:
    """(topic, payload) of a reading."""
    return codec(site).encode(reading)


def decode(site: Site, topic: str, payload: bytes, received_ms: int, limits: Limits = LIMITS) -> Event:
    """The event in a message; WireError when nothing of it can be used. `decode_all` also tells what else was wrong."""
    found = decode_all(site, topic, payload, received_ms, limits)
    if found.event is None:
        first = found.problems[0]
        raise WireError(first.reason, first.topic, first.field, first.detail)
    return found.event


def decode_all(site: Site, topic: str, payload: bytes, received_ms: int, limits: Limits = LIMITS) -> Decoded:
    """The event in a message, if any, and every problem with it; never raises for what a sender did."""
    return codec(site).decode(topic, payload, received_ms, limits)
