"""Compiled code is kept on disk, found again by the same sources wherever they lie, and never by others."""
from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from twin import kernels

SCRIPT = """
from twin.kernels import folder, kernel
from twin.physics.water import capacity_flow

@kernel()
def warmed(x):
    return capacity_flow(x)

print(folder().name, warmed(2.0), sum(warmed.stats.cache_hits.values()))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources a kernel is made of, and a script that compiles one."""
    for part in ("config", "twin/physics"):
        shutil.copytree(kernels.ROOT / part, tmp_path / "one" / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("twin/__init__.py", "twin/kernels.py"):
        shutil.copy(kernels.ROOT / name, tmp_path / "one" / name)
    (tmp_path / "one/script.py").write_text(SCRIPT)
    return tmp_path / "one"


def run(place: Path, cache: Path) -> list[str]:
    env = {"PYTHONPATH": str(place), "NUMBA_CACHE_DIR": str(cache), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "script.py"], cwd=place, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_kept_moved_and_made_anew(copy: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    name, value, hits = run(copy, cache)
    assert hits == "0"
    moved = copy.rename(tmp_path / "two")
    assert run(moved, cache) == [name, value, "1"]
    water = moved / "twin/physics/water.py"
    water.write_text(water.read_text().replace("DENSITY = 990.3", "DENSITY = 495.15"))
    other, half, hits = run(moved, cache)
    assert other != name and hits == "0"
    assert float(half) == pytest.approx(float(value) / 2)


def test_without_a_place_to_write_it_compiles_in_each_process(copy: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert run(copy, blocked)[2] == "0"
    assert run(copy, blocked)[2] == "0"


def test_old_folders_go(tmp_path: Path) -> None:
    new = tmp_path / f"{999:016d}"
    for i in range(kernels.KEPT + 5):
        (tmp_path / f"{i:016d}").mkdir()
    (tmp_path / "elsewhere").mkdir()
    new.mkdir()
    kernels._forget_old(new)
    assert len(list(tmp_path.iterdir())) == kernels.KEPT + 2
    assert new.exists()
