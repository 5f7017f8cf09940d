"""The fit against data made by its own law, and the effective sample size against its closed form."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from config.load import load_site
from twin.calibrate.site.calibration import calibrate
from twin.calibrate.site.fit import spread_of
from twin.calibrate.site.kinds import COLUMNS
from twin.physics import hydraulics
from twin.plant.assembly import assemble
from twin.plant.design import design
from twin.plant.machines import machinery

SITE = Path(__file__).parents[1] / "sites" / "equipped.yaml"
MINUTES = 120


def by_law(factor: float, spikes: int = 0) -> dict[str, np.ndarray]:
    """Columns in which the CDUs' pumps draw `factor` times their law, and nothing else is known."""
    site = load_site(SITE)
    p, d = assemble(site), design(site)
    m = machinery(site, p, d)
    columns = {name: np.full((MINUTES, site.count(name.split(".")[0])), np.nan) for name in COLUMNS}
    speed = 0.7 + 0.1 * np.sin(np.arange(MINUTES))[:, None] * np.ones(2)
    flow = 0.9 * speed * m.cdu_flow * m.cdu_needed
    power = factor * hydraulics.pump_power(speed, flow, m.cdu_needed, m.cdu_flow, m.cdu_power)
    power[: 3 * spikes : 3] *= 3.0
    return columns | {"cdu.speed_pct": speed, "cdu.tcs_flow_lpm": flow, "cdu.power_kw": power}


def power_factor(columns: dict[str, np.ndarray]) -> tuple[float, float, float]:
    times = 60_000 * np.arange(MINUTES)
    r = next(r for r in calibrate(load_site(SITE), times, columns, 12.0) if (r.asset, r.name) == ("h1/cdu/cdu-02", "pump_power"))
    assert not r.reason
    return r.value, r.low, r.high


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.3])
def test_a_factor_in_the_data_is_found(factor: float) -> None:
    value, low, high = power_factor(by_law(factor))
    assert value == pytest.approx(factor, rel=1e-5)
    assert low < 0.96 * factor < 1.04 * factor < high  # what instruments and law leave open does not average out


def test_spikes_count_little() -> None:
    value, low, high = power_factor(by_law(0.8, spikes=5))
    assert low < 0.8 < high
    assert value == pytest.approx(0.8, rel=0.01)


def test_a_factor_beyond_what_is_physically_possible_is_no_number() -> None:
    times = 60_000 * np.arange(MINUTES)
    r = next(r for r in calibrate(load_site(SITE), times, by_law(4.0), 12.0) if (r.asset, r.name) == ("h1/cdu/cdu-01", "pump_power"))
    assert r.reason.startswith("at its bound")
    assert r.value == 1.0


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_minutes_a_piece_of_independent_news(rho: float) -> None:
    """(1 + rho) / (1 - rho) of a first-order autoregression."""
    rng = np.random.default_rng(5)
    z = np.zeros(20_000)
    for i in range(1, len(z)):
        z[i] = rho * z[i - 1] + rng.normal()
    assert spread_of(z) == pytest.approx((1 + rho) / (1 - rho), rel=0.15)
