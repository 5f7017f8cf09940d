"""Every entry of the catalogue is raised by its fault and by nothing else; new files are found and tested unasked."""
from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tests.faults.scenarios import CDU, GPU, RACK, SCENARIOS, psi
from tests.healthy import acquainted, advance, rooms
from twin.estimate.catalogue import CATALOGUE, CREEP, Entry
from twin.estimate.findings import Finding
from twin.estimate.health import monitor
from twin.estimate.health.baseline import Departure
from twin.estimate.health.candidates import candidates
from twin.estimate.health.groups import GROUPS
from twin.estimate.health.hypotheses import signatures
from twin.estimate.health.tracks import BELIEVE, Candidate

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
    return candidates(r.facts, g, r.found[entry.group], shift, Departure(fast, quick, away, slow), seen, CATALOGUE)


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


def test_a_pump_trip_explains_its_racks() -> None:
    assert {f.fault for f in played("cdu_pump_trip")} == {"cdu_pump_trip"}


def test_a_clock_behind_is_named_by_its_late_messages() -> None:
    h, start = acquainted()
    for k in range(12):
        h = monitor.late(h, "rack", RACK, 20.0, round(1000 * start) + k * 5000)
    found = advance(h, start, 180.0)[0].findings
    assert [(f.fault, f.place.cls, f.place.row) for f in found] == [("clock_skew", "rack", RACK)]


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
