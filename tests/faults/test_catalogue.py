"""Every entry of the catalogue is raised by its fault and by nothing else; new files are found and tested unasked."""
from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from config.classes import CLASSES
from tests.faults.scenarios import CDU, GPU, PSI, RACK, SCENARIOS, psi, stuck
from tests.healthy import Values, acquainted, advance, rooms
from twin.estimate.catalogue import CATALOGUE, CREEP, Entry
from twin.estimate.findings import Finding, Place
from twin.estimate.health import monitor, report
from twin.estimate.health.baseline import Departure
from twin.estimate.health.candidates import candidates
from twin.estimate.health.groups import GROUPS
from twin.estimate.health.hypotheses import signatures
from twin.estimate.health.tracks import BELIEVE, Candidate, Track

Array = np.ndarray
SIGNED = sorted(n for n, e in CATALOGUE.items() if e.signature)
SCENES = sorted(SCENARIOS)


def departed(entry: Entry, size: float) -> list[Candidate]:
    """Candidates when the channels of row 0 have departed along the entry's signature by `size`, judged as its pace asks."""
    r, (h, _) = rooms(), acquainted()
    g = GROUPS[entry.group]
    shape = (r.facts.rows[g.cls], len(g.channels))
    line = np.array([entry.signature.get(c.name, 0.0) for c in g.channels])
    away = np.zeros(shape)
    away[0] = size * line
    quick, slow = (np.tile([getattr(c, n) ** 2 for c in g.channels], (shape[0], 1)) for n in ("quick", "slow"))
    context, seen = g.context(h.scene), g.seen(h.scene)
    with np.errstate(invalid="ignore"):
        shift = signatures(g, r.facts, context, seen, r.found[entry.group], np.zeros(shape))
    fast = np.zeros(shape) if entry.pace == CREEP else away
    return candidates(r.facts, g, r.found[entry.group], shift, Departure(fast, quick, away, slow, fast, quick), seen, CATALOGUE)


def large(entry: Entry) -> float:
    """A size well above its least and eight standard deviations of its channels."""
    floor = max(c.quick / abs(entry.signature[c.name]) for c in GROUPS[entry.group].channels if entry.signature.get(c.name))
    return max(2.0 * entry.least, 8.0 * floor)


@pytest.mark.parametrize("name", SIGNED)
def test_a_signature_raises_its_fault_and_a_healthy_plant_none(name: str) -> None:
    entry = CATALOGUE[name]
    found = departed(entry, large(entry))
    assert found and found[0].evidence >= BELIEVE
    assert name in {found[0].name, *(n for n, _ in found[0].rivals)}
    assert departed(entry, 0.0) == []
    assert all(c.evidence < BELIEVE for c in departed(entry, 0.02 * large(entry)))


@pytest.mark.parametrize("name", SIGNED)
def test_a_signature_the_other_way_is_not_this_fault(name: str) -> None:
    entry = CATALOGUE[name]
    assert name not in {c.name for c in departed(entry, -large(entry))}


def played(name: str) -> tuple[Finding, ...]:
    seconds, change, after = SCENARIOS[name]
    h, start = acquainted()
    return advance(h, start, seconds, change, 1, after)[0].findings


def test_a_healthy_plant_is_silent() -> None:
    h, start = acquainted()
    assert advance(h, start, 7200.0, seed=2)[0].findings == ()


@pytest.mark.parametrize("name", SCENES)
def test_a_scenario_raises_its_fault(name: str) -> None:
    found = played(name)
    assert name in {f.fault for f in found}, [(f.fault, f.place) for f in found]
    mine = next(f for f in found if f.fault == name)
    assert mine.suspects[0] == (mine.fault, mine.place)
    assert mine.text and mine.evidence >= BELIEVE - 1e-9 and mine.consequence_s >= 0.0
    if name == "cold_plate_blocked":
        assert (mine.place.row, mine.place.part) == (RACK, GPU)
    elif name == "leak":
        assert (mine.place.cls, mine.place.row) == ("rack", RACK)
    elif mine.place.cls == "cdu":
        assert mine.place.row == CDU


