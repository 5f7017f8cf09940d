"""A feed lost is felt by pumps, fans, compressors, racks and at last by temperatures."""
from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from config.load import load_site
from config.site import Site
from tests.plants import EQUIPPED
from twin.physics.water import capacity_flow
from twin.plant import nodes
from twin.plant.operate import settle
from twin.plant.stocks import FILL_ON_PA
from twin.plant.supply_types import KINDS
from twin.plant.targets import targets
from twin.plant.transfer import genset_phase
from twin.plant.whole import Advanced, Plant, Whole, World, advance_whole, begin, build, calm

A_LOST, DARK = np.array([0.0, 1.0]), np.zeros(2)
LOAD, DRY, WET = 0.7, 15.0, 11.0


def hall(**changes: object) -> Site:
    """The small hall with other units."""
    site = load_site(EQUIPPED)
    one = site.model.halls[0]
    units = {name: getattr(one, name).model_copy(update=change) for name, change in changes.items()}
    return replace(site, model=site.model.model_copy(update={"halls": (one.model_copy(update=units),)}))


VARIANTS = {"as built": {}, "pumps behind the UPS": {"pumps": {"ups": True}}, "pumps on a": {"pumps": {"feeds": ("a",)}},
            "all on a": {part: {"feeds": ("a",)} for part in ("racks", "cdus", "pumps", "coolers", "chiller", "heat_pump")}}


@cache
def running(variant: str = "as built") -> tuple[Plant, Whole]:
    """A hall whose controllers have come to rest; variants differ in their wires alone."""
    pl = build(hall(**VARIANTS[variant]))
    if variant != "as built":
        return pl, running()[1]
    whole = begin(pl, settle(pl.p, pl.d, LOAD, DRY, WET)[0])
    for _ in range(150):
        whole = advance_whole(pl, whole, asked(pl), calm(pl), 8.0).whole
    return pl, whole


def asked(pl: Plant):
    return targets(pl.p, pl.m, pl.d, LOAD, DRY, WET)


def world(pl: Plant, **changes: object) -> World:
    return replace(calm(pl), **changes)


def run(pl: Plant, whole: Whole, w: World, seconds: int, dt: float = 1.0) -> tuple[Whole, list[Advanced]]:
    steps = []
    for _ in range(round(seconds / dt)):
        steps.append(advance_whole(pl, whole, asked(pl), w, dt))
        whole = steps[-1].whole
    return whole, steps


def hottest(whole: Whole) -> float:
    return float(whole.state.die.max())


def share(a: Advanced, kind: str) -> float:
    """Of the step in which a kind of the only hall had power."""
    return float(a.power.powered[KINDS.index(kind)])


def test_feed_a_lost_and_its_gensets_dead_all_that_hangs_on_both_runs_on_b():
    pl, whole = running()
    calm_end, _ = run(pl, whole, world(pl), 60)
    w = world(pl, grid_ok=A_LOST, genset_able=A_LOST, battery_health=A_LOST)
    end, steps = run(pl, whole, w, 60)
    assert hottest(end) == pytest.approx(hottest(calm_end), abs=0.1)
    before = run(pl, whole, world(pl), 1)[1][0].power
    assert all(a.power.feed[0] == 0.0 for a in steps) and steps[-1].power.output[1] == pytest.approx(before.output.sum(), rel=0.01)


def test_feed_a_lost_pumps_that_hang_on_it_alone_stop_until_its_gensets_carry_them():
    pl, whole = running("pumps on a")
    w = world(pl, grid_ok=A_LOST)
    end, steps = run(pl, whole, w, 120)
    water = np.array([a.inputs.fws_flow.sum() for a in steps])
    start = round(pl.supply.genset_start[0] + pl.supply.transfer[0])
    assert water[:start].max() == 0.0 and water[start + 1 :].min() > 0.0
    assert all((a.inputs.rack_flow > 0).all() and share(a, "rack") == 1.0 for a in steps), "racks and CDU pumps stand behind the UPS"
    warmest = max(a.whole.state.tcs_supply.max() for a in steps)
    assert warmest > whole.state.tcs_supply.max() + 0.5 and end.state.tcs_supply.max() < warmest


