"""Health as a fold: the order of racks changes nothing but the order, missing sensors raise nothing, the same steps give the same value."""
from __future__ import annotations

import numpy as np
import pytest

from config.classes import CLASSES
from tests.healthy import Values, acquainted, advance, rooms
from twin.estimate.health import monitor

Array = np.ndarray


def off(rack: int):
    def change(values: Values, gpu: Array, since: float) -> None:
        values["rack"][rack, CLASSES["rack"].column("supply_c")] += 2.0
    return change


def test_the_order_of_racks_is_theirs_alone() -> None:
    h, start = acquainted()
    found = [advance(h, start, 900.0, None, 1, off(rack))[0].findings for rack in (25, 30)]
    assert [[(f.fault, f.place.row) for f in fs] for fs in found] == [[("sensor_bias", 25)], [("sensor_bias", 30)]]


@pytest.mark.parametrize("seed", range(3))
def test_missing_sensors_raise_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lost = {c: rng.random((rooms().facts.rows[c], len(CLASSES[c].measured))) < 0.4 for c in ("cdu", "rack", "feed", "ups")}

    def change(values: Values, gpu: Array, since: float) -> None:
        for cls, gone in lost.items():
            values[cls][gone] = np.nan
        gpu[rng.random(len(gpu)) < 0.2] = np.nan

    assert advance(monitor.begin(rooms()), 1_000_000.0, 5400.0, seed=seed, after=change)[0].findings == ()


def test_the_same_steps_give_the_same_health() -> None:
    h, start = acquainted()
    one, two = (advance(h, start, 300.0, None, 3, off(30))[0] for _ in range(2))
    assert one.tracks == two.tracks and np.array_equal(one.baseline.constant, two.baseline.constant)
    assert one.watch.noise.tobytes() == two.watch.noise.tobytes()


def test_silence_is_no_fault() -> None:
    h, start = acquainted()

    def nothing(values: Values, gpu: Array, since: float) -> None:
        for v in values.values():
            v[:] = np.nan
        gpu[:] = np.nan

    assert advance(h, start, 1200.0, None, 4, nothing)[0].findings == ()
