"""Ride-through, ramps, delays and efficiencies against closed forms, at any step."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.load import load_site
from config.shelf import PACKAGE, read_sheet
from tests.supplies import lossy, site_loads, supply
from twin.plant.power import at_rest, undisturbed
from twin.plant.rack_power import rack_chain, rack_input, rack_power
from twin.plant.supply import chain, step
from twin.plant.transfer import Window, genset_mean


def run(p, u, dt: float, until_s: float, s=None) -> list:
    """States and flows at the end of every step."""
    s, out = at_rest(p) if s is None else s, []
    for _ in range(round(until_s / dt)):
        s, f = step(p, s, u, dt)
        out.append((s, f))
    return out


def lost(p, feeds: list[float], **changes):
    """Grid as given by feed, no genset starts."""
    return replace(undisturbed(p, site_loads(p)), grid_ok=np.array(feeds), genset_able=np.zeros(len(feeds)), **changes)


def lit_s(out: list, dt: float) -> float:
    return sum(f.ups_on[..., 0] for _, f in out) * dt


@pytest.mark.parametrize("dt", [0.5, 1.0, 7.0, 15.0, 60.0])
@pytest.mark.parametrize("health", [1.0, 0.6])
def test_ride_through_is_energy_over_power(dt: float, health: float):
    p = supply("valence")
    u = lost(p, [0.0, 0.0], battery_health=np.full(2, health))
    need = chain(p, (144 * 100e3 + 300e3 + 150e3) / 2 * np.ones(2)).need[0]
    closed_form = health * 15 * 150 * 3.6e6 / need
    assert lit_s(run(p, u, dt, 1260.0), dt) == pytest.approx(closed_form, rel=1e-9)


@pytest.mark.parametrize("dt", [0.3, 1.0, 4.0, 60.0])
@pytest.mark.parametrize("delay", [0.0, 1.0, 17.3])
def test_gensets_come_on_after_start_and_transfer(dt: float, delay: float):
    """Until then the battery gives all; the moment of closing follows from the energy the battery gave."""
    p = replace(supply("valence"), genset_ramp=np.full(2, 1e18), charge_power=np.zeros(2))
    u = replace(undisturbed(p, site_loads(p)), grid_ok=np.zeros(2), transfer_delay_s=np.full(2, delay))
    out = run(p, u, dt, 60.0)
    need = chain(p, (144 * 100e3 + 300e3 + 150e3) / 2 * np.ones(2)).need[0]
    given_s = sum(f.battery[0] for _, f in out) * dt / need
    assert given_s == pytest.approx(10.0 + delay, rel=1e-9)
    assert sum(f.bus_on[0] for _, f in out) * dt == pytest.approx(50.0 - delay, rel=1e-9)


@pytest.mark.parametrize("dt", [0.1, 1.0, 5.0, 30.0])
def test_load_on_a_ramp_is_the_battery_s_triangle(dt: float):
    """On the ramp the battery gives what the gensets do not yet: need^2 / (2 ramp) beside the wait for them."""
    p = replace(supply("valence"), charge_power=np.zeros(2))
    u = replace(undisturbed(p, site_loads(p)), grid_ok=np.zeros(2), transfer_delay_s=np.ones(2))
    need, ramp = chain(p, (144 * 100e3 + 300e3 + 150e3) / 2 * np.ones(2)).need[0], 9 * 300e3
    energy = sum(f.battery[0] for _, f in run(p, u, dt, 60.0)) * dt
    assert energy == pytest.approx(need * 11.0 + need**2 / (2 * ramp), rel=1e-9)


def test_genset_mean_is_the_integral():
    t = (np.arange(100_000) + 0.5) / 100_000 * 8.0
    for first, need, limit in ((0.0, 5e6, 9e6), (2e6, 1e6, 9e6), (1e6, 8e6, 3e6), (0.0, 1e8, 9e7)):
        w = Window(np.zeros(1), np.array([8.0]), np.array([first]), np.array([limit]), np.array([1e6]), 10.0)
        integral = np.minimum(np.minimum(need, limit), first + 1e6 * t).mean() * 8.0 / 10.0
        assert genset_mean(w, np.array([need]))[0] == pytest.approx(integral, rel=1e-6)


@pytest.mark.parametrize("dt", [1.0, 60.0, 600.0])
def test_recharge_takes_a_tenth_of_the_rating_and_five_per_cent_is_lost(dt: float):
    p = supply("valence")
    half = at_rest(p).shift(battery=0.5 * p.battery)
    out = run(p, undisturbed(p, site_loads(p)), dt, 3600.0, half)
    assert out[0][1].charge[0] == pytest.approx(0.1 * 15 * 1500e3)
    assert sum(f.charge[0] for _, f in out) * dt == pytest.approx(0.5 * p.battery[0] / 0.95, rel=1e-9)
    assert out[-1][0].battery == pytest.approx(p.battery) and out[-1][1].charge == pytest.approx(0.0)


@pytest.mark.parametrize(("share", "efficiency"), [(0.25, 0.955), (0.5, 0.965), (1.0, 0.96)])
def test_ups_has_its_published_efficiencies(share: float, efficiency: float):
    c = chain(supply("valence"), share * 15 * 1500e3 * np.ones(2))
    assert c.out / c.need == pytest.approx(efficiency, rel=1e-9)


@pytest.mark.parametrize(("share", "efficiency"), [(0.25, 0.970), (0.5, 0.975), (1.0, 0.968)])
def test_power_shelves_have_their_published_efficiencies(share: float, efficiency: float):
    p = rack_power(load_site("valence"))
    behind = share * 8 * 33e3 * np.ones(144)
    assert behind / rack_input(p, behind) == pytest.approx(efficiency, rel=1e-9)


@pytest.mark.parametrize("site", ["valence", "frontier"])
def test_rack_chain_undoes_rack_input(site: str):
    p = rack_power(load_site(site))
    behind = np.linspace(0.0, 250e3, len(p.regulator))
    c = rack_chain(p, rack_input(p, behind), 0.6 * behind, live=0.5)
    again = rack_chain(p, rack_input(p, behind, 0.5), 0.6 * behind, 0.5)
    assert again.shelf_out == pytest.approx(behind, rel=1e-12, abs=1e-6)
    assert c.shelf_air + c.shelf_liquid + c.shelf_out == pytest.approx(rack_input(p, behind), rel=1e-12)
    assert c.die + c.regulator_loss == pytest.approx(0.6 * behind, rel=1e-12)


def test_pdu_reaches_the_regulation_s_efficiency_at_35_per_cent():
    """10 CFR 431.196: 99.02 % for 300 kVA at 35 % load."""
    s = read_sheet(PACKAGE / "equipment" / "pdu-300.yaml").model
    loss = s.no_load_kw + s.load_kw * 0.35**2
    assert 0.35 * 300 / (0.35 * 300 + loss) == pytest.approx(0.9902, abs=1e-4)


def test_transformer_loses_iron_without_load_and_copper_by_the_square():
    p = supply("valence")
    flows = [step(p, at_rest(p), undisturbed(p, k * site_loads(p)), 1.0)[1] for k in (0.0, 0.5, 1.0)]
    copper = [(f.transformer_loss - p.no_load)[0] for f in flows]
    through = [(f.feed - f.transformer_loss)[0] for f in flows]
    assert copper[2] / copper[1] == pytest.approx((through[2] / through[1]) ** 2, rel=1e-9)


def test_stages_behind_the_ups_add_their_losses():
    p = lossy(supply("valence"))
    load = np.full(2, 9e6)
    c = chain(p, load)
    assert c.busway == pytest.approx(0.01 * p.ups_rating * (load / (0.8 * p.ups_rating)) ** 2)
    assert c.out == pytest.approx(load + c.busway + c.pdu) and (c.pdu > 0.002 * p.ups_rating).all()
