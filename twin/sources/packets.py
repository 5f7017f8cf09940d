"""MQTT 3.1.1 packets out of a stream of bytes: only what a busy subscriber meets (OASIS standard, sections 2.2 and 3.3)."""
from __future__ import annotations

from typing import NamedTuple

PUBLISH, PUBACK = 0x30, 0x40
LENGTH_BYTES = 4  # of the remaining length at most (2.2.3)


class Malformed(ValueError):
    """The stream is no MQTT: the connection is over (4.8)."""


class Packet(NamedTuple):
    """A complete packet in a buffer: its first byte and where its body is."""

    first: int
    start: int
    end: int


class Publish(NamedTuple):
    topic: bytes
    payload: bytes
    mid: int  # 0 at QoS 0
    qos: int
    retained: bool


def packet_at(data: bytes, at: int) -> Packet | None:
    """The packet that begins at `at`; None while it is not complete."""
    length, shift, i = 0, 0, at + 1
    while i < len(data):
        byte = data[i]
        length |= (byte & 0x7F) << shift
        i += 1
        if byte < 0x80:
            return Packet(data[at], i, i + length) if i + length <= len(data) else None
        shift += 7
        if i - at > LENGTH_BYTES:
            raise Malformed("remaining length of more than four bytes")
    return None


def publish(data: bytes, packet: Packet) -> Publish:
    """The message in a PUBLISH packet."""
    first, start, end = packet
    qos, body = (first >> 1) & 3, start + 2 + (data[start] << 8 | data[start + 1] if end - start >= 2 else 0)
    payload = body + (2 if qos else 0)
    if end - start < 2 or payload > end or qos == 3:
        raise Malformed("PUBLISH shorter than its topic, or of QoS 3")
    mid = data[body] << 8 | data[body + 1] if qos else 0
    return Publish(data[start + 2 : body], data[payload:end], mid, qos, bool(first & 1))


def pubacks(mids: tuple[int, ...] | list[int]) -> bytes:
    """Acknowledgements one behind the other."""
    return b"".join([bytes((PUBACK, 2, mid >> 8, mid & 255)) for mid in mids])
