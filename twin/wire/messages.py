"""The rest of the native profile: gateway status, commands and their answers, descriptions of assets."""
from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar

import msgspec

from config.classes import CLASSES
from config.errors import WireError
from config.quantities import QUANTITIES, Quantity
from config.site import SITE_LEVEL, Asset, Site
from twin.events import Answer, Command, Gateway
from twin.wire import strict, topics
from twin.wire.fields import check_clock
from twin.wire.reasons import LIMITS, Limits, error

_T = TypeVar("_T", bound=msgspec.Struct)
NAME = r"^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,63}$"
Name = Annotated[str, msgspec.Meta(pattern=NAME)]
EpochMs = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Status(msgspec.Struct, frozen=True):
    """A gateway is online, or its last will. `ts` is when it was written: for a will, when the connection began."""

    online: bool
    ts: EpochMs | None = None


class CommandMessage(msgspec.Struct, frozen=True):
    """A request to the twin. Never retained; answered once on `/ack`; refused after `expires`."""

    ts: EpochMs
    id: Name
    author: Name
    expires: EpochMs
    name: Name
    arguments: dict[str, Any] = {}


class Ack(msgspec.Struct, frozen=True):
    """The answer to the command `id`."""

    ts: EpochMs
    id: Name
    ok: bool
    result: dict[str, Any] = {}


class Column(msgspec.Struct, frozen=True):
    """One column of an asset: its unit, what it may be, and whether an instrument or only the twin gives it."""

    name: str
    unit: str
    low: float
    high: float
    title: str
    measured: bool


class Meta(msgspec.Struct, frozen=True):
    """What an asset is: retained, written by the twin at start. `cls` is the class segment of the topic."""

    cls: str
    title: str
    parent: str | None
    feeds: tuple[str, ...]
    columns: tuple[Column, ...]


def _typed(topic: str, payload: bytes, limits: Limits, kind: type[_T]) -> _T:
    found = strict.parse(topic, payload, limits)
    for key in kind.__struct_fields__[: len(kind.__struct_fields__) - len(kind.__struct_defaults__)]:
        if found.get(key) is None:
            raise error("missing_ts" if key == "ts" else "missing_field", topic, key)
    try:
        return msgspec.convert(found, kind)
    except msgspec.ValidationError as err:
        raise _invalid(topic, str(err)) from None


def _invalid(topic: str, text: str) -> WireError:
    where = re.search(r"\$\.(\S+?)`", text)
    return error("type" if "got" in text else "range", topic, where[1] if where else "", text)


def decode_status(site: Site, topic: str, payload: bytes, received_ms: int, limits: Limits) -> Gateway:
    """A gateway's status. Its time is when it arrived: it is retained, and a will is written long before it is sent."""
    hall, _, name, _ = topics.split(site, topic)
    if hall not in {SITE_LEVEL, *(h.id for h in site.model.halls)} or not re.fullmatch(NAME, name):
        raise error("unknown_asset", topic, detail=f"a gateway is {site.model.root}/{site.id}/hall/{topics.GATEWAY}/name/status")
    status = _typed(topic, payload, limits, Status)
    return Gateway(received_ms, f"{hall}/{name}", status.online)


def encode_status(site: Site, hall: str, name: str, online: bool, ts_ms: int | None) -> tuple[str, bytes]:
    """(topic, payload) of a gateway's status or last will; publish both retained, QoS 1."""
    return topics.gateway_topic(site, hall, name), msgspec.json.encode(Status(online, ts_ms))


def decode_command(topic: str, payload: bytes, received_ms: int, limits: Limits) -> Command:
    """A command to the twin about the asset of the topic. Expiry is judged by the engine, which must answer it."""
    m = _typed(topic, payload, limits, CommandMessage)
    check_clock(topic, m.ts, received_ms, limits)
    return Command(m.ts, m.id, m.author, m.expires, m.name, m.arguments, topic + topics.ACK)


def encode_command(site: Site, asset: Asset, message: CommandMessage) -> tuple[str, bytes]:
    """(topic, payload) of a command; publish QoS 1, never retained."""
    return topics.topic(site, asset, "cmd"), msgspec.json.encode(message)


def encode_ack(answer: Answer, ts_ms: int) -> tuple[str, bytes]:
    """(topic, payload) of an answer; QoS 1, not retained."""
    return answer.command.reply_to, msgspec.json.encode(Ack(ts_ms, answer.command.id, answer.ok, dict(answer.result)))


def decode_ack(topic: str, payload: bytes, limits: Limits = LIMITS) -> Ack:
    """An answer, as the one who asked reads it."""
    return _typed(topic, payload, limits, Ack)


def meta(site: Site, asset: Asset) -> Meta:
    """The description of one asset."""
    cls = CLASSES[asset.cls]
    above = site.assets[asset.parent[0]][asset.parent[1]] if asset.parent else None
    columns = tuple(column(QUANTITIES[c], c in cls.measured) for c in cls.columns)
    parent = f"{above.hall}/{above.cls}/{above.id}" if above else None
    return Meta(asset.cls, f"{cls.title} {asset.id}", parent, asset.feeds, columns)


def column(q: Quantity, measured: bool) -> Column:
    """One quantity as `meta` describes it."""
    return Column(q.name, q.unit, float(q.low), float(q.high), q.title, measured)


def encode_meta(site: Site, asset: Asset) -> tuple[str, bytes]:
    """(topic, payload) of an asset's description; publish retained, QoS 1."""
    return topics.topic(site, asset, "meta"), msgspec.json.encode(meta(site, asset))


def decode_meta(topic: str, payload: bytes, limits: Limits = LIMITS) -> Meta:
    """A description, for programs that discover a site from the broker."""
    return _typed(topic, payload, limits, Meta)
