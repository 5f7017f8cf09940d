"""What can be told of each fault from the sensors that report: sizes are those at which belief begins, silence is named."""
from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from config.classes import CLASSES
from tests.faults.test_catalogue import departed
from tests.healthy import Values, acquainted, advance, rooms
from twin.api.faults import info
from twin.cli import faults as cli
from twin.estimate.catalogue import CATALOGUE
from twin.estimate.findings import Place
from twin.estimate.health import monitor
from twin.estimate.health.assess import Assessed, assess, tells
from twin.estimate.health.tracks import BELIEVE

Array = np.ndarray


@cache
def told() -> dict[str, Assessed]:
    return {a.fault: a for a in assess(rooms(), acquainted()[0])}


def after(column: str, rows: slice = slice(None)) -> dict[str, Assessed]:
    """As told when a column has been silent for a while."""
    cls, name = column.split(".")

    def silent(values: Values, gpu: Array, since: float) -> None:
        values[cls][rows, CLASSES[cls].column(name)] = np.nan

    h, _ = advance(monitor.begin(rooms()), 1_000_000.0, 1800.0, after=silent)
    return {a.fault: a for a in assess(rooms(), h)}


def test_every_fault_that_the_site_can_have_is_listed_once() -> None:
    assert list(told()) == [n for n, e in CATALOGUE.items() if not e.cls or rooms().facts.rows[e.cls]]
    assert all(0 <= a.able <= a.places for a in told().values())


@pytest.mark.parametrize("name, of", [("cdu_pump_wear", 18), ("hx_fouling", 18), ("valve_stuck", 18), ("rack_blocked", 144), ("ups_losses", 2)])
def test_a_site_with_all_its_sensors_can_tell(name: str, of: int) -> None:
    assert (told()[name].able, told()[name].places, told()[name].missing, told()[name].why) == (of, of, (), "")


def test_a_silent_column_is_named_where_it_is_missing() -> None:
    found = after("cdu.dp_kpa", slice(2, 4))
    for name in ("cdu_pump_wear", "cdu_pump_trip", "racks_blocked"):
        assert (found[name].able, found[name].missing, found[name].why) == (16, rooms().facts.ids["cdu"][2:4], "no cdu.dp_kpa"), name
    assert found["hx_fouling"].able == 18


def test_one_place_is_told_as_all_of_them_are() -> None:
    h = acquainted()[0]
    assert tells(rooms(), h, "hx_fouling", Place("cdu", 3)) == pytest.approx(told()["hx_fouling"].smallest, rel=1.0)
    assert np.isnan(tells(rooms(), h, "feed_loss", Place("feed", 0)))  # by a rule, of any size
    assert 0.0 < tells(rooms(), h, "sensor_bias", Place("cdu", 3, "tcs_supply_c")) < 5.0
    early = advance(monitor.begin(rooms()), 1_000_000.0, 300.0)[0]
    assert tells(rooms(), early, "hx_fouling", Place("cdu", 3)) == tells(rooms(), early, "sensor_bias", Place("cdu", 3, "tcs_supply_c")) == np.inf


def test_nothing_is_claimed_before_channels_are_known() -> None:
    found = {a.fault: a for a in assess(rooms(), advance(monitor.begin(rooms()), 1_000_000.0, 300.0)[0])}
    assert found["hx_fouling"].able == 0 and found["sensor_bias"].able == 0 and found["feed_loss"].able == 2


@pytest.mark.parametrize("name", ["racks_blocked", "ups_losses"])
def test_belief_begins_at_the_smallest_size(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the channels' present doubt, a departure above that size is believed and one below is not."""
    from tests.faults import test_catalogue as kit

    entry, away, found = CATALOGUE[name], acquainted()[0].away, told()[name].smallest
    size = -np.log1p(-found) if entry.share else found
    r = rooms()
    part = monitor.departure(r, entry.group, away)
    monkeypatch.setattr(kit, "Departure", lambda q, qv, s, sv, n, nv: type(part)(q, part.quick_var, s, part.slow_var, n, part.now_var))
    assert max(c.evidence for c in departed(entry, 1.15 * size)) >= min(BELIEVE, entry.least and BELIEVE)
    assert all(c.evidence < BELIEVE for c in departed(entry, 0.8 * size))


def test_the_command_says_what_cannot_be_assessed(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"ts": 1, "faults": [info(a).model_dump() for a in after("cdu.dp_kpa").values()]}
    monkeypatch.setattr(cli, "call", lambda url: json.loads(json.dumps(answer)))
    app = typer.Typer()
    app.callback()(lambda: None)  # keeps one command a group
    cli.register(app)
    shown = CliRunner().invoke(app, ["faults"]).output
    assert "cdu_pump_wear        cannot assess     0 of 18" in shown and "no cdu.dp_kpa" in shown
    assert json.loads(CliRunner().invoke(app, ["faults", "--json"]).output) == answer
