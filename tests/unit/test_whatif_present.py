"""Futures of a live twin: its present is only read, and they begin where it stands."""
from __future__ import annotations

import pickle
from dataclasses import asdict

import numpy as np
import pytest

from config.load import load_site
from tests.futures import grounded, question
from twin.engine.ahead import present
from twin.engine.twin import start
from twin.events import ACTUAL
from twin.whatif.ask import ask
from twin.whatif.snapshots import WHATIF, snapshots
from twin.wire.lines import lines


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


def test_snapshots_are_those_of_the_live_twin_under_another_tag(twin) -> None:
    g, s = grounded("valence")
    found = ask(g, s, question("pump-trip cdu-03", horizon_s=60))
    shown = list(snapshots(g, found.future, 1_000_000))
    assert {x.scenario for x in shown} == {WHATIF} != {ACTUAL}
    assert [x.ts_ms for x in shown] == sorted({x.ts_ms for x in shown})
    encoded = b"".join(line if isinstance(line, bytes) else line.encode() for line in lines(g.site).snapshot(shown[-1]))
    assert b"scenario=whatif" in encoded
