"""The supply as an operator meets it: a feed lost, a genset that fails, a slow switch, an old battery, the grid back."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.supplies import site_loads, supply
from twin.plant.power import at_rest, loads, powered, powered_racks, undisturbed
from twin.plant.supply import step
from twin.plant.transfer import genset_phase

P = supply("valence")
FINE = undisturbed(P, site_loads(P))
A_LOST = replace(FINE, grid_ok=np.array([0.0, 1.0]))
DARK = replace(FINE, grid_ok=np.zeros(2))


def run(u, seconds: float, s=None, dt: float = 1.0, p=P):
    """Last state, and every step's flows."""
    s, flows = at_rest(p) if s is None else s, []
    for _ in range(round(seconds / dt)):
        s, f = step(p, s, u, dt)
        flows.append(f)
    return s, flows


def racks(flows, p=P) -> np.ndarray:
    return np.array([powered_racks(p, f).min() for f in flows])


def test_an_undisturbed_day_moves_nothing():
    s, flows = run(FINE, 60.0)
    assert (s.battery == P.battery).all() and (genset_phase(P, s) == 0).all() and racks(flows).min() == 1.0
    assert all((f.battery == 0).all() and (f.genset == 0).all() and (f.charge == 0).all() for f in flows)


def test_feed_lost_and_its_genset_fails_racks_run_on_the_other_feed():
    u = replace(A_LOST, genset_able=np.array([0.0, 1.0]))
    s, flows = run(u, 1500.0)
    assert racks(flows).min() == pytest.approx(1.0, abs=1e-12) and powered(P, flows[-1], "pump").min() == 1.0
    assert s.battery[0] == pytest.approx(0.0, abs=1.0) and flows[-1].ups_on.tolist() == [0.0, 1.0]
    assert flows[-1].output[1] == pytest.approx(flows[0].output.sum()) and flows[-1].feed[0] == 0.0
    assert genset_phase(P, s).tolist() == [0, 0]


def test_while_the_battery_lasts_a_rack_draws_from_both_ups():
    _, flows = run(replace(A_LOST, genset_able=np.zeros(2)), 5.0)
    assert flows[-1].output[0] == pytest.approx(flows[-1].output[1]) and flows[-1].battery[0] > 0 and flows[-1].battery[1] == 0


def test_both_feeds_lost_and_no_genset_battery_then_dark():
    u = replace(DARK, genset_able=np.zeros(2))
    s, flows = run(u, 1500.0)
    on = racks(flows)
    assert on[0] == 1.0 and on[-1] == 0.0 and (np.diff(on) <= 0).all() and s.battery.max() == pytest.approx(0.0, abs=1.0)
    assert all(powered(P, f, "pump").max() == 0.0 for f in flows), "pumps on the bus stop at once"
    assert powered(P, flows[0], "cdu").min() == 1.0 and powered(P, flows[0], "base") == 1.0


def test_both_feeds_lost_gensets_start_and_racks_never_blink():
    s, flows = run(DARK, 60.0)
    assert racks(flows).min() == pytest.approx(1.0, abs=1e-12) and (genset_phase(P, s) == 3).all()
    pump = np.array([powered(P, f, "pump")[0] for f in flows])
    assert pump[:11].max() == 0.0 and pump[11] < 1.0 and pump[20:].min() == pytest.approx(1.0)
    phases = [genset_phase(P, run(DARK, t)[0])[0] for t in (5, 10, 11)]
    assert phases == [1, 2, 3]


def test_a_slow_switch_within_the_battery_is_not_seen_by_racks_but_beyond_it_is():
    slow = replace(DARK, transfer_delay_s=np.full(2, 120.0))
    assert racks(run(slow, 300.0)[1]).min() == pytest.approx(1.0, abs=1e-12)
    aged = replace(slow, battery_health=np.full(2, 0.1))
    on = racks(run(aged, 300.0)[1])
    assert on.min() == 0.0 and on[-1] == pytest.approx(1.0), "dark until the switch closes, then back"


