"""Spans of the whole plant end where single steps end: grid there, lost, back again, nothing left, water leaking."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from config.load import load_site
from twin.plant.machines import Targets
from twin.plant.operate import first_guess
from twin.plant.targets import targets
from twin.plant.whole import Plant, Whole, World, advance_whole, begin, build, calm
from twin.plant.whole_run import WholeRunner, on_grid


@cache
def plant(name: str) -> tuple[Plant, Whole, Targets]:
    """A site whose racks have four GPUs, each with the heat, metal and plate of eighteen."""
    full = build(load_site(name))
    x, n = full.p.leaves, 18.0
    leaves = replace(x, plate_factor=x.plate_factor[:, :4], die_capacity=n * x.die_capacity, plate_capacity=n * x.plate_capacity,
                     die_plate=n * x.die_plate, plate_rated=x.plate_rated / n, plate_base=x.plate_base / n, plate_flow=n * x.plate_flow)
    pl = replace(full, p=replace(full.p, leaves=leaves))
    t = targets(pl.p, pl.m, pl.d, 0.7, 25.0, 18.0)
    return pl, begin(pl, first_guess(pl.p, pl.d)), replace(t, gpu_power=t.gpu_power * 18.0)


def lost(pl: Plant, feeds: int, gensets: float) -> World:
    w = calm(pl)
    return replace(w, grid_ok=1.0 * (np.arange(len(w.grid_ok)) >= feeds), genset_able=gensets * w.genset_able)


def stories(pl: Plant) -> dict[str, list[World]]:
    """Minutes of each."""
    all_feeds, ok = len(pl.supply.battery), calm(pl)
    leak = replace(ok, rack_leak=np.where(np.arange(len(ok.rack_leak)) == 0, 2e-4, 0.0), loop_leak=ok.loop_leak + 1e-3)
    return {"calm": [ok] * 3, "one feed lost": [lost(pl, 1, 1.0)] * 3 + [ok], "all feeds lost": [lost(pl, all_feeds, 1.0)] * 2 + [ok],
            "gensets fail too": [lost(pl, all_feeds, 0.0)] * 6, "leaks": [leak] * 4}


def ends(pl: Plant, whole: Whole, t: Targets, worlds: list[World]) -> Iterator[Whole]:
    """Single steps, the end of each minute."""
    for world in worlds:
        for _ in range(60):
            whole = advance_whole(pl, whole, t, world, 1.0).whole
        yield whole


@pytest.mark.parametrize("site", ["valence-2"])
@pytest.mark.parametrize("story", ["calm", "one feed lost", "all feeds lost", "gensets fail too", "leaks"])
def test_spans_end_where_single_steps_end(site: str, story: str) -> None:
    pl, whole, t = plant(site)
    worlds = stories(pl)[story]
    runner = WholeRunner(pl, whole)
    for world, expected in zip(worlds, ends(pl, whole, t, worlds), strict=True):
        course = runner.run(t, world, 60, 1.0, every=20)
        found = runner.whole()
        for f in ("die", "plate", "manifold", "tcs_supply", "tcs_return", "core", "mains"):
            np.testing.assert_allclose(getattr(found.state, f), getattr(expected.state, f), atol=0.02, err_msg=f"{story} {f}")
        np.testing.assert_allclose(found.machines.throttle, expected.machines.throttle, atol=2e-3)
        np.testing.assert_allclose(found.supply.battery, expected.supply.battery, atol=0.01 * pl.supply.battery.max())
        np.testing.assert_array_equal(found.supply.position, expected.supply.position)
        np.testing.assert_allclose(found.stocks.water, expected.stocks.water, rtol=1e-4)
        np.testing.assert_allclose(found.stocks.coolant, expected.stocks.coolant, rtol=1e-4)
        np.testing.assert_allclose(course.shown.hottest[-1], found.state.die.max(-1), atol=1e-9)
        np.testing.assert_array_equal(course.battery[-1], found.supply.battery)


def test_a_lost_supply_reaches_pumps_and_gpus() -> None:
    """Facility pumps stand at once; CDU pumps behind the UPS run on until the GPUs have shut themselves down in the heat."""
    pl, whole, t = plant("valence-2")
    dark = lost(pl, len(pl.supply.battery), 0.0)
    runner = WholeRunner(pl, whole)
    course = runner.run(t, dark, 1800, 1.0, every=600)
    assert not on_grid(runner.whole().supply, dark)
    assert course.shown.loops["pump"].max() == 0.0
    assert course.shown.gpu[-1].max() == 0.0
    assert np.all(np.diff(course.battery, axis=0) <= 0.0)


@pytest.mark.parametrize("every, rtol", [(1, 1e-6), (10, 0.03)])  # a span's books take the loads at its end: machines that start again ramp within it
@pytest.mark.parametrize("gensets", [0.0, 0.1, 1.0])
def test_every_row_of_the_books_is_that_of_the_numpy_supply(every: int, rtol: float, gensets: float) -> None:
    """A feed is lost and its gensets fail, all or nine of ten of them, or start; then both are lost; then the grid is back."""
    pl, whole, t = plant("valence-2")
    runner = WholeRunner(pl, whole)
    runner.run(t, calm(pl), 1200, 1.0)
    whole = runner.whole()
    for world, seconds in ((lost(pl, 1, gensets), 60), (lost(pl, 2, gensets), 60), (calm(pl), 40)):
        course = runner.run(t, world, seconds, 1.0, every=every)
        for found in range(seconds // every):
            steps = []
            for _ in range(every):
                steps.append(advance_whole(pl, whole, t, world, 1.0))
                whole = steps[-1].whole
            scale, at = steps[-1].loads.sum(), f"row {found}"
            for name, atol in (("feed", rtol * scale), ("genset", rtol * scale), ("powered", 1e-6)):
                expected = np.mean([getattr(a.power, name) for a in steps], axis=0)
                np.testing.assert_allclose(getattr(course, name)[found], expected, atol=atol, err_msg=f"{name}, {at}")
            np.testing.assert_allclose(course.battery[found], whole.supply.battery, atol=0.002 * pl.supply.battery.max(), err_msg=at)


def test_gpus_come_back_only_when_their_racks_have_booted() -> None:
    """Batteries are dead and both feeds blink for ten seconds: pumps and CPUs are back at once, GPUs a minute and a half later, in numpy as compiled."""
    full, whole, t = plant("valence-2")
    pl = replace(full, p=replace(full.p, leaves=replace(full.p.leaves, restart=np.full_like(full.p.leaves.restart, 90.0))))
    dark = replace(lost(pl, 2, 0.0), battery_health=np.zeros(2))
    runner, asked = WholeRunner(pl, whole), t.gpu_power.sum()
    shown = [runner.run(t, world, seconds, 1.0, every=1).shown for world, seconds in ((dark, 10), (calm(pl), 120))]
    single = []
    for world, seconds in ((dark, 10), (calm(pl), 120)):
        for _ in range(seconds):
            a = advance_whole(pl, whole, t, world, 1.0)
            whole = a.whole
            single.append(a.inputs.gpu_power.sum())
    gpu, racks = (np.concatenate([x.sum(-1) for x in parts]) for parts in ([s.gpu for s in shown], [s.loops["rack_power"] for s in shown]))
    np.testing.assert_allclose(gpu, single, rtol=1e-9, atol=1e-3)
    assert np.all(gpu[:100] == 0.0) and np.all(gpu[100:] > 0.99 * asked)
    assert racks[9] == 0.0 and racks[10:100] == pytest.approx(t.other_power.sum() + t.air_power.sum())
    assert shown[1].loops["pump"][1].min() > 0.0
