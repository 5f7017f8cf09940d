"""Memory of several processes together: proportional set size, where a shared page counts once (Linux)."""
from __future__ import annotations

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