def test_one_of_nine_gensets_fails_the_others_carry_what_they_can():
    able = np.full(2, 1 / 9)
    _, flows = run(replace(DARK, genset_able=able), 3000.0, dt=5.0)
    last = flows[-1]
    assert last.genset == pytest.approx(np.full(2, 3e6)) and (last.genset_over == 1).all()
    assert 0.0 < powered_racks(P, last).min() < 1.0 and powered(P, last, "pump").max() == pytest.approx(0.0)
    assert (run(replace(DARK, genset_able=np.full(2, 8 / 9)), 100.0)[1][-1].powered[FINE.loads > 0] > 1 - 1e-9).all()


def test_what_weak_gensets_drop_moves_to_stronger_ones_up_to_their_limit():
    u = replace(DARK, genset_able=np.array([0.1, 0.2]), loads=site_loads(P, 10e3, 1.5e6))
    _, flows = run(u, 120.0)
    last = flows[-1]
    assert last.genset == pytest.approx(np.array([0.1, 0.2]) * P.genset_rating)
    assert (last.powered * u.loads).sum() == pytest.approx((last.output + last.direct).sum(), rel=1e-9)
    assert powered_racks(P, last).min() == pytest.approx(1.0) and 0.3 < powered(P, last, "pump")[0] < 0.9


def test_grid_back_the_load_returns_after_half_an_hour_without_a_blink():
    s, _ = run(DARK, 60.0)
    s, flows = run(FINE, 1799.0, s)
    assert (s.position == 1).all() and all((f.feed == P.no_load).all() for f in flows), "the energised transformer idles"
    s, flows = run(FINE, 2.0, s)
    assert (s.position == 0).all() and racks(flows).min() == 1.0 and (genset_phase(P, s) == 0).all() and (flows[-1].genset == 0).all()


def test_grid_back_for_a_moment_starts_the_wait_anew():
    s, _ = run(DARK, 60.0)
    s, _ = run(FINE, 1000.0, s)
    s, _ = run(DARK, 5.0, s)
    s, _ = run(FINE, 1000.0, s)
    assert (s.position == 1).all()


def test_a_genset_that_dies_on_load_sends_the_switch_back_to_a_live_grid_or_leaves_the_battery():
    s, _ = run(DARK, 60.0)
    dead = replace(FINE, genset_able=np.zeros(2))
    back, flows = run(dead, 3.0, s)
    assert (back.position == 0).all() and racks(flows).min() == 1.0 and flows[0].battery.min() > 0
    _, flows = run(replace(dead, grid_ok=np.zeros(2)), 3.0, s)
    assert racks(flows).min() == 1.0 and (flows[-1].bus_on == 0).all() and flows[-1].battery.min() > 0


def test_grid_back_before_the_transfer_stops_the_start():
    s, _ = run(DARK, 6.0)
    s, flows = run(FINE, 1.0, s)
    assert (genset_phase(P, s) == 0).all() and (s.moved_s == 0).all() and (flows[0].charge > 0).all()


def test_overload_is_flagged_and_carried():
    _, flows = run(replace(A_LOST, genset_able=np.zeros(2), battery_health=np.zeros(2), loads=1.8 * FINE.loads), 2.0)
    assert flows[-1].ups_over.tolist() == [0.0, 1.0] and racks(flows).min() == 1.0
    assert flows[-1].transformer_over.tolist() == [0.0, 1.0]
    assert run(FINE, 1.0)[1][0].ups_over.tolist() == [0.0, 0.0]


def test_pumps_behind_the_ups_ride_through():
    moved = P.ups_member + P.bus_member
    protected = replace(P, ups_member=moved, bus_member=np.zeros_like(moved))
    _, flows = run(replace(DARK, genset_able=np.zeros(2)), 5.0, p=protected)
    assert powered(protected, flows[-1], "pump").min() == 1.0


def test_an_unknown_kind_of_load_is_refused():
    with pytest.raises(TypeError, match="windmill"):
        loads(P, np.zeros(144), windmill=np.zeros(1))