def test_feed_a_lost_its_gensets_dead_and_its_battery_empty_a_hall_on_it_alone_is_dark():
    pl, whole = running("all on a")
    end, steps = run(pl, whole, world(pl, grid_ok=A_LOST, genset_able=np.zeros(2), battery_health=np.zeros(2)), 30)
    assert all(share(a, kind) == 0.0 for a in steps for kind in ("rack", "cdu", "pump", "cooler"))
    assert (steps[-1].inputs.rack_flow == 0).all() and steps[-1].inputs.gpu_power.sum() == 0 and hottest(end) < hottest(whole)


def test_both_feeds_lost_cdu_pumps_ride_through_and_facility_pumps_come_back_with_the_gensets():
    pl, whole = running()
    end, steps = run(pl, whole, world(pl, grid_ok=DARK), 300)
    assert (genset_phase(pl.supply, end.supply) == 3).all() and all(share(a, "rack") == share(a, "cdu") == 1.0 for a in steps)
    flows = np.array([a.inputs.rack_flow.min() for a in steps])
    assert flows.min() > 0.99 * flows[0], "coolant never stops"
    assert steps[5].inputs.loop_pump[0] == 0.0 and steps[20].inputs.loop_pump[0] > 0.0
    assert max(map(hottest, (a.whole for a in steps))) < pl.p.leaves.throttle.min(), "eleven seconds without facility water throttle no GPU"


def test_both_feeds_lost_facility_pumps_behind_the_ups_ride_through():
    pl, whole = running("pumps behind the UPS")
    _, steps = run(pl, whole, world(pl, grid_ok=DARK), 30)
    flows = np.array([a.inputs.fws_flow.sum() for a in steps])
    assert flows.min() > 0.99 * flows[0] and all(share(a, "pump") == 1.0 for a in steps)
    assert all(a.inputs.cooler_fan[0] == 0.0 for a in steps[:10]), "fans do not"


def test_the_heat_pump_trips_and_ramps_from_rest():
    pl, whole = running()
    assert whole.machines.heatpump[0] > 0.05
    _, steps = run(pl, whole, world(pl, grid_ok=DARK), 60)
    loads = np.array([a.inputs.heatpump_load[0] for a in steps])
    start = int(np.argmax(loads > 0))
    assert start >= pl.supply.genset_start[0] and loads[start] <= pl.m.heatpump_rate[0] + 1e-12 and (np.diff(loads[start : start + 20]) > 0).all()


def test_most_gensets_fail_pumps_go_short_before_racks_do():
    pl, whole = running()
    need = run(pl, whole, world(pl), 1)[1][0].power.ups_in.sum()
    able = np.full(2, 0.995 * need / pl.supply.genset_rating.sum())
    _, steps = run(pl, whole, world(pl, grid_ok=DARK, genset_able=able), 60)
    assert all(share(a, "rack") == 1.0 for a in steps) and (steps[-1].power.genset_over == 1).all()
    assert share(steps[-1], "pump") < 0.5 and steps[-1].inputs.fws_flow.max() == 0.0 and share(steps[-1], "heat_pump") < 1.0


def test_gensets_of_b_fail_and_those_of_a_carry_both():
    pl, whole = running()
    end, steps = run(pl, whole, world(pl, grid_ok=DARK, genset_able=np.array([1.0, 0.0]), battery_health=np.full(2, 0.05)), 200)
    assert genset_phase(pl.supply, end.supply).tolist() == [3, 0]
    assert all(share(a, "rack") == 1.0 for a in steps) and steps[-1].inputs.fws_flow.min() > 0
    assert steps[-1].power.genset[1] == 0.0 and steps[-1].power.genset[0] == pytest.approx(steps[-1].power.direct[0] + steps[-1].power.ups_in[0])


