"""`boucle` and `boucle check`: plain errors, totals, and a help that imports no command."""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.load import known_sites

ROOT = Path(__file__).parents[2]


def boucle(*args: str) -> subprocess.CompletedProcess[str]:
    code = "from twin.cli.main import main; main()"
    return subprocess.run([sys.executable, "-c", code, *args], check=False, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_help_names_commands_without_importing_them():
    code = ("import sys; from twin.cli.main import cli\n"
            "try: cli(['--help'])\n"
            "except SystemExit: pass\n"
            "heavy = {'numpy', 'pydantic', 'yaml', 'fastapi', 'twin.cli.check', 'sensors', 'rich.console'} & set(sys.modules)\n"
            "sys.exit(f'imported: {heavy}' if heavy else 0)")
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "check" in done.stdout and "Check a site" in done.stdout


@pytest.mark.parametrize("name", ["valence", "fleet-2030"])
def test_totals_as_json(name):
    done = boucle("check", name, "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0 and report["ok"] and report["totals"]["gpus"] == {"valence": 10_368, "fleet-2030": 1_202_688}[name]


def test_totals_as_table():
    done = boucle("check", "valence")
    assert done.returncode == 0 and "10,368" in done.stdout and "Water and coolant" in done.stdout


def test_errors_are_plain_and_exit_with_2(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("schema: 1\nid: \"[red]no markup[/red]\"\nnmae: x\n")
    done = boucle("check", str(path))
    assert done.returncode == 2 and "Traceback" not in done.stderr and not done.stdout
    assert f"{path}:3: nmae: unknown key 'nmae'" in done.stderr and "problems in the configuration" in done.stderr
    assert '"[red]no markup[/red]"' in done.stderr


def test_errors_as_json(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("a: 1\na: 2\n")
    done = boucle("check", str(path), "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 2 and not report["ok"] and report["problems"][0]["line"] == 2


def test_unknown_site_lists_the_known():
    done = boucle("check", "valenc")
    assert done.returncode == 2 and all(name in done.stderr for name in known_sites())


def test_unknown_command_is_an_error_of_use():
    done = boucle("chekc")
    assert done.returncode == 2 and "Traceback" not in done.stderr and "chekc" in done.stderr
