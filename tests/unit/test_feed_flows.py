"""Static powers of the feeds with every grid there: the short way gives what the supply's own step gives."""
from __future__ import annotations

import numpy as np
import pytest

from config.load import load_site
from tests.plants import SITES
from twin.plant.power import at_rest, feed_flows, feeds
from twin.plant.supply import step
from twin.plant.supply_types import SupplyInputs


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("level", [0.0, 0.3, 0.9])
def test_grid_there(name: str, level: float):
    p = feeds(load_site(name))
    rng = np.random.default_rng(4)
    asked = level * rng.uniform(0.0, 1.0, p.ups_member.shape[1]) * p.ups_rating.sum() / p.ups_member.shape[1]
    zero = np.zeros_like(p.battery)
    want = step(p, at_rest(p), SupplyInputs(np.ones_like(zero), zero, p.transfer, zero, asked), 1.0)[1]
    got = feed_flows(p, np.ones_like(zero), asked)
    for field in want.__dataclass_fields__:
        np.testing.assert_allclose(getattr(got, field), getattr(want, field), rtol=1e-9, atol=1e-3, err_msg=field)
