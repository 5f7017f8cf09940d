"""How code is compiled and where it is kept: the one place that lets compiled code outlive a process.

numba's own cache of a function notices a change in that function's file alone, and ours are made of formulas in many files. So ours lie
in a folder named by a digest of all sources they can be made of: any change begins an empty one, and stale physics cannot run. The
same sources in another place find the same folder.
"""
from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba import njit
from numba.core.caching import _CacheLocator

FAST = {"contract", "reassoc", "arcp", "nsz"}  # everything but the assumption that no NaN or infinity occurs
ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("config", "twin/physics", "twin/plant", "twin/estimate/blocks.py", "twin/estimate/compiled.py", "twin/estimate/compiled_blocks.py",
           "twin/estimate/compiled_gpus.py", "twin/engine/compiled_follow.py", "twin/engine/compiled_hall.py",
           "twin/engine/compiled_moment.py", "twin/engine/compiled_show.py", "twin/events.py", "twin/wire/scan.py", "twin/wire/columns.py",
           "sensors/truth", "sensors/sampled.py", "sensors/written.py", "twin/kernels.py")
KEPT = 8  # folders of other versions


def kernel(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Decorator of an entry into compiled code: kept on disk where that is possible, else compiled in each process."""

    def compiled(f: Callable[..., Any]) -> Any:
        others = numba.config.CACHE_LOCATOR_CLASSES
        numba.config.CACHE_LOCATOR_CLASSES = f"{__name__}.Folder"
        try:
            return njit(error_model="numpy", cache=_writable(), **options)(f)
        finally:
            numba.config.CACHE_LOCATOR_CLASSES = others

    return compiled


def inner(**options: Any) -> Any:
    """Decorator of compiled code that only compiled code calls: kept as a part of what calls it."""
    return njit(error_model="numpy", **options)


def woven(f: Callable[..., Any]) -> Any:
    """Decorator of compiled code that is written into its caller: for what takes many arrays, each of which a call would count."""
    return njit(error_model="numpy", inline="always")(f)


class Folder(_CacheLocator):
    """Tells numba where our functions lie."""

    def get_cache_path(self) -> str:
        return str(folder())

    def get_source_stamp(self) -> str:
        return folder().name

    def get_disambiguator(self) -> None:
        return None

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> Folder:
        return cls()


@cache
def folder() -> Path:
    """Folder of these sources: below NUMBA_CACHE_DIR, else below the user's cache."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("NUMBA_CACHE_DIR") or Path(base) / "boucle" / "numba") / digest(ROOT)


def digest(root: Path) -> str:
    """Of every source below `root` that compiled code can be made of, by name and content."""
    found = hashlib.sha256(numba.__version__.encode())
    for path in sorted(p for s in SOURCES for p in [root / s, *(root / s).rglob("*.py")] if p.is_file()):
        found.update(f"\0{path.relative_to(root)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]


@cache
def _writable() -> bool:
    """Make the folder; False where that is not possible."""
    try:
        if not folder().exists():
            folder().mkdir(parents=True)
            _forget_old(folder())
        return os.access(folder(), os.W_OK)
    except OSError:
        return False


def _forget_old(new: Path) -> None:
    """Folders of other versions beyond the newest few go; whoever still runs one has it in memory, or compiles anew."""
    others = [p for p in new.parent.iterdir() if p != new and p.is_dir() and len(p.name) == len(new.name)]
    for path in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
