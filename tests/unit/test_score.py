"""The referee: reproducible by seed, counts what is certainly seen, tells good from wrong names, prints one form."""
from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from config.classes import CLASSES
from config.load import load_site
from sensors.faults import KINDS, Fault
from sensors.fitted import drawn
from sensors.score.cli import plans, played, seeds_of
from sensors.score.kept import continued, sources
from sensors.score.kinds import FAULTS
from sensors.score.limits import passed
from sensors.score.markdown import BEGIN, END, write
from sensors.score.nis import Nis, band, figures
from sensors.score.plan import HEALTHY_EVERY, Plan, kind_of_seed, kinds_of, planned
from sensors.score.report import summary
from sensors.score.run import STAGES, Result, run
from sensors.score.virtual import VIRTUAL, Errors
from sensors.score.watch import Watch
from sensors.simulate import simulated
from sensors.station import Station
from sensors.truth.settings import LIMITS, Settings, parsed
from twin.estimate.findings import Finding, Place
from twin.events import Alarm

VALENCE = load_site("valence")
START = 1_790_000_000_000
SHORT = 300.0 / 3600.0  # h


def plan(fault: Fault | None = None, seed: int = 7, settings: Settings | None = None, hours: float = SHORT) -> Plan:
    return Plan("valence", seed, START, hours, 5.0, settings or Settings(), fault)


def found(fault: str, place: Place, suspects: tuple = ()) -> Finding:
    return Finding(fault, place, START, 1.0, 0.1, 10.0, 600.0, "seen", suspects or ((fault, place),))


# --- runs

def test_a_certain_fault_is_counted_and_the_run_repeats():
    """A CDU left with one pump of two cannot be missed; the second run is the first."""
    ill = plan(Fault("cdu_pump_trip", "cdu/cdu-03", 60.0, 2.0))
    one, two = run(ill), run(ill)
    assert one.watch.detected_ms is not None and 0 <= one.watch.detected_ms - one.watch.begins_ms <= 30_000
    for result in (one, two):
        result.seconds, result.wall_s = {}, 0.0
    assert one == two
    assert one.messages > 0 and one.refused == 0


def test_a_site_with_towers_plays_as_well():
    result = run(replace(plan(hours=0.02), site="frontier"))
    assert result.refused == 0 and result.messages > 1000


def test_the_figures_are_json_of_one_form():
    result = run(plan(hours=0.02))
    figures = json.loads(json.dumps(summary([result], listed=True), allow_nan=False))
    assert set(figures) == {"site", "seeds", "hours", "step_s", "runs", "faults", "catalogue_faults", "detectable", "all_faults", "targets", "false_alarms", "false_findings", "virtual", "nis", "speed", "list"}
    assert set(figures["virtual"]) == {v.name for v in VIRTUAL}
    assert all(set(v) == {"unit", "samples", "rmse", "coverage_95", "aim"} for v in figures["virtual"].values())
    assert figures["runs"] == 1 and figures["all_faults"]["runs"] == 0 and figures["list"][0]["fault"] == "healthy"


def test_figures_are_written_between_their_marks(tmp_path):
    file = tmp_path / "page.md"
    file.write_text(f"before\n{BEGIN}\nstale figures\n{END}\nafter\n")
    figures = summary([run(plan(hours=0.02))])
    for _ in range(2):
        write(file, figures, "--seeds 7")
    text = file.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "stale figures" not in text and text.count("seeds 7 to 7") == 1
    file.write_text("nothing")
    with pytest.raises(ValueError, match="no place for figures"):
        write(file, figures, "")


def untimed(results: list[Result]) -> str:
    """Everything of the runs but how long they took."""
    return json.dumps([summary([replace(r, seconds=dict.fromkeys(STAGES, 0.0), wall_s=0.0)], listed=True) for r in results])


def test_a_score_that_was_cut_goes_on_and_processes_change_nothing(tmp_path):
    todo, asked = [plan(seed=seed, hours=0.01) for seed in (7, 8, 9)], []

    def play(rest):
        asked.append([p.seed for p in rest])
        return played(list(rest), 2 if len(rest) > 1 else 1)

    file = tmp_path / "runs.jsonl"
    whole = untimed(list(continued(todo, file, play)))
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:2]) + lines[2][:50])  # cut while the last line was written
    assert untimed(list(continued(todo, file, play))) == whole == untimed([run(p) for p in todo])
    assert asked == [[7, 8, 9], [9]] and file.read_text().count("\n") == 3
    file.write_text(file.read_text().replace(sources(), "of other sources"))
    list(continued(todo[:1], file, play))
    assert asked[-1] == [7]
    file.write_text("no run\n")
    with pytest.raises(ValueError, match="runs.jsonl:1"):
        list(continued(todo, file, play))


