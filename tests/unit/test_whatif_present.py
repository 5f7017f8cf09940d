"""Futures of a live twin: its present is only read, and they begin where it stands."""
from __future__ import annotations

import pickle
from dataclasses import asdict

import numpy as np
import pytest

from config.classes import CLASSES
from config.load import load_site
from sensors.simulate import history
from tests.futures import grounded, question
from twin.engine import advance
from twin.engine.ahead import present
from twin.engine.twin import start
from twin.events import ACTUAL
from twin.service.backfill import coarse
from twin.whatif.ask import ask
from twin.whatif.perturbations import KINDS
from twin.whatif.question import spelled
from twin.whatif.snapshots import WHATIF, shown, snapshots
from twin.wire.lines import lines
from twin.wire.native import codec
from twin.wire.reasons import Limits

WINTER_MS = 1_772_366_400_000  # 2026-03-01T12:00Z

@pytest.fixture(scope="module")
def twin():
    return start(load_site("valence"))


def test_the_twin_is_left_as_it_was(twin) -> None:
    g, _ = grounded("valence")
    before = pickle.dumps(twin.belief), pickle.dumps(twin.latest)
    found = ask(g, present(g, twin), question("pump-trip cdu-03", horizon_s=60))
    assert found.first.name == "gpu_throttle"
    assert (pickle.dumps(twin.belief), pickle.dumps(twin.latest)) == before


def test_a_future_begins_where_the_twin_stands(twin) -> None:
    g, _ = grounded("valence")
    found = ask(g, present(g, twin), question("", horizon_s=300))
    assert set(asdict(found.difference).values()) == {0.0}
    assert found.base["site.gpu_max_c"][0] == pytest.approx(twin.belief.state.die.max(), abs=0.1)
    assert np.ptp(found.base["site.gpu_max_c"]) < 1.0
    assert np.ptp(found.base["loop.supply_c"]) < 1.0


@pytest.fixture(scope="module")
def followed():
    """A twin that has followed an hour of a simulated winter's plant, its fans still and its coolers rejecting by natural draught."""
    site = coarse(load_site("valence"), 60.0)
    twin = start(site, watched=False)
    for topic, payload in history(site, 1.0, 60.0, 3, WINTER_MS):
        event = codec(site).decode(topic, payload, WINTER_MS, Limits(past_ms=7_200_000, future_ms=60_000)).event
        twin, _ = advance(site, twin, event) if event is not None else (twin, ())
    return twin


def test_a_future_in_which_nothing_happens_begins_without_a_bump(followed) -> None:
    """Coolers go on rejecting what they reject, pumps moving what they move: else loops would warm by kelvins until controllers catch up."""
    g = grounded("valence")[0]
    s = present(g, followed)
    found = ask(g, s, question("", horizon_s=1800, step_s=5)).base
    now = followed.snapshot.values["loop"][0]
    supply, back, flow = (now[CLASSES["loop"].column(c)] for c in ("supply_c", "return_c", "flow_lpm"))
    assert np.abs(found["loop.supply_c"] - supply).max() < 0.6
    assert np.abs(found["loop.return_c"] - back).max() < 0.8
    assert found["loop.flow_lpm"] == pytest.approx(flow, rel=0.08)
    rejected = followed.snapshot.values["cooler"][0, CLASSES["cooler"].column("heat_kw")]
    assert found["site.rejected_kw"][0] == pytest.approx(rejected, rel=0.05)


def test_a_battery_that_is_read_full_but_for_a_thousandth_is_not_charged(followed) -> None:
    """With all that its charger can, it would add megawatts to the first second of every future."""
    g, column = grounded("valence")[0], CLASSES["ups"].column("charge_pct")
    followed.latest.values["ups"][:, column] = 0.999
    found = ask(g, present(g, followed), question("", horizon_s=60)).base
    takes = followed.snapshot.values["site"][0, CLASSES["site"].column("facility_kw")]
    assert found["site.facility_kw"][0] == pytest.approx(takes, rel=0.03)
    followed.latest.values["ups"][:, column] = 0.5
    assert ask(g, present(g, followed), question("", horizon_s=60)).base["site.facility_kw"][0] > 1.1 * takes


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_answered_from_the_present_and_shown(twin, kind: str) -> None:
    g, _ = grounded("valence")
    if spelled(KINDS[kind].example)[0].applies(g):
        pytest.skip("means nothing at this site")
    found = ask(g, present(g, twin), question(KINDS[kind].example, horizon_s=10))
    assert {s.values["loop"].shape[0] for s in shown(g, found)} == {len(g.halls)}


def test_snapshots_are_those_of_the_live_twin_under_another_tag(twin) -> None:
    g, s = grounded("valence")
    found = ask(g, s, question("pump-trip cdu-03", horizon_s=60))
    shown = list(snapshots(g, found.future, 1_000_000))
    assert {x.scenario for x in shown} == {WHATIF} != {ACTUAL}
    assert [x.ts_ms for x in shown] == sorted({x.ts_ms for x in shown})
    encoded = b"".join(line if isinstance(line, bytes) else line.encode() for line in lines(g.site).snapshot(shown[-1]))
    assert b"scenario=whatif" in encoded
