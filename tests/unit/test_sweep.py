"""Studies: read with every error in its place, sampled as they say, gone on from where they stopped."""
from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import groupby, product
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import ConfigError
from config.studies import known_studies, study_path
from config.yaml_lines import read
from tests.studies import SMALL, Counted, ids, plan
from twin.sweep import sample, study
from twin.sweep.case import case
from twin.sweep.read import planned
from twin.sweep.runners import here
from twin.sweep.sweep import sweep
from twin.sweep.work import task

ROOT = Path(__file__).parents[2]


def problems(text: str) -> dict[tuple[int, str], str]:
    with pytest.raises(ConfigError) as error:
        plan(text)
    assert all(p.file == "study.yaml" for p in error.value.problems)
    return {(p.line, p.key): p.message for p in error.value.problems}


@pytest.mark.parametrize("name", known_studies())
def test_a_shipped_study_is_a_plan(name: str) -> None:
    p = planned(read(study_path(name)))
    assert p.study.asks.endswith("?") and len(sample.settings(p)) >= 10


def test_a_grid_is_every_combination_in_order() -> None:
    assert [tuple(s.values()) for s in sample.settings(plan())] == list(product([1, 2], [0, 2, 4, 6, 8, 10]))


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 200), st.integers(0, 2**32 - 1), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_each_layer_of_a_hypercube_is_met_once(runs: int, seed: int, low: float, width: float) -> None:
    s, axis = study.Sample(kind="latin-hypercube", runs=runs, seed=seed), study.Range.model_validate({"from": low, "to": low + width})
    layers = [int((v - low) / width * runs * (1 + 1e-9)) for v in sample.hypercube("outdoor_c", axis, s)]
    assert sum(abs(a - b) for a, b in zip(sorted(layers), range(runs), strict=True)) <= 1  # a value may lie on a border


def test_words_in_a_hypercube_are_met_equally_often() -> None:
    drawn = sample.hypercube("site", ("a", "b", "c"), study.Sample(kind="latin-hypercube", runs=12))
    assert {w: drawn.count(w) for w in drawn} == {"a": 4, "b": 4, "c": 4}


def test_a_new_axis_leaves_the_draws_of_the_others() -> None:
    text = SMALL.replace("run:", "sample: {kind: latin-hypercube, runs: 8, seed: 5}\nrun:").replace(", steps: 6", "")
    more = text + "  outdoor_c: {from: 10, to: 20}\n"
    assert all(b.items() >= a.items() for a, b in zip(sample.settings(plan(text)), sample.settings(plan(more)), strict=True))


def test_every_error_names_file_line_and_key() -> None:
    found = problems("""schema: 1
title: Wrong
asks: What is wrong here?
sample: {kind: grid, seeds: 3}
run:
  site: valence
  lode: 0.5
vary:
  outdoor: [3]
  load: {from: 1, to: 0.5, steps: 3}
  outdoor_c: {from: 1, to: 5}
  perturbations.0.count: [1]
  site: []
""")
    assert set(found) == {(4, "sample.seeds"), (7, "run.lode"), (9, "vary.outdoor"), (10, "vary.load.to"), (11, "vary.outdoor_c.steps"),
                          (12, "vary.perturbations.0.count"), (13, "vary.site")}
    assert "did you mean 'load'" in found[7, "run.lode"]


@pytest.mark.parametrize(
    ("axis", "key", "says"),
    [
        ("load: [0.5, 1.5]", "vary.load", "1"),
        ("site: [valence, atlantis]", "vary.site", "unknown site 'atlantis'"),
        ("equipment.xdu1350.aproach_k: [3]", "vary.equipment.xdu1350.aproach_k", "did you mean 'approach_k'"),
        ("equipment.xdu1350.approach_k: [3, -1]", "vary.equipment.xdu1350.approach_k", "greater than 0"),
        ("equipment.frontier-tower.range_k: [3]", "vary.equipment.frontier-tower.range_k", "unknown equipment"),
        ("site.halls.7.air_kw_k: [3]", "vary.site.halls.7.air_kw_k", "1 items"),
        ("site.halls.0.coolers.count: [12, twelve]", "vary.site.halls.0.coolers.count", "valid integer"),
        ("site.halls.0.cdus.equipment: [xdu1350, none-such]", "vary.site.halls.0.cdus.equipment", "unknown equipment 'none-such'"),
        ("horizon_s: [10min, soon]", "vary.horizon_s", "no time"),
        ("words: [fans-lost, earthquake]", "vary.words", "unknown kind 'earthquake'"),
        ("perturbations.0.count: [1, 0]", "vary.perturbations.0.count", "greater than or equal to 1"),
    ],
)
def test_a_value_that_cannot_be_is_told_where_its_axis_stands(axis: str, key: str, says: str) -> None:
    text = SMALL[: SMALL.index("vary:")] + f"vary:\n  {axis}\n"
    (place, message), = problems(text).items()
    assert place == (11, key)
    assert says in message


def test_a_wrong_perturbation_is_told_where_it_stands() -> None:
    assert set(problems(SMALL.replace("pump-trip, cdu", "pump-trip, cud"))) == {(9, "run.perturbations.0.cud"), (9, "run.perturbations.0.cdu")}
    (place, message), = problems(SMALL.replace("cdu-03", "cdu-99")).items()
    assert place == (9, "run.perturbations.0.cdu") and message.startswith("no cdu is called 'first/cdu-99'")