def held_j(pl: Plant, whole: Whole) -> float:
    """Heat [J] above 0 degC of GPUs, racks and coolant."""
    le, c, s = pl.p.leaves, pl.p.cdus, whole.state
    leaves = le.die_capacity * s.die.sum(-1) + le.plate_capacity * s.plate.sum(-1) + le.manifold_capacity * s.manifold
    return float(leaves.sum() + (c.supply_capacity * s.tcs_supply + c.return_capacity * s.tcs_return).sum())


def test_on_battery_without_facility_water_coolant_warms_by_what_the_ups_gives():
    pl, whole = running()
    end, steps = run(pl, whole, world(pl, grid_ok=DARK, genset_able=np.zeros(2)), 30)
    to_air = sum(a.inputs.air_power.sum() for a in steps)
    given_j = sum(a.power.output.sum() - pl.supply.base for a in steps) - to_air
    assert held_j(pl, end) - held_j(pl, whole) == pytest.approx(given_j, rel=1e-9)


def test_the_battery_lasts_as_long_as_its_charge_then_racks_and_pumps_stop_and_dies_meet_their_plates():
    pl, whole = running()
    health = np.full(2, 0.02)
    w = world(pl, grid_ok=DARK, genset_able=np.zeros(2), battery_health=health)
    drain = run(pl, whole, w, 1)[1][0].power.battery
    lasts = (health * pl.supply.battery / drain).min()
    end, steps = run(pl, whole, w, round(1.2 * lasts))
    on = np.array([share(a, "rack") for a in steps])
    assert sum(a.power.battery for a in steps) == pytest.approx(health * pl.supply.battery)
    assert on[: round(lasts) - 1].min() == 1.0, "no less than under the first load: hot GPUs take less, not more"
    assert on[-1] == 0.0 and (steps[-1].inputs.rack_flow == 0).all() and steps[-1].power.battery.sum() == 0.0
    le = pl.p.leaves
    cd, cp = le.die_capacity[:, None], le.plate_capacity[:, None]
    before, last = end.state, run(pl, end, w, 600, 20.0)[0].state
    mixed = (cd * before.die + cp * before.plate) / (cd + cp)
    np.testing.assert_allclose(last.die, mixed, atol=1e-3)
    np.testing.assert_allclose(last.plate, mixed, atol=1e-3)


def test_a_leak_stops_the_pumps_of_its_cdu_and_its_gpus_protect_themselves():
    pl, whole = running()
    leak = np.zeros_like(pl.p.leaves.rated_flow)
    leak[0] = 0.5 * pl.volumes.reservoir[0] / 60.0
    end, steps = run(pl, whole, world(pl, rack_leak=leak), 300)
    wet = pl.p.wiring.rack_cdu == 0
    assert (steps[-1].inputs.rack_flow[wet] == 0).all() and (steps[-1].inputs.rack_flow[~wet] > 0).all()
    assert (end.machines.throttle[wet] < 1).all() and (end.machines.throttle[~wet] == 1).all()
    assert steps[-1].loads[0] < 0.99 * steps[0].loads[0], "what throttles draws less"


def test_a_leak_in_the_main_is_made_up_and_takes_its_heat_along():
    pl, whole = running()
    _, steps = run(pl, whole, world(pl, loop_leak=0.5 * pl.volumes.fill), 3600, 20.0)
    filling = [a for a in steps if a.water.filled[0] > 0]
    assert filling and all(a.whole.stocks.pressure[0] > 0.9 * FILL_ON_PA for a in steps)
    for a in filling:
        warm = a.whole.state.core[0, nodes.PLANT_IN] - pl.p.core.make_up[0]
        assert a.heat.drained[0] == pytest.approx(float(capacity_flow(pl.volumes.fill[0])) * warm)
