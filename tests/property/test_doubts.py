"""What a sensor is granted: the scatter that its own course shows, whatever the plant does and however far it is off."""
from __future__ import annotations

import numpy as np
import pytest

from config.classes import CLASSES
from tests.healthy import Values, advance, rooms
from twin.estimate.health import monitor

Array = np.ndarray


def granted(cls: str, column: str, added: float, off: float) -> Array:
    """Standard deviation [rows] that the sensors of a column are granted when noise is added to theirs and all are off."""
    rng, at = np.random.default_rng(3), CLASSES[cls].column(column)

    def change(values: Values, gpu: Array, since: float) -> None:
        values[cls][:, at] += off + added * rng.standard_normal(len(values[cls]))

    h, _ = advance(monitor.begin(rooms()), 1_000_000.0, 3600.0, seed=7, after=change)
    return np.sqrt(rooms().flat.split(h.watch.scatter)[cls][:, at])


@pytest.mark.parametrize("added", [0.1, 0.3])
def test_scatter_is_seen_and_an_offset_is_not(added: float) -> None:
    assert granted("cdu", "tcs_supply_c", added, 0.0).mean() == pytest.approx(added, rel=0.15)
    assert granted("cdu", "tcs_supply_c", added, 3.0).mean() == pytest.approx(added, rel=0.15)


def test_before_anything_is_heard_the_datasheet_is_granted() -> None:
    flat = rooms().flat
    assert np.array_equal(monitor.begin(rooms()).watch.scatter, flat.hum**2)