def test_what_is_too_big_is_refused_with_the_numbers() -> None:
    many = problems(SMALL.replace("steps: 6", "steps: 1000") + "  outdoor_c: {from: 1, to: 9, steps: 1000}\n")
    assert many == {(10, "vary"): "2 x 1000 x 1000 = 2,000,000 runs: at most 20,000"}
    (place, message), = problems(SMALL.replace("20s", "10d").replace("step_s: 2", "step_s: 1").replace("steps: 6", "steps: 1000")).items()
    assert place == (6, "run.horizon_s")
    assert re.match(r"2,000 runs take about [\d,]+ s of one core: at most 86,400 s", message)


def changed(axis: str) -> set[str]:
    text = SMALL[: SMALL.index("vary:")] + f"vary:\n  {axis}\n"
    p = plan(text)
    return {task(case(p.study.run, s)).id for s in sample.settings(p)}


@pytest.mark.parametrize("axis", ["outdoor_c: [10, 20, 20]", "equipment.nvl72.plate_k_w: [0.02, 0.03]", "site.halls.*.set_points.fws_supply_c: [36, 37]",
                                  "site: [valence, valence-2]", "words: [pump-trip cdu-04, pump-trip cdu-05]", "seed: [1, 2]"])
def test_a_run_is_known_by_its_content(axis: str) -> None:
    assert len(changed(axis)) == 2
    assert changed(axis) == changed(axis)


def test_a_datasheet_moves_the_result_the_way_physics_says(tmp_path: Path) -> None:
    text = SMALL[: SMALL.index("vary:")] + "vary:\n  equipment.nvl72.die_plate_k_w: [0.01, 0.02]\n"
    cool, hot = sweep(plan(text), tmp_path, here).rows
    assert hot["gpu_margin_k"] < cool["gpu_margin_k"] - 1.0


def test_a_broken_off_study_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        sweep(plan(), tmp_path, first := Counted(stop_after=5))
    assert ids(tmp_path) == set(first.ids)
    found = sweep(plan(), tmp_path, second := Counted())
    assert (found.kept, found.ran) == (5, 7)
    assert sorted(first.ids + second.ids) == sorted(ids(tmp_path))
    again = sweep(plan(), tmp_path, third := Counted())
    assert (again.kept, third.ids) == (12, [])


def test_half_a_file_is_run_again(tmp_path: Path) -> None:
    sweep(plan(), tmp_path, Counted())
    victim = next((tmp_path / "runs").glob("*.json"))
    victim.write_bytes(victim.read_bytes()[:20])
    sweep(plan(), tmp_path, again := Counted())
    assert again.ids == [victim.stem]


def test_a_wider_study_runs_what_is_new(tmp_path: Path) -> None:
    sweep(plan(), tmp_path, Counted())
    sweep(plan(SMALL.replace("[1, 2]", "[1, 2, 3]")), tmp_path, wider := Counted())
    assert len(wider.ids) == 6


def test_the_order_of_the_work_leaves_no_trace(tmp_path: Path) -> None:
    one = sweep(plan(), tmp_path / "a", Counted())
    two = sweep(plan(), tmp_path / "b", Counted(turned=True))
    assert one.table.read_bytes() == two.table.read_bytes()
    assert one.page.read_bytes() == two.page.read_bytes()


def test_equal_runs_are_done_once_and_shown_as_often_as_asked(tmp_path: Path) -> None:
    found = sweep(plan(SMALL.replace("[1, 2]", "[1, 1]")), tmp_path, run := Counted())
    assert (found.runs, len(run.ids)) == (12, 6)


def test_a_corner_that_cannot_be_is_a_row_that_says_why(tmp_path: Path) -> None:
    found = sweep(plan(SMALL + "  outdoor_c: [20, 30]\n  wet_bulb_c: [15, 25]\n"), tmp_path, Counted())
    table = pq.read_table(found.table).to_pylist()
    cold = [r for r in table if (r["outdoor_c"], r["wet_bulb_c"]) == (20.0, 25.0)]
    assert len(cold) == 12
    assert all(r["why"] == "wet_bulb_c: a wet bulb of 25 degC above a dry bulb of 20 degC" for r in cold)


def test_the_report_shows_words_as_words(tmp_path: Path) -> None:
    page = sweep(plan(SMALL.replace("A pump trips", "<b>A pump trips")), tmp_path, Counted()).page.read_text()
    assert "&lt;b&gt;A pump trips" in page and "<b>" not in page
    assert "src=" not in page and "href=" not in page


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(SMALL.replace("schema: 1", "schema: 2"))
    done = subprocess.run([sys.executable, "-m", "twin.cli", "sweep", str(file)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"{file}:1: schema" in done.stderr


def test_the_check_command_understands_studies(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    done = subprocess.run([sys.executable, "-m", "twin.cli", "check", str(file), "--json"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["study"]["runs"] == 12


def test_runs_of_one_start_stand_together(tmp_path: Path) -> None:
    p = plan(SMALL + "  outdoor_c: [10, 20, 30]\n")
    starts = {task(case(p.study.run, s)).id: s["outdoor_c"] for s in sample.settings(p)}
    sweep(p, tmp_path, run := Counted())
    assert len([k for k, _ in groupby(starts[i] for i in run.ids)]) == 3


def test_a_missing_package_is_named_before_the_first_run(tmp_path: Path) -> None:
    code = "import sys; sys.modules['pyarrow'] = None; from twin.cli.main import main; main()"
    argv = ["sweep", "warmer-water", "--out", str(tmp_path / "x")]
    done = subprocess.run([sys.executable, "-c", code, *argv], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "boucle[cluster]" in done.stderr
    assert not (tmp_path / "x").exists()
