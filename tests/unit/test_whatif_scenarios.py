"""Scenario files: typed and checked like sites, every one that is shipped can be asked at every shipped site it means something for."""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.scenarios import is_scenario, known_scenarios, scenario_tree
from config.validate import problem
from tests.futures import grounded
from twin.whatif.ask import ask
from twin.whatif.refusal import Refused
from twin.whatif.scenario import keys, scenario


def test_operators_find_what_they_would_run_first() -> None:
    assert len(known_scenarios()) >= 15
    assert {"pump-trip-cdu", "blackout", "heat-wave-41", "network-refuses", "full-load"} <= set(known_scenarios())


@pytest.mark.parametrize("name", known_scenarios())
def test_a_shipped_scenario_is_asked_or_refused_with_its_reason(name: str) -> None:
    q = scenario(scenario_tree(name))
    assert q.asks.endswith("?")
    for site in ("valence", "frontier"):
        g, start = grounded(site)
        short = q.model_copy(update={"horizon_s": 60.0, "step_s": 2.0, "members": 0})
        try:
            assert ask(g, start, short).headline
        except Refused as refused:
            assert site in str(refused)


ROOT = Path(__file__).parents[2]
WRONG = """schema: 1
title: Wrong
asks: What is wrong here?
horizon_s: 10min
perturbations:
  - {kind: pump-trip, cdu: cdu-03}
  - kind: heat-wave
    peak_c: 99
    colour: red
  - {kind: earthquake}
  - {kind: pump-speed, cdu: cdu-03}
"""


def test_every_error_names_file_line_and_key(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG)
    with pytest.raises(ConfigError) as error:
        scenario(scenario_tree(file))
    told = {(p.line, p.key) for p in error.value.problems}
    assert told == {(8, "perturbations.1.peak_c"), (9, "perturbations.1.colour"), (10, "perturbations.2.kind"), (11, "perturbations.3.speed")}
    assert all(p.file == str(file) for p in error.value.problems)


def test_a_field_with_the_number_of_an_item_means_the_item(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("title: x\nperturbations:\n  - kind: pump-trip\n    cdu: a\n  - kind: pump-trip\n    cdu: b\n")
    tree = scenario_tree(file)
    assert problem(tree, keys("perturbations.1.cdu"), "wrong").line == 6
    assert problem(tree, keys(""), "wrong").line == 1


@pytest.mark.parametrize("kind", ["[]", "{}", "7", "", "[pump-trip]"])
def test_a_kind_that_is_no_word_is_told(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(f"schema: 1\ntitle: Wrong kind\nasks: What?\nperturbations:\n  - kind: {kind}\n")
    with pytest.raises(ConfigError) as error:
        scenario(scenario_tree(file))
    assert error.value.problems[0].line == 5


def test_the_check_command_understands_scenarios(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG)
    assert is_scenario(str(file))
    bad = boucle("check", str(file), "--json")
    assert bad.returncode == 2
    assert len(json.loads(bad.stdout)["problems"]) == 4
    good = boucle("check", "blackout", "--json")
    assert json.loads(good.stdout)["scenario"]["perturbations"] == [{"kind": "feed-lost", "feed": "all"}]


def boucle(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "twin.cli", *args], check=False, cwd=ROOT, capture_output=True, text=True, timeout=120)