def test_a_pressure_in_psi_is_a_wrong_unit_and_no_pump_trip() -> None:
    h, start = acquainted()
    found = advance(h, start, 1800.0, None, 1, psi)[0].findings
    assert [(f.fault, f.place.column) for f in found] == [("sensor_unit", "dp_kpa")]


@pytest.mark.parametrize(("column", "factor", "shift"), [("fws_supply_c", 1.8, 32.0), ("tcs_supply_c", 1.8, 32.0), ("dp_kpa", 1.0 / PSI, 0.0)])
def test_a_wrong_unit_is_named_so_at_once_and_never_called_an_offset(column: str, factor: float, shift: float) -> None:
    at, (h, start) = CLASSES["cdu"].column(column), acquainted()

    def other(v: Values, gpu: Array, t: float) -> None:
        v["cdu"][CDU, at] = factor * v["cdu"][CDU, at] + shift

    seen: list[tuple[float, str]] = []
    for minute in range(1, 11):
        h, start = advance(h, start, 60.0, None, minute, other)
        seen += [(minute, f.fault) for f in h.findings]
    assert {name for _, name in seen} == {"sensor_unit"} and min(m for m, _ in seen) <= 5


def test_a_sensor_of_a_unit_is_no_mirror_of_one_on_its_loop() -> None:
    tracks = [Track(Candidate("sensor_unit", Place(cls, 0, "dp_kpa"), 1.0, 0.0, 500.0), 0, 0) for cls in ("cdu", "loop")]
    assert report._explained(rooms().facts, tracks) == tracks


def test_a_stuck_supply_accuses_no_meter_that_is_read_beside_it() -> None:
    h, start = acquainted()

    def frozen(v: Values, gpu: Array, t: float) -> None:
        stuck(v, gpu, t)

    def warming(v: Values, gpu: Array, t: float) -> None:
        for column in ("tcs_supply_c", "tcs_return_c", "fws_supply_c", "fws_return_c"):
            v["cdu"][:, CLASSES["cdu"].column(column)] += 1.5 * min(t / 3600.0, 1.0)
        for column in ("supply_c", "return_c"):
            v["rack"][:, CLASSES["rack"].column(column)] += 1.5 * min(t / 3600.0, 1.0)
        v["loop"][:, CLASSES["loop"].column("supply_c")] += 1.5 * min(t / 3600.0, 1.0)

    found = advance(h, start, 7200.0, warming, 1, frozen)[0].findings
    assert [(f.fault, f.place.column) for f in found if f.place.cls == "cdu"] == [("sensor_stuck", "tcs_supply_c")]


def test_a_pump_trip_explains_its_racks() -> None:
    assert {f.fault for f in played("cdu_pump_trip")} == {"cdu_pump_trip"}


def test_a_clock_behind_is_named_by_its_late_messages() -> None:
    h, start = acquainted()
    for k in range(12):
        h = monitor.late(h, "rack", RACK, 20.0, round(1000 * start) + k * 5000)
    def silent(v: Values, gpu: Array, t: float) -> None:
        v["rack"][RACK] = np.nan

    found = advance(h, start, 180.0, after=silent)[0].findings
    assert [(f.fault, f.place.cls, f.place.row) for f in found] == [("clock_skew", "rack", RACK)]
    assert "20 s behind" in found[0].text


def test_a_sensor_comes_back_when_it_has_agreed_long_enough() -> None:
    h, start = acquainted()
    bad, start = advance(h, start, 900.0, None, 1, SCENARIOS["sensor_bias"][2])
    index = rooms().flat.index("cdu", CDU, "tcs_supply_c")
    assert bad.excluded[index] and bad.excluded.sum() == 1
    soon, later = advance(bad, start, 600.0)
    assert soon.excluded[index]
    assert not advance(soon, later, 5400.0)[0].excluded.any()


def test_every_entry_is_tested() -> None:
    assert set(CATALOGUE) - set(SIGNED) - set(SCENES) == {"clock_skew"}


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda e: e.name)
def test_entries_are_complete(entry: Entry) -> None:
    assert entry.signature or entry.rule or entry.sensor
    assert entry.title and entry.sentence and entry.needs and entry.blind
    assert set(entry.signature) <= {c.name for c in GROUPS[entry.group].channels} if entry.group else not entry.signature
    assert dataclasses.is_dataclass(entry)
