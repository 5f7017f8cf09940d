"""Messages on a pipe between two processes of one machine: lengths (topic u16, payload u32, little endian), topic, payload."""
from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

_HEAD = struct.Struct("<HI")


def pack(topic: str, payload: bytes) -> bytes:
    """One frame."""
    name = topic.encode()
    return _HEAD.pack(len(name), len(payload)) + name + payload


def unpack(pipe: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """Frames until the pipe ends; EOFError when it ends inside one, for then something was lost."""
    while head := pipe.read(_HEAD.size):
        if len(head) < _HEAD.size:
            raise EOFError("the pipe ended inside a frame")
        topic, payload = _HEAD.unpack(head)
        body = pipe.read(topic + payload)
        if len(body) < topic + payload:
            raise EOFError("the pipe ended inside a frame")
        yield body[:topic].decode(), body[topic:]
