"""The lock files: hashes for everything, no address, current, and of one mind."""
from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def entries(lock: Path) -> list[str]:
    """One string a package: its pin with markers, then its hashes."""
    return [e for e in re.split(r"\n(?=\S)", lock.read_text().strip()) if e]


def pins(lock: Path) -> dict[str, set[str]]:
    """Name -> pinned versions (several where a marker splits them by Python)."""
    found: dict[str, set[str]] = {}
    for entry in entries(lock):
        name, version = re.split(r"[ ;\\]", entry)[0].split("==")
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def asked(lock: str) -> list[Requirement]:
    project, groups = PROJECT["project"], PROJECT["dependency-groups"]
    extras = project["optional-dependencies"]
    more = {"run": [], "grafana": extras["grafana"], "test": [*groups["test"], *extras["grafana"], *extras["cluster"]]}
    return [Requirement(text) for text in [*project["dependencies"], *groups["build"], *more[lock]]]


def test_there_are_three_locks() -> None:
    assert [lock.stem for lock in LOCKS] == ["grafana", "run", "test"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_no_address_and_a_hash_for_everything(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text and "index-url" not in text and "find-links" not in text
    assert [entry for entry in entries(lock) if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_holds_what_the_project_asks_for(lock: Path) -> None:
    pinned = pins(lock)
    wrong = [str(r) for r in asked(lock.stem) if not all(r.specifier.contains(v) for v in pinned.get(canonicalize_name(r.name), {"0"}))]
    assert wrong == [], "run `make lock`"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_what_runs_is_what_is_tested(lock: Path) -> None:
    run, other = pins(ROOT / "requirements" / "run.txt"), pins(lock)
    assert {name: other.get(name) for name in run} == run


def test_the_newcomer_installs_no_test_library() -> None:
    assert pins(ROOT / "requirements" / "run.txt").keys().isdisjoint({"pytest", "matplotlib", "grafana-client", "playwright"})
