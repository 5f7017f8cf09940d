"""The energy audit at every step of a day: the whole network balances to round-off while loads, weather and flows move."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.load import load_site
from tests.plants import designed, plant
from twin.plant.drive import drive
from twin.plant.machines import at_rest, machinery
from twin.plant.step import step
from twin.plant.targets import targets


@pytest.mark.parametrize("site", ["valence", "frontier"])
def test_every_step_of_a_day_balances(site: str):
    p, state, _ = designed(site)
    _, d = plant(site)
    m = machinery(load_site(site), p, d)
    machines, rng, worst = at_rest(m, p.leaves.plate_factor.shape), np.random.default_rng(5), 0.0
    for minute in range(1440):
        angle = 2 * np.pi * minute / 1440
        t = targets(p, m, d, 0.6 - 0.2 * np.cos(angle), 12.0 - 6.0 * np.cos(angle), 9.0 - 4.0 * np.cos(angle))
        t = replace(t, gpu_power=t.gpu_power * rng.uniform(0.7, 1.1, (len(d.gpu_max), 1)))
        machines, inputs, _ = drive(p, m, machines, state, t, 60.0)
        state, flows = step(p, state, inputs, 60.0)
        worst = max(worst, float(np.max(np.abs(flows.residual) / flows.throughput)))
    assert worst < 1e-9
    assert np.isfinite(state.core).all() and 10.0 < state.core.max() < 90.0
