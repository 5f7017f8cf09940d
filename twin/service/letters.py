"""Dead letters: what could not be used, one JSON object a line, in a file that cannot grow without bound."""
from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from twin.events import Rejected

LONGEST_TEXT = 2_000  # characters kept of a payload


class DeadLetters:
    """Appends to `path`; when it reaches `most_bytes`, it becomes `path.1` and starts anew: at most twice `most_bytes`."""

    def __init__(self, path: Path, most_bytes: int = 8 << 20):
        self.path, self.most_bytes = path, most_bytes
        path.parent.mkdir(parents=True, exist_ok=True)
        self._open()

    def _open(self) -> None:
        self._file = self.path.open("ab")
        self._size = self._file.tell()

    def write(self, rejected: Rejected, payload: bytes = b"") -> None:
        letter = asdict(rejected) | {"payload": payload[:LONGEST_TEXT].decode("utf-8", "backslashreplace"), "bytes": len(payload)}
        letter["detail"] = rejected.detail[:LONGEST_TEXT]
        letter["topic"] = rejected.topic[:LONGEST_TEXT]
        line = json.dumps(letter, default=str).encode() + b"\n"
        if self._size + len(line) > self.most_bytes:
            self._file.close()
            self.path.replace(self.path.with_name(self.path.name + ".1"))
            self._open()
        self._file.write(line)
        self._size += len(line)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()
