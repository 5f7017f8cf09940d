"""The documents speak of things that exist: files, make targets, settings."""
from __future__ import annotations

import json
import re
import subprocess
import sys
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
    known = {f"{part}__{key}".upper() for part in ("mqtt", "influx", "store", "http", "forecast") for key in keys_at(Settings, (part,))}
    assert set(re.findall(r"BOUCLE_([A-Z]+__[A-Z_]+)", document.read_text())) <= known


def understood(*argv: str) -> None:
    """An unknown command or option is refused before the help is printed."""
    run = "from twin.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", run, *argv, "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_make_demo_passes_on_what_the_command_takes() -> None:
    given = ["INFLUX=http://localhost:8086", "SPEED=10", "SITE=frontier", "ARGS=--for 30 --port 8091"]
    recipe = subprocess.run(["make", "-n", "demo", *given], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    argv = recipe.strip().splitlines()[-1].partition("boucle ")[2].split()
    assert {"demo", "--influx", "--speed", "--site", "--for", "--port"} <= set(argv)
    understood(*argv)


def test_the_image_starts_a_command_that_exists() -> None:
    command = re.search(r"^CMD (.*)$", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE)
    assert command
    understood(*json.loads(command.group(1)))


@pytest.mark.parametrize("line", re.findall(r"^\.venv/bin/boucle ([^#\n]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
def test_commands_of_the_readme_exist(line: str) -> None:
    understood(*line.split())
