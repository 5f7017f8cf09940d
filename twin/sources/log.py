"""The event log: every incoming message, append-only, in the order it arrived.

A file is a header (`boucle`, 0, version) and records: length u32, CRC-32 of the body u32, body (little endian).
A body starts with its kind: 0 names a topic (number u32, UTF-8), 1 is a message (topic number u32, received_ms i64,
flags u8 with bit 0 = retained, payload). Every file is complete in itself: its topics are named before they are used.
What was torn by a crash is cut off at the next start; a reader stops in front of it. `events.log` is the newest file,
`events.log.1`, `.2` ... the older ones, oldest first.
"""
from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from twin.sources.inbox import Message

VERSION = 1
HEADER = b"boucle\x00" + bytes((VERSION,))
TOPIC, MESSAGE = 0, 1
LONGEST_BODY = 1 << 26  # a longer length is damage, not a message: MQTT itself ends at 256 MiB, our brokers at 1 MiB
_FRAME = struct.Struct("<II")
_TOPIC = struct.Struct("<BI")
_MESSAGE = struct.Struct("<BIqB")


class LogError(Exception):
    """A file that is not a log of ours, or of a version this program does not read."""


def _frame(body: bytes) -> bytes:
    return _FRAME.pack(len(body), zlib.crc32(body)) + body


class EventLog:
    """Writes messages; call `flush` when a batch is complete."""

    def __init__(self, path: Path, rotate_bytes: int = 256 << 20, keep: int = 40):
        self.path, self.rotate_bytes, self.keep = path, rotate_bytes, keep
        path.parent.mkdir(parents=True, exist_ok=True)
        self._buffer: list[bytes] = []
        self._open()

    def _open(self) -> None:
        self._topics: dict[str, int] = {}
        size = 0
        if self.path.exists() and self.path.stat().st_size:
            size = _sound_bytes(self.path, self._topics)
        self._file = self.path.open("r+b" if size else "wb", buffering=0)
        self._file.truncate(size)
        self._file.seek(size)
        self._size = size
        if not size:
            self._write(HEADER)

    def append(self, message: Message) -> None:
        number = self._topics.get(message.topic)
        if number is None:
            number = self._topics[message.topic] = len(self._topics)
            self._buffer.append(_frame(_TOPIC.pack(TOPIC, number) + message.topic.encode()))
        head = _MESSAGE.pack(MESSAGE, number, message.received_ms, int(message.retained))
        self._buffer.append(_frame(head + message.payload))

    def flush(self) -> None:
        """Hand everything to the operating system: it survives the end of this process."""
        if self._buffer:
            self._write(b"".join(self._buffer))
            self._buffer.clear()
            if self._size >= self.rotate_bytes:
                self._rotate()

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view):]
        self._size += len(data)

    def _rotate(self) -> None:
        self._sync()
        old = _numbers(self.path)
        self.path.rename(_numbered(self.path, (old[-1] if old else 0) + 1))
        for number in old[: max(0, len(old) + 1 - self.keep)]:
            _numbered(self.path, number).unlink(missing_ok=True)
        self._open()

    def _sync(self) -> None:
        os.fsync(self._file.fileno())
        self._file.close()

    def close(self) -> None:
        self.flush()
        if not self._file.closed:
            self._sync()


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _numbers(path: Path) -> list[int]:
    """Numbers of the older files of a log, oldest first."""
    tails = (p.name[len(path.name) + 1:] for p in path.parent.glob(f"{path.name}.*"))
    return sorted(int(t) for t in tails if t.isdigit())


def files_of(path: Path) -> list[Path]:
    """All files of a log in the order they were written."""
    older = [_numbered(path, n) for n in _numbers(path)]
    return older + ([path] if path.exists() else [])


def read_log(path: Path) -> Iterator[Message]:
    """Every message of a log and its older files, in order of arrival."""
    files = files_of(path)
    if not files:
        raise LogError(f"{path}: no such log")
    for file in files:
        yield from read_file(file)


def read_file(path: Path) -> Iterator[Message]:
    topics: dict[int, str] = {}
    with path.open("rb") as file:
        _check_header(path, file)
        for body in _bodies(file):
            if body[0] == TOPIC:
                _, number = _TOPIC.unpack_from(body)
                topics[number] = body[_TOPIC.size:].decode()
            else:
                _, number, received_ms, flags = _MESSAGE.unpack_from(body)
                yield Message(received_ms, topics[number], body[_MESSAGE.size:], bool(flags & 1))


def _check_header(path: Path, file: BinaryIO) -> None:
    header = file.read(len(HEADER))
    if header[:-1] != HEADER[:-1]:
        raise LogError(f"{path}: not an event log")
    if header != HEADER:
        raise LogError(f"{path}: event log of version {header[-1]}, this program reads version {VERSION}")


def _bodies(file: BinaryIO) -> Iterator[bytes]:
    """Sound records until the end or the first damage."""
    while len(head := file.read(_FRAME.size)) == _FRAME.size:
        length, crc = _FRAME.unpack(head)
        if not 0 < length <= LONGEST_BODY:
            return
        body = file.read(length)
        if len(body) < length or zlib.crc32(body) != crc:
            return
        yield body


def _sound_bytes(path: Path, topics: dict[str, int]) -> int:
    """Length of the sound part of a file, 0 when even the header was torn; fills `topics`."""
    with path.open("rb") as file:
        if path.stat().st_size < len(HEADER):
            return 0
        _check_header(path, file)
        size = len(HEADER)
        for body in _bodies(file):
            size += _FRAME.size + len(body)
            if body[0] == TOPIC:
                topics[body[_TOPIC.size:].decode()] = _TOPIC.unpack_from(body)[1]
        return size


def write_log(path: Path, messages: Iterable[Message]) -> int:
    """A new log of these messages; how many."""
    log = EventLog(path)
    count = 0
    for count, message in enumerate(messages, 1):
        log.append(message)
    log.close()
    return count
