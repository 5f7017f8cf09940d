"""Finished runs on disk: one file each, named by its content."""
from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from twin.sweep.work import Row


class Kept:
    """Rows below `folder`. A run is there whole or not at all; a file that cannot be read counts as absent."""

    def __init__(self, folder: Path):
        self.folder = folder / "runs"
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, task_id: str) -> Path:
        return self.folder / f"{task_id}.json"

    def get(self, task_id: str) -> Row | None:
        try:
            found: Any = json.loads(self.path(task_id).read_bytes())
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) and "status" in found else None

    def put(self, task_id: str, row: Row) -> None:
        """Keep a row: written beside, then renamed, so that a crash leaves no half of it."""
        whole(self.path(task_id), json.dumps(row, allow_nan=False).encode())


def whole(path: Path, data: bytes) -> None:
    """Write a file at once."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
