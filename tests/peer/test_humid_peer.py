"""Moist air against psychrolib."""
from __future__ import annotations

import numpy as np
import psychrolib
import pytest

from twin.physics.humid import humidity_ratio, wet_bulb


@pytest.mark.parametrize("dry", [5.0, 20.0, 30.0, 41.0, 50.0])
@pytest.mark.parametrize("relative", [0.1, 0.4, 0.9, 1.0])
def test_wet_bulb_and_humidity_ratio(dry: float, relative: float) -> None:
    psychrolib.SetUnitSystem(psychrolib.SI)
    w = humidity_ratio(dry, relative)
    assert w == pytest.approx(psychrolib.GetHumRatioFromRelHum(dry, relative, 101325.0), rel=3e-3)
    wet = float(wet_bulb(dry, w))
    if wet > 1.0:  # the law holds above freezing
        assert wet == pytest.approx(psychrolib.GetTWetBulbFromHumRatio(dry, float(w), 101325.0), abs=0.05)
    assert np.all(wet <= dry + 1e-9)
