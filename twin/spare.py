"""Memory that only the start needed, given back (Linux; elsewhere nothing happens).

Loading compiled code walks through tens of megabytes of LLVM's own code, and nothing does so again. Its pages are the file's: once
dropped they come back from there, unchanged, if somebody touches them after all.
"""
from __future__ import annotations

import ctypes
import mmap
from collections.abc import Iterator
from pathlib import Path

LIBRARY = "libllvmlite"


def spare() -> None:
    """Give back the pages of LLVM that hold what its file holds: to be called when all kernels have run once."""
    try:
        text = Path("/proc/self/smaps").read_text()
        drop = ctypes.CDLL(None).madvise
        advice = mmap.MADV_DONTNEED
    except (OSError, AttributeError):
        return
    for begin, end in _unchanged(text):
        drop(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), advice)


def _unchanged(smaps: str) -> Iterator[tuple[int, int]]:
    """Address ranges of the library that this process only reads: no page of theirs is its own (proc(5), `Anonymous`)."""
    span: tuple[int, int] | None = None
    for line in smaps.splitlines():
        first, *rest = line.split()
        if not first.endswith(":"):
            begin, _, end = first.partition("-")
            ours = LIBRARY in line and rest[0][0] == "r" and rest[0][1] == "-"
            span = (int(begin, 16), int(end, 16)) if ours else None
        elif first == "Anonymous:" and span is not None and int(rest[0]) == 0:
            yield span
