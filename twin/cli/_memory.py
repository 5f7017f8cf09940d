"""Memory of several processes together: proportional set size, where a shared page counts once (Linux); and one heap for all threads."""
from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterable
from pathlib import Path


def pss_mb(pids: Iterable[int]) -> float:
    """Sum over the processes that still run, MB (10^6 bytes); 0 where the kernel does not tell."""
    return sum(map(_pss_kib, pids)) * 1024 / 1e6


def _pss_kib(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # malloc.h of glibc


def one_heap() -> None:
    """From here on glibc gives all threads, and children, one heap that shrinks again, instead of one a thread; other libraries go on as they do."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        libc = ctypes.CDLL(None)
        for option, value in ((M_ARENA_MAX, 1), (M_TRIM_THRESHOLD, 1 << 17), (M_MMAP_THRESHOLD, 1 << 17)):
            libc.mallopt(option, value)
