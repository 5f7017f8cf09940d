"""The documents speak of things that exist: files, make targets, settings."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.settings import Settings
from config.validate import keys_at

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@each_document
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text())
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


@each_document
def test_named_make_targets_exist(document: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z][\w-]*)", document.read_text(), re.MULTILINE)) <= targets


@each_document
def test_named_settings_exist(document: Path) -> None:
    known = {f"{part}__{key}".upper() for part in ("mqtt", "influx", "store", "http") for key in keys_at(Settings, (part,))}
    assert set(re.findall(r"BOUCLE_([A-Z]+__[A-Z_]+)", document.read_text())) <= known
