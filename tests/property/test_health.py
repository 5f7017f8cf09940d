"""Health as a fold: the order of racks changes nothing but the order, missing sensors raise nothing, the same steps give the same value."""
from __future__ import annotations

import numpy as np
import pytest

from config.classes import CLASSES
from tests.healthy import NOISE, RELATIVE, Values, acquainted, advance, rooms
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


def test_noise_of_several_times_the_usual_is_no_fault() -> None:
    rng = np.random.default_rng(5)

    def change(values: Values, gpu: Array, since: float) -> None:
        for cls, v in values.items():
            for k, name in enumerate(CLASSES[cls].measured):
                unit = name.rsplit("_", 1)[1]
                scale = 4.5 * NOISE[unit] * (np.abs(v[:, k]) if unit in RELATIVE else 1.0)
                v[:, k] += scale * rng.standard_normal(len(v))
                if unit == "c":
                    v[:, k] = np.round(v[:, k], 1)  # displays repeat themselves at first

    assert advance(monitor.begin(rooms()), 1_000_000.0, 9000.0, seed=5, after=change)[0].findings == ()


def test_neighbours_of_blocked_racks_are_not_accused() -> None:
    share = np.random.default_rng(6).uniform(0.88, 1.12, rooms().facts.rows["rack"])
    column, supply, back = (CLASSES["rack"].column(c) for c in ("flow_lpm", "supply_c", "return_c"))

    def uneven(values: Values, gpu: Array, since: float) -> None:
        values["rack"][:, column] *= share
        values["rack"][:, back] += (1.0 / share - 1.0) * (values["rack"][:, back] - values["rack"][:, supply])  # the same heat in more or less coolant

    def blocked(values: Values, gpu: Array, since: float) -> None:
        uneven(values, gpu, since)
        values["rack"][[24, 27, 31], column] *= 0.6

    h, start = advance(monitor.begin(rooms()), 1_000_000.0, 5400.0, uneven, 6)
    assert {f.place.row for f in advance(h, start, 3600.0, blocked, 6)[0].findings if f.place.cls == "rack"} == {24, 27, 31}
