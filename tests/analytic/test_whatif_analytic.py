"""What-if against closed forms: without flow a GPU and its plate warm as two lumps, whatever the rest of the plant does."""
from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from tests.futures import answer, grounded


def adiabatic(p: float, die: float, plate: float, link: float, die_0: float, plate_0: float, t: float) -> float:
    """Die [degC] after `t` s at `p` W into two lumps [J/K] joined by `link` [W/K] and cut off from all else."""
    both = die + plate
    rate = link * both / (die * plate)
    end = p * plate / both / link
    apart = end + (die_0 - plate_0 - end) * np.exp(-rate * t)
    return (die * die_0 + plate * plate_0 + p * t) / both + apart * plate / both


@pytest.mark.parametrize("site", ["valence", "frontier"])
def test_time_to_throttling_after_a_total_pump_loss(site: str) -> None:
    g, start = grounded(site)
    rack, leaves = int(np.flatnonzero(g.p.wiring.rack_cdu == 2)[0]), g.p.leaves
    power = start.world.targets.gpu_power[rack, 0]
    known = (power, leaves.die_capacity[rack], leaves.plate_capacity[rack], leaves.die_plate[rack], start.state.die[rack, 0], start.state.plate[rack, 0])
    exact = brentq(lambda t: adiabatic(*known, t) - leaves.throttle[rack], 0.0, 1e4)
    first = answer(site, "pump-trip cdu-03", horizon_s=2.0 * exact + 10).first
    assert (first.name, first.asset) == ("gpu_throttle", f"rack {g.name('rack', rack)}")
    assert first.at_s == pytest.approx(exact, abs=1.5)  # the step is 1 s, implicit
