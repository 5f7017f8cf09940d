"""Halls that are added: without power they change nothing, with it they are a hall like the others."""
from __future__ import annotations

import numpy as np
import pytest

from tests.futures import answer, grounded


def test_an_added_hall_takes_what_the_first_takes_at_the_same_load() -> None:
    g, _ = grounded("valence")
    found = answer("valence", f"capacity-added first 2 {100 * g.d.average_load}%", horizon_s=300)
    alone = answer("valence", "", horizon_s=300)
    assert found.base["site.it_kw"] == pytest.approx(alone.base["site.it_kw"], rel=1e-9)
    assert found.base["site.facility_kw"] == pytest.approx(alone.base["site.facility_kw"], rel=1e-9)
    assert found.base["rack.gpu_max_c"][:, :144] == pytest.approx(alone.base["rack.gpu_max_c"], abs=1e-6)
    assert found.future["site.it_kw"][-1] == pytest.approx(3.0 * alone.base["site.it_kw"][-1], rel=1e-6)
    assert found.difference.lost_gpu_h == pytest.approx(0.0, abs=1.0)
    assert np.isfinite(found.future["rack.gpu_max_c"]).all()
