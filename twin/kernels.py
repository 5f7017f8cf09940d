"""Where compiled code is kept, and how it is compiled: the one place that lets kernels outlive a process.

numba's cache of a function notices a change in that function's file alone, and ours call formulas in many files. So the folder
is named by a digest of all sources a kernel can be made of: any change begins an empty one, and stale physics cannot run.
"""
from __future__ import annotations

import hashlib
import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba import njit

FAST = {"contract", "reassoc", "arcp", "nsz"}  # everything but the assumption that no NaN or infinity occurs
ROOMS = ("physics", "plant")
KEPT = 8  # folders of other versions


def kernel(**options: Any) -> Any:
    """Decorator of an entry into compiled code: kept on disk where that is possible, else compiled in each process."""
    return njit(error_model="numpy", cache=_keeps(), **options)


def inner(**options: Any) -> Any:
    """Decorator of compiled code that only compiled code calls: kept as a part of what calls it."""
    return njit(error_model="numpy", **options)


@cache
def folder() -> Path:
    """Folder of these sources: below NUMBA_CACHE_DIR, else below the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("NUMBA_CACHE_DIR") or Path(base) / "boucle" / "numba") / _digest()


def _digest() -> str:
    """Of every source in the rooms that are compiled, by name and content."""
    here, found = Path(__file__).parent, hashlib.sha256(numba.__version__.encode())
    for path in sorted(p for room in ROOMS for p in (here / room).rglob("*.py")):
        found.update(str(path.relative_to(here)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


@cache
def _keeps() -> bool:
    """Point numba to the folder; False where nothing can be written."""
    try:
        new = not folder().exists()
        folder().mkdir(parents=True, exist_ok=True)
        if not os.access(folder(), os.W_OK):
            return False
        if new:
            _forget_old()
    except OSError:
        return False
    numba.config.CACHE_DIR = str(folder())
    return True


def _forget_old() -> None:
    """Folders of other versions beyond the newest few go; whoever still runs one compiles anew."""
    others = [p for p in folder().parent.iterdir() if p != folder() and p.is_dir() and len(p.name) == len(folder().name)]
    for path in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