def test_targets_are_told_as_met_missed_or_not_measured():
    healthy = run(plan(hours=0.01))
    healthy.errors["cdu_heat_kw"] = Errors(4, 4 * 2.0**2, 4, 2)
    healthy.nis["cdu"] = Nis(10.0, 10, 100, 95)
    found = {t["what"]: t["met"] for t in summary([healthy])["targets"]}
    assert found["RMSE of cdu_heat_kw"] is False and found["95 % band of cdu_heat_kw"] is False and found["NIS of cdu"] is True
    assert found["median delay of pump trip"] is None and found["RMSE of gpu_c_unmetered"] is None and found["false alarms"] is True


@pytest.mark.parametrize("hours, least", [(24.0, 4.8 * 3600), (1.0, 1800.0), (0.5, 900.0)])
def test_faults_begin_when_the_twin_has_settled(hours, least):
    starts = [p.fault.start_s for seed in range(12) for p in planned(VALENCE, "valence", seed, None, hours, 5.0, Settings()) if p.fault]
    assert least <= min(starts) and max(starts) <= max(0.3 * hours * 3600, least)


def test_the_twin_is_never_told_what_has_no_meter():
    settings = parsed(["racks_unmetered=0.5", "gpus_unmetered=0.25", "dropout=0"])
    fitted = drawn(VALENCE, 7, settings)
    truth = simulated(VALENCE, 7, START, settings=settings)
    frames = {topic: json.loads(payload) for topic, payload in Station.of(truth, 7, fitted=fitted, settings=settings).frames(5.0)}
    racks = [frames[f"dc/valence/h1/rack/r{n + 1:03d}/tele"] for n in range(144)]
    gpus = [frames.get(f"dc/valence/h1/rack/r{n + 1:03d}/gpu") for n in range(144)]
    assert [("flow_lpm" not in body) for body in racks] == fitted.missing["rack"][:, 2].tolist() and {body["q"] for body in racks} == {1}
    assert [body is None for body in gpus] == fitted.mute().tolist()
    nulls = sum(body["temp_c"].count(None) for body in gpus if body)
    assert nulls == fitted.silent.sum() - 72 * fitted.mute().sum() == 36 * 4
    assert fitted.missing["rack"][:, 2].sum() == 72 and fitted.mute().sum() == 36


# --- findings against faults

PUMP = Fault("cdu_pump_wear", "cdu/cdu-03", 100.0, 0.2)
HERE = Place("cdu", 2)


def watch(fault: Fault | None = PUMP) -> Watch:
    return Watch.of(VALENCE, fault, START)


@pytest.mark.parametrize("finding, detected, named, suspected", [
    (found("cdu_pump_wear", HERE), True, True, True),
    (found("filter_blockage", HERE), True, False, False),
    (found("filter_blockage", HERE, (("filter_blockage", HERE), ("cdu_pump_wear", HERE))), True, False, True),
    (found("sensor_gain", Place("cdu", 2, "tcs_flow_lpm"), (("sensor_gain", Place("cdu", 2, "tcs_flow_lpm")), ("cdu_pump_wear", HERE))), True, False, True),
    (found("cdu_pump_wear", Place("cdu", 3)), False, False, False),
])
def test_a_finding_counts_by_place_and_name(finding, detected, named, suspected):
    w = watch()
    w.see(START + 150_000, [finding])
    assert (w.detected_ms is not None, w.named_ms is not None, w.suspected_ms is not None) == (detected, named, suspected)


def test_an_alarm_before_its_fault_is_a_false_one():
    w = watch()
    w.see(START + 50_000, [found("cdu_pump_wear", HERE)])
    assert w.detected_ms is None and len(w.false) == 1


def test_one_cry_is_counted_once_and_again_after_ten_quiet_minutes():
    w = watch(None)
    for second in (0, 5, 10, 500, 1200):
        w.see(START + 1000 * second, [found("leak", Place("rack", 9))])
    assert len(w.false) == 2


def test_what_hangs_on_the_fault_is_no_false_alarm():
    w = watch()
    w.see(START + 150_000, [found("rack_blocked", Place("rack", 17)), found("rack_blocked", Place("rack", 90))])  # r018 is fed by cdu-03, r091 is not
    assert len(w.secondary) == 1 and len(w.false) == 1


def test_one_gpu_is_not_its_neighbour():
    w = watch(Fault("cold_plate_blocked", "rack/r001/5", 0.0))
    w.see(START + 10, [found("cold_plate_blocked", Place("rack", 0, part=6))])
    assert w.detected_ms is None
    w.see(START + 20, [found("cold_plate_blocked", Place("rack", 0, part=5))])
    assert w.named_ms is not None


