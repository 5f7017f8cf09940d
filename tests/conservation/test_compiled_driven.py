"""The compiled driven plant equals controllers, hydraulics, throttling and thermal step in numpy, whatever state and targets."""
from __future__ import annotations

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load_site
from tests.plants import EQUIPPED, disturbed
from twin.plant.assembly import assemble
from twin.plant.design import design
from twin.plant.drive import drive
from twin.plant.driven import DrivenRunner
from twin.plant.machines import Machinery, Machines, Targets, at_rest, machinery
from twin.plant.operate import first_guess
from twin.plant.step import step
from twin.plant.targets import targets
from twin.plant.types import Flows, Parameters, State

seeds = st.integers(0, 2**32 - 1)
ONE_OR_NOT = ("cdu_powered", "loop_powered", "fan_powered", "heatpump_powered", "chiller_powered")
SHARES = ("rack_powered", "heatpump", "fans_able", "chiller", "tank_share")
COUNTS = ("cdu_pumps", "loop_pumps")


@cache
def plant(name: str) -> tuple[Parameters, Machinery, State, Targets]:
    site = load_site(name)
    p, d = assemble(site), design(site)
    m = machinery(site, p, d)
    return p, m, first_guess(p, d), targets(p, m, d, 0.7, 25.0, 18.0)


