"""Pages that only the start needed are given back, and what was in them is still there."""
from __future__ import annotations

import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from twin.spare import LIBRARY, _unchanged, spare

SMAPS = f"""7f0000000000-7f0000002000 r-xp 00001000 00:01 7 /lib/{LIBRARY}.so
Rss:                   8 kB
Anonymous:             0 kB
7f0000002000-7f0000003000 r--p 00003000 00:01 7 /lib/{LIBRARY}.so
Anonymous:             4 kB
7f0000003000-7f0000004000 rw-p 00004000 00:01 7 /lib/{LIBRARY}.so
Anonymous:             0 kB
7f0000004000-7f0000005000 r-xp 00000000 00:01 8 /lib/other.so
Anonymous:             0 kB
"""


def test_only_read_pages_of_the_library_without_own_content_go() -> None:
    assert list(_unchanged(SMAPS)) == [(0x7F0000000000, 0x7F0000002000)]


@pytest.mark.skipif(sys.platform != "linux", reason="smaps are Linux's")
def test_what_is_dropped_comes_back() -> None:
    @numba.njit
    def doubled(x):  # type: ignore[no-untyped-def]
        return 2 * x

    assert doubled(2) == 4
    before = _resident_kib()
    spare()
    assert _resident_kib() < 0.5 * before
    assert doubled(np.arange(3)).tolist() == [0, 2, 4]  # compiled anew for arrays, by the code that was dropped


def _resident_kib() -> int:
    total, ours = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if not line.split()[0].endswith(":"):
            ours = LIBRARY in line
        elif ours and line.startswith("Rss:"):
            total += int(line.split()[1])
    return total