def test_alarms_are_announced_once_and_judged_by_place():
    def alarm(fault: str, cls: str, row: int) -> Alarm:
        return Alarm(f"h1:{cls}:{row}:{fault}", fault, cls, row, "", -1, "unacknowledged", 2, True, START, START, START, START, 60.0, "")

    w = watch()
    w.hear(START + 50_000, [alarm("silent", "rack", 3)])
    w.hear(START + 150_000, [alarm("cdu_pump_wear", "cdu", 2), alarm("supply_band", "cdu", 2), alarm("leak", "rack", 100)])
    assert w.alarmed_ms == START + 150_000 and len(w.false_alarms) == 2 and len(w.more_alarms) == 1
    truth = simulated(VALENCE, 7, START)
    w.hear(START + 160_000, [alarm("gpu_margin", "rack", 100)], lambda a: passed(truth, a))
    truth.state.die[100, 3] = 90.0
    w.hear(START + 160_000, [alarm("gpu_margin", "rack", 100)], lambda a: passed(truth, a))
    assert len(w.false_alarms) == 3 and len(w.more_alarms) == 2


@pytest.mark.parametrize("count", [1, 5, 40, 300])
def test_the_band_is_the_one_of_chi_square(count):
    from scipy.stats import chi2

    assert band(count) == pytest.approx(chi2.ppf([0.025, 0.975], count), rel=0.02, abs=0.05)


def test_innovations_of_a_consistent_filter_lie_in_their_band():
    nis, rng = Nis(), np.random.default_rng(1)
    for _ in range(400):
        nis.add(rng.standard_normal(30) ** 2)
    assert figures([{"x": nis}])["x"]["mean"] == pytest.approx(1.0, abs=0.05) and figures([{"x": nis}])["x"]["inside_95"] == pytest.approx(0.95, abs=0.04)
    nis.add(np.full(3, np.nan))
    assert nis.steps == 400


# --- plans

def test_every_fault_of_the_truth_is_drawn():
    assert set(FAULTS) == set(KINDS)


def test_seeds_in_a_row_meet_every_fault_once_and_some_healthy_plants():
    kinds = kinds_of(VALENCE)
    count = -(-len(kinds) * HEALTHY_EVERY // (HEALTHY_EVERY - 1))
    met = [kind_of_seed(VALENCE, seed) for seed in range(100, 100 + count)]
    assert set(met) - {None} == set(kinds) and met.count(None) >= count // HEALTHY_EVERY


@pytest.mark.parametrize("site", ["valence", "frontier"])
def test_every_plan_names_a_place_that_exists(site):
    place = load_site(site)
    for seed in (3, 104):
        for p in planned(place, site, seed, "all", 24.0, 5.0, Settings()):
            assert Watch.of(place, p.fault, p.start_ms).where is not None
            assert 0 < p.fault.start_s < 24 * 3600


def test_plans_of_a_seed_repeat_and_differ_between_seeds():
    one, two = plans("valence", "100-119", None, 24.0, 5.0, []), plans("valence", "100-119", None, 24.0, 5.0, [])
    assert one == two and len({p.start_ms for p in one}) > 10


@pytest.mark.parametrize("text, expected", [("100-102", [100, 101, 102]), ("7", [7]), ("1-2,9", [1, 2, 9])])
def test_seeds(text, expected):
    assert seeds_of(text) == expected


# --- truth settings

@pytest.mark.parametrize("text, named", [("x=1", "key one of"), ("spread", "key=value"), ("spread=a", "from 0 to 3"), ("noise=-1", "from 0 to 20"), ("load=x", "mixed")])
def test_a_setting_that_cannot_be_read_tells_why(text, named):
    with pytest.raises(ValueError, match=named):
        parsed([text])


def test_settings_have_limits_that_hold_their_defaults():
    assert all(LIMITS[k][0] <= getattr(Settings(), k) <= LIMITS[k][1] for k in LIMITS)


def test_errors_count_what_the_band_holds():
    e = Errors()
    e.add(np.array([0.0, 1.0, 3.0, np.nan]), np.array([1.0, 1.0, 1.0, 1.0]))
    e.add(np.array([2.0]), np.array([np.nan]))
    assert (e.count, e.banded, e.inside, e.square) == (4, 3, 2, 14.0)


# --- the command

@pytest.mark.parametrize("arguments, named", [(["--seeds", "x"], "100-119"), (["--fault", "x"], "all, none"), (["--truth", "x=1"], "key one of")])
def test_the_command_refuses_with_a_reason(arguments, named):
    import typer

    from sensors.score.cli import register

    app = typer.Typer()
    register(app)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2 and named in result.output


def test_classes_of_the_drawn_columns_measure_them():
    for cls, _, columns in (hit.partition(".") for how in FAULTS.values() for hit in how.hits):
        assert set(filter(None, columns.split(","))) <= set(CLASSES[cls].measured)


def test_a_setting_changes_the_plant():
    from sensors.truth.draw import draw

    plain, wide, old = (draw(VALENCE, 1, replace(Settings(), **s)) for s in ({}, {"spread": 2.0}, {"ageing": 5.0}))
    assert np.std(wide.cdu.ua) == pytest.approx(2 * np.std(plain.cdu.ua), rel=0.3)
    assert (old.cdu.ua < plain.cdu.ua).all() and np.array_equal(old.rack.share, plain.rack.share)
