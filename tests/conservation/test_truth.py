"""The hidden plant keeps its energy: heat in = heat out + storage, with any load, weather, step and fault."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load_site
from sensors.faults import Fault, plant_faults
from sensors.truth.compiled import advance
from sensors.truth.draw import draw
from sensors.truth.plant import Truth
from sensors.truth.plug import Plugs, lose, outlet, push, settle, stored
from sensors.truth.racks import RackLoad
from sensors.weather import moist

SITES = {name: load_site(name) for name in ("valence", "frontier")}
FAULTS = {"valence": ("", "pump_trip:pump/pumps", "cdu_pump_trip:cdu/cdu-03", "feed_loss:feed/a", "tank_mixing:tank/tank", "hx_fouled:cdu/cdu-01",
                      "cold_plate_blocked:rack/r001/5", "fan_failure:cooler/coolers", "valve_stuck:cdu/cdu-02", "air_lock:rack/r002"),
          "frontier": ("", "pump_trip:pump/pumps", "cdu_pump_trip:cdu/cdu-03", "recirculation:tower/tower")}


def constant(p, share: float):
    r = p.rack
    gpu = share * r.gpu_max[:, None] * r.present
    return lambda t0, t1: RackLoad(gpu, share * r.other_max, share * r.air_max)


def plant(name: str, share: float, dry_bulb: float, fault: str = "", size: float = 0.0, seed: int = 5) -> Truth:
    site = SITES[name]
    p = draw(site, seed)
    faults = [Fault(*fault.split(":"), 0.0, size)] if fault else []
    return Truth.of(site, seed, 0.0, constant(p, share), lambda t: moist(dry_bulb, 0.6), plant_faults(site, p, faults, 0.0))


@pytest.mark.parametrize("name", SITES)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_energy_is_kept_at_every_step(name, data):
    fault = data.draw(st.sampled_from(FAULTS[name]))
    truth = plant(name, data.draw(st.floats(0, 1)), data.draw(st.floats(-25, 45)), fault)
    for dt in data.draw(st.lists(st.sampled_from([0.1, 1.0, 7.0, 60.0]), min_size=1, max_size=6)):
        truth.step(dt)
        assert truth.ledger.residual < 1e-9
        assert all(np.isfinite(v).all() for v in (truth.state.die, truth.state.cdu["tcs_supply"], truth.state.hall["header"], truth.state.feed["grid_w"]))
    assert truth.ledger.worst < 1e-9


def test_all_pumps_lost_is_finite_and_kept():
    truth = plant("valence", 0.6, 15.0, "pump_trip:pump/pumps", 9.0)
    for _ in range(30):
        truth.step(10.0)
    assert truth.state.hall["total_flow"][0] == 0.0
    assert np.isfinite(truth.state.cdu["tcs_supply"]).all() and truth.state.cdu["tcs_supply"].mean() > 60.0  # nothing takes the heat away
    assert truth.ledger.worst < 1e-9


def test_the_ledger_notices_lost_heat():
    truth = plant("valence", 0.6, 15.0)
    truth.step(1.0)
    truth.kept += 1e4  # 10 kJ that nobody brought
    truth.step(1.0)
    assert truth.ledger.residual > 1e-5


def plug(volume: float, cells: list[float]) -> Plugs:
    return Plugs(np.array([volume]), np.array([cells], dtype=float), 4e6, np.zeros(1))


def one(value: float) -> np.ndarray:
    return np.array([value])


@given(st.lists(st.floats(-20, 100), min_size=2, max_size=30), st.lists(st.tuples(st.floats(0, 1), st.floats(-20, 100)), max_size=8))
def test_a_plug_gives_out_what_went_in(cells, pushes):
    main = plug(3.0, cells)
    for share, inlet in pushes:
        before, moved = stored(main), 3.0 * share
        out = float(outlet(main, one(moved))[0])
        push(main, one(moved), one(inlet))
        if moved > 1e-9:
            assert stored(main) == pytest.approx(before + 4e6 * moved * (inlet - out), abs=1e-2)  # J of about 1e9
        low, high = min(cells + [i for _, i in pushes]), max(cells + [i for _, i in pushes])
        assert low - 1e-6 <= main.cells.min() <= main.cells.max() <= high + 1e-6


def test_a_plug_delays_by_volume_over_flow():
    main = plug(10.0, [20.0] * 20)
    seen = []
    for _ in range(30):
        seen.append(float(outlet(main, one(0.5))[0]))  # one cell a step: no numerical mixing
        push(main, one(0.5), one(40.0))
    assert seen[:20] == pytest.approx([20.0] * 20)
    assert seen[20:] == pytest.approx([40.0] * 10)


def test_a_plug_refuses_more_than_it_holds():
    with pytest.raises(ValueError, match="shorten the step"):
        outlet(plug(1.0, [20.0] * 4), one(1.1))


def test_plugs_side_by_side_do_not_touch_each_other_and_no_plug_holds_nothing():
    three = Plugs(np.array([2.0, 0.0, 1.0]), np.array([[10.0] * 4, [20.0] * 4, [30.0] * 4]), 4e6, np.array([0.0, 5.0, 0.0]))
    push(three, np.array([1.0, 1.0, 0.0]), np.array([50.0, 60.0, 70.0]))
    assert three.cells[0] == pytest.approx([50, 50, 10, 10]) and three.cells[2] == pytest.approx([30.0] * 4)
    assert outlet(three, np.array([1.0, 1.0, 0.0])) == pytest.approx([10.0, 20.0, 30.0])
    assert lose(three, np.zeros(3), 10.0) == 0.0 and stored(three) == pytest.approx(4e6 * (2.0 * 30 + 30))


@given(st.lists(st.floats(0, 90), min_size=3, max_size=24), st.floats(0, 0.5), st.floats(0, 0.5))
def test_buoyancy_keeps_the_sum_and_the_range(cells, turnover, mixing):
    out = np.array([cells])
    settle(out, turnover, one(mixing))
    assert out.sum() == pytest.approx(sum(cells), abs=1e-9)
    assert out.min() >= min(cells) - 1e-9 and out.max() <= max(cells) + 1e-9


def test_cold_water_on_top_sinks():
    cells = np.array([[20.0] * 4 + [40.0] * 4])
    for _ in range(400):
        settle(cells, 0.3, one(0.0))
    assert np.all(np.diff(cells) <= 1e-6)


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_steady_heat_leaves_where_it_should(share):
    """After hours of a constant load what leaves equals what comes, within the hunting of the controllers."""
    truth = plant("valence", share, 10.0)
    for _ in range(240):
        truth.step(60.0)
    before = (truth.ledger.came, truth.ledger.left)
    for _ in range(60):
        truth.step(60.0)
    came, left = truth.ledger.came - before[0], truth.ledger.left - before[1]
    assert left == pytest.approx(came, rel=0.02)


@pytest.mark.parametrize("name", SITES)
def test_compiled_code_does_what_its_source_says(name, monkeypatch):
    """The step as numpy and Python run it, beside the step compiled."""
    fault = "feed_loss:feed/a" if name == "valence" else "cdu_pump_trip:cdu/cdu-03"
    fast, slow = plant(name, 0.7, 12.0, fault), plant(name, 0.7, 12.0, fault)
    for _ in range(2):
        fast.step(5.0)
    monkeypatch.setattr("sensors.truth.plant.advance", advance.py_func)
    for _ in range(2):
        slow.step(5.0)
    for table in ("rack", "cdu", "hall", "feed"):
        for column in getattr(fast.state, table).dtype.names:
            assert getattr(fast.state, table)[column] == pytest.approx(getattr(slow.state, table)[column], rel=1e-6, abs=1e-9), column
    assert fast.state.die == pytest.approx(slow.state.die, abs=1e-6)
    assert fast.state.water.cells == pytest.approx(slow.state.water.cells, abs=1e-6)  # plates count in single precision