def any_target(name: str, value: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A target as an operator, the weather or a fault may set it."""
    if name in ONE_OR_NOT:
        return 1.0 * (rng.random(value.shape) < 0.8)
    if name in SHARES:
        return np.clip(rng.uniform(-0.2, 1.2, value.shape), 0.0, 1.0)
    if name in COUNTS:
        return np.floor(rng.uniform(0.0, 1.0, value.shape) * (value + 1.0))
    if name == "valve_stuck" or name.endswith("_manual"):
        return np.where(rng.random(value.shape) < 0.8, np.nan, rng.uniform(0.0, 1.0, value.shape))
    if name in ("dry_bulb", "wet_bulb", "sink_out", "dh_return", "fws_supply", "tcs_supply"):
        return value + rng.uniform(-10.0, 10.0, value.shape)
    if name == "make_up":
        return rng.uniform(0.0, 1e-2, value.shape)
    return value * rng.uniform(0.3, 1.7, value.shape)


def any_targets(t: Targets, rng: np.random.Generator, steps: int) -> list[Targets]:
    """Targets of each step; the power asked stays."""
    power = t.gpu_power * rng.uniform(0.0, 1.5, t.gpu_power.shape)
    names = [f.name for f in fields(Targets) if f.name != "gpu_power"]
    return [Targets(power, **{n: any_target(n, getattr(t, n), rng) for n in names}) for _ in range(steps)]


def any_machines(m: Machinery, rng: np.random.Generator, shape: tuple[int, int]) -> Machines:
    """Speeds, positions and clocks anywhere; a third of the racks have GPUs that are throttled or off."""
    x = at_rest(m, shape)
    moved = {f.name: rng.uniform(0.0, 1.0, getattr(x, f.name).shape) for f in fields(Machines)}
    some = (rng.random(shape[0]) < 0.3)[:, None] & (rng.random(shape) < 0.5)
    return Machines(**moved | {
        "pumps_on": np.floor(moved["pumps_on"] * (m.loop_pumps + 1.0)), "pumps_timer": moved["pumps_timer"] * 80.0 - 40.0,
        "pumps_since": moved["pumps_since"] * 600.0, "fan": moved["fan"] * 2.0 - 1.0, "pads": np.round(moved["pads"]),
        "economiser": np.round(moved["economiser"]), "throttle": np.where(some, moved["throttle"], 1.0),
        "off": np.where(some, np.round(moved["off"]), 0.0), "boot_s": np.where(rng.random(shape[0]) < 0.3, 5.0 * moved["boot_s"], 0.0)})  # fmt: skip


def stacked(rows: list[Targets]) -> Targets:
    """Targets a step as one value with a leading axis."""
    return replace(rows[0], **{f.name: np.stack([getattr(t, f.name) for t in rows]) for f in fields(Targets) if f.name != "gpu_power"})


def oracle(p: Parameters, m: Machinery, state: State, x: Machines, rows: list[Targets], loads: np.ndarray,
           dt: float) -> tuple[State, Machines, Flows, list[np.ndarray]]:
    hottest = []
    for t, load in zip(rows, loads, strict=True):
        x, inputs, _ = drive(p, m, x, state, replace(t, gpu_power=t.gpu_power * load[:, None]), dt)
        state, flows = step(p, state, inputs, dt)
        hottest.append(state.die.max(-1))
    return state, x, flows, hottest


def same(found: object, expected: object, rtol: float, atol: float) -> None:
    for f in fields(expected):
        np.testing.assert_allclose(getattr(found, f.name), getattr(expected, f.name), rtol=rtol, atol=atol, err_msg=f.name)


def compare(name: str, seed: int, dt: float, steps: int) -> None:
    rng = np.random.default_rng(seed)
    p, m, state, t = plant(name)
    factor = rng.uniform(0.3, 1.0, p.leaves.plate_factor.shape)
    p = replace(p, leaves=replace(p.leaves, plate_factor=factor))
    m = replace(m, rack=m.rack * rng.choice([1.0, 0.8], len(m.rack)))
    state = disturbed(state, rng, 15.0)
    rows, loads = any_targets(t, rng, steps), rng.uniform(0.0, 1.5, (steps, len(factor)))
    x = any_machines(m, rng, factor.shape)
    after, machines, flows, hottest = oracle(p, m, state, x, rows, loads, dt)
    runner = DrivenRunner(p, m, state, x)
    course = runner.run(stacked(rows), steps, dt, loads, every=1)
    same(runner.state(), after, 1e-11, 1e-8)
    same(runner.machines(), machines, 1e-9, 1e-9)
    same(runner.flows(), flows, 1e-9, 1e-10 * flows.throughput.max())
    np.testing.assert_allclose(course.shown.hottest, hottest, rtol=1e-11, atol=1e-8)
    np.testing.assert_allclose(course.shown.core[-1], after.core, rtol=1e-11, atol=1e-8)
    assert course.residual <= 1e-9


@pytest.mark.parametrize("site", ["valence", "valence-2", "frontier", EQUIPPED])
@given(seed=seeds, dt=st.sampled_from([0.1, 1.0, 15.0, 300.0]))
@settings(max_examples=8, deadline=None)
def test_driven_steps_equal_numpy_steps(site: str, seed: int, dt: float) -> None:
    compare(site, seed, dt, 5)


@pytest.mark.parametrize("site", ["marseille", "grand-est", "fleet-2030"])
def test_large_sites_equal_numpy_too(site: str) -> None:
    compare(site, 2030, 1.0, 2)


@given(seed=seeds)
@settings(max_examples=5, deadline=None)
def test_held_targets_are_the_same_at_each_step(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, m, state, t = plant("valence")
    (asked,) = any_targets(t, rng, 1)
    x, n = any_machines(m, rng, p.leaves.plate_factor.shape), 7
    after, machines, _, _ = oracle(p, m, state, x, [asked] * n, np.ones((n, len(m.rack))), 1.0)
    runner = DrivenRunner(p, m, state, x)
    for part in (3, 1, 3):  # runs join
        runner.run(asked, part, 1.0)
    same(runner.state(), after, 1e-11, 1e-8)
    same(runner.machines(), machines, 1e-9, 1e-9)


def test_a_hot_hall_throttles_recovers_and_is_calm_again() -> None:
    p, m, state, t = plant("valence")
    runner = DrivenRunner(p, m, state, at_rest(m, p.leaves.plate_factor.shape))
    stopped = replace(t, cdu_powered=np.zeros_like(t.cdu_powered))
    hot = runner.run(stopped, 600, 1.0, every=600)
    assert hot.shown.hottest.max() > p.leaves.throttle.min()
    assert runner.machines().throttle.min() < 1.0
    runner.run(t, 3600, 1.0)
    assert np.all(runner.machines().throttle == 1.0)
    assert np.all(runner._driven.racks["hot"] == 0.0)


def test_shown_values_belong_to_one_step() -> None:
    p, m, state, t = plant("valence")
    x = at_rest(m, p.leaves.plate_factor.shape)
    shown = DrivenRunner(p, m, state, x).run(t, 3, 1.0, every=1).shown
    for row in range(3):
        x, inputs, flows = drive(p, m, x, state, t, 1.0)
        state, heat = step(p, state, inputs, 1.0)
        cdus, loops = shown.cdus[row], shown.loops[row]
        for found, expected in ((cdus["heat"], heat.cdu_heat), (cdus["fws_flow"], flows.fws), (cdus["pump"], flows.cdu_power),
                                (cdus["tcs_flow"], p.wiring.racks_to_cdus(flows.rack)), (cdus["tcs_return"], state.tcs_return),
                                (loops["cooler"], heat.cooler), (loops["pump"], flows.loop_power), (loops["flow"], flows.fws.sum() + flows.air),
                                (shown.gpu[row], inputs.gpu_power.sum(-1)), (shown.cdu_machines[row]["valve"], x.valve),
                                (shown.loop_machines[row]["fan"], x.fan)):
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_targets_that_do_not_fit_are_refused() -> None:
    p, m, state, t = plant("valence")
    runner = DrivenRunner(p, m, state, at_rest(m, p.leaves.plate_factor.shape))
    with pytest.raises(ValueError, match=r"target dry_bulb of shape \(3, 1\)"):
        runner.run(replace(t, dry_bulb=np.zeros((3, 1))), 5, 1.0)


@pytest.mark.parametrize(("steps", "shape"), [(0, (1, 1)), (3, (2, 1)), (3, (3, 7))])
def test_loads_that_do_not_fit_are_refused(steps: int, shape: tuple[int, int]) -> None:
    p, m, state, t = plant("valence")
    with pytest.raises(ValueError, match="steps with loads of shape"):
        DrivenRunner(p, m, state, at_rest(m, p.leaves.plate_factor.shape)).run(t, steps, 1.0, np.ones(shape))
