"""`make env` in a fresh clone with next to nothing in the environment."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import servers

Clone = tuple[Path, dict[str, str]]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone, and an environment that holds a search path and the cache (so that nothing is downloaded twice)."""
    place = tmp_path_factory.mktemp("fresh") / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", servers.ROOT.as_uri(), str(place)], check=True)
    path = f"{Path(servers.require('uv')).parent}:{Path(sys.executable).resolve().parent}:/usr/bin:/bin"
    certificates = {key: value for key, value in os.environ.items() if key.endswith("CERT_FILE")}
    return place, {"HOME": str(Path.home()), "PATH": path, "XDG_CACHE_HOME": str(servers.CACHE.parent), **certificates}


def make(clone: Clone, *goals: str) -> str:
    """What `make` said; its output is the reason when it fails."""
    done = subprocess.run(["make", *goals], cwd=clone[0], env=clone[1], capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_installs_once_and_again_when_a_lock_changes(clone: Clone) -> None:
    assert "requirements/run.txt" in make(clone, "env")
    assert (clone[0] / ".venv/bin/boucle").exists()
    assert make(clone, "env") == ""
    with (clone[0] / "requirements/run.txt").open("a") as lock:
        lock.write("\n")
    assert "requirements/run.txt" in make(clone, "env")
    assert make(clone, "env") == ""


def test_a_moved_clone_is_made_anew(clone: Clone) -> None:
    """An editable installation names its folder; the one left behind must not be imported."""
    make(clone, "env")
    moved = clone[0].with_name("moved")
    clone[0].rename(moved)
    try:
        assert "requirements/run.txt" in make((moved, clone[1]), "env")
        script = "import config; print(config.__file__)"
        where = subprocess.run([moved / ".venv/bin/python", "-c", script], cwd="/", capture_output=True, text=True, check=True)
        assert Path(where.stdout.strip()).is_relative_to(moved)
    finally:
        moved.rename(clone[0])


def test_without_a_goal_it_explains_itself(clone: Clone) -> None:
    said = make(clone)
    assert "make demo" in said and "make test" in said


def test_clean_leaves_what_was_cloned(clone: Clone) -> None:
    make(clone, "env")
    make(clone, "clean")
    assert not (clone[0] / ".venv").exists()
    status = ["git", "status", "--porcelain", "--ignored", "--", ".", ":!requirements"]
    assert subprocess.run(status, cwd=clone[0], capture_output=True, text=True, check=True).stdout == ""
