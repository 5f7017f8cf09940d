"""The filter's own laws: covariances stay symmetric and positive, silence widens, sensors narrow, what is bad is not believed."""
from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.classes import CLASSES
from config.load import load_site
from tests.plants import EQUIPPED, SITES, designed, disturbed, scrambled
from twin.engine import Twin, start
from twin.engine.tick import take_step
from twin.estimate import noise
from twin.events import BAD, GOOD, SUSPECT, Reading
from twin.plant.live import learned, live, template
from twin.plant.step import step

STEP_MS = 5_000


@cache
def begun(name: str = EQUIPPED) -> Twin:
    """A twin after a quarter of an hour of what the designed plant would show."""
    twin = start(load_site(name))
    for n in range(1, 181):
        twin = heard(twin, n)
    return twin


def shown(twin: Twin) -> dict[str, np.ndarray]:
    """What sensors would show that agree with the twin: its own snapshot, the designed plant before the first."""
    if twin.snapshot is None:
        return {c: np.full((n, len(CLASSES[c].measured)), np.nan) for c, n in twin.model.rows.items() if n}
    return {c: v[:, : len(CLASSES[c].measured)] for c, v in twin.snapshot.values.items()}


def heard(twin: Twin, n: int, silent: frozenset[str] = frozenset(), q: int = GOOD, moved: dict[tuple[str, str], float] | None = None,
          rng: np.random.Generator | None = None, mask: float = 0.0) -> Twin:
    """One step with readings of every class that is not silent; `moved` adds to a column, `mask` is the chance of a missing value."""
    now, out, rng = n * STEP_MS, [], rng or np.random.default_rng(n)
    for cls, rows in shown(twin).items():
        rows = rows + 0.02 * rng.standard_normal(rows.shape) * (np.array([c.endswith("_c") for c in CLASSES[cls].measured]))
        for (where, column), by in (moved or {}).items():
            if where == cls:
                rows[:, CLASSES[cls].column(column)] += by
        rows = np.where(rng.random(rows.shape) < mask, np.nan, rows)
        if cls not in silent:
            out += [Reading(now, cls, r, n, q, rows[r]) for r in range(len(rows)) if np.isfinite(rows[r]).any()]
    if "gpu" not in silent and n % 6 == 0:
        state, power = twin.belief.state, twin.designed.gpu_power
        out += [Reading(now, "gpu", r, n, q, np.stack([state.die[r] + 0.3 * rng.standard_normal(state.die.shape[1]), power[r]])) for r in range(len(power))]
    return take_step(replace(twin, next_ms=now), out)[0]


def blocks(twin: Twin) -> list[np.ndarray]:
    b, g = twin.belief.blocks, twin.belief.of_gpus
    gpu = np.stack([np.stack([g.v_r, g.v_ro], -1), np.stack([g.v_ro, g.v_o], -1)], -2)
    slow = [np.nan_to_num(block.cov, nan=1.0) for block in twin.belief.slow.blocks.values() if len(block.x)]
    return [b.core_cov, b.cdu_cov, b.rack_cov, gpu, *slow]


def sound(cov: np.ndarray) -> None:
    assert np.isfinite(cov).all()
    np.testing.assert_allclose(cov, np.swapaxes(cov, -1, -2), atol=1e-12)
    least = np.linalg.eigvalsh(cov)[..., 0]
    assert (least >= -1e-9 * np.trace(cov, axis1=-2, axis2=-1)).all()


@given(seed=st.integers(0, 2**32 - 1), mask=st.sampled_from([0.0, 0.3, 0.9]), wild=st.sampled_from([0.0, 1.0, 40.0]))
@settings(max_examples=4, deadline=None)
def test_covariances_stay_symmetric_and_positive(seed: int, mask: float, wild: float):
    rng = np.random.default_rng(seed)
    twin = begun()
    for n in range(181, 195):
        moved = {("cdu", "tcs_return_c"): wild * rng.normal(), ("loop", "supply_c"): wild * rng.normal(), ("rack", "return_c"): wild * rng.normal()}
        twin = heard(twin, n, rng=rng, mask=mask, moved=moved)
        for cov in blocks(twin):
            sound(cov)


def test_silence_widens_and_hearing_narrows():
    before = begun()
    quiet = before
    widths = []
    for n in range(181, 205):
        quiet = heard(quiet, n, silent=frozenset((*CLASSES, "gpu")))
        widths.append([np.trace(b, axis1=-2, axis2=-1).sum() for b in blocks(quiet)[:3]])
    assert (np.diff(widths, axis=0) > -1e-12).all(), "no band narrows in silence"
    deaf = heard(before, 181, silent=frozenset({"cdu"}))
    full = heard(before, 181)
    assert (np.diagonal(deaf.belief.blocks.cdu_cov, axis1=-2, axis2=-1)[:, :2] > np.diagonal(full.belief.blocks.cdu_cov, axis1=-2, axis2=-1)[:, :2]).all()


def test_bad_quality_changes_nothing():
    before = begun()
    bad = heard(before, 181, q=BAD, moved={("cdu", "tcs_supply_c"): 2.0, ("loop", "return_c"): 3.0})
    silent = heard(before, 181, silent=frozenset((*CLASSES, "gpu")))
    for name in ("tcs_supply", "core", "manifold", "die"):
        np.testing.assert_array_equal(getattr(bad.belief.state, name), getattr(silent.belief.state, name))
    np.testing.assert_array_equal(bad.belief.blocks.cdu_cov, silent.belief.blocks.cdu_cov)


def test_a_wild_reading_is_marked_and_not_believed():
    twin = heard(begun(), 181, moved={("cdu", "tcs_return_c"): 15.0})
    assert (twin.quality["cdu"][:, CLASSES["cdu"].column("tcs_return_c")] == SUSPECT).all()
    assert np.abs(twin.belief.state.tcs_return - begun().belief.state.tcs_return).max() < 1.0


@pytest.mark.parametrize("name", SITES)
def test_live_step_is_the_numpy_step(name: str):
    """Oracle: twin.plant.step, on any state and inputs."""
    p, state, inputs = designed(name)
    rng = np.random.default_rng(5)
    factor, ua = rng.uniform(0.5, 1.2, p.leaves.plate_factor.shape), p.cdus.ua * rng.uniform(0.5, 1.2, p.cdus.ua.shape)
    own = replace(p, leaves=replace(p.leaves, plate_factor=factor), cdus=replace(p.cdus, ua=ua))
    of = learned(template(p, state), own)
    for dt in (1.0, 5.0, 60.0):
        before, u = disturbed(state, rng, 3.0), scrambled(inputs, rng)
        kept = before.die.copy()
        after, flows = step(own, before, u, dt)
        lived = live(of, factor, before, u, dt)
        for field in after.__dataclass_fields__:
            np.testing.assert_allclose(getattr(lived.after(), field), getattr(after, field), rtol=1e-8, atol=1e-6)
        np.testing.assert_allclose(lived.plant.cdus["heat"], flows.cdu_heat, rtol=1e-7, atol=1e-3)
        np.testing.assert_array_equal(before.die, kept)


def test_a_resistance_is_found_under_a_load_that_moves():
    """A plate that resists 40 % more than its neighbours is found within a few messages, and only it."""
    twin = start(load_site(EQUIPPED))
    racks, gpus = twin.belief.of_gpus.resistance.shape
    true = np.ones((racks, gpus))
    true[1, 3] = 1.4
    p, u, rng = twin.model.parameters, twin.designed, np.random.default_rng(3)
    own = replace(p, leaves=replace(p.leaves, plate_factor=1.0 / true))
    state = twin.belief.state
    for n in range(1, 121):
        load = 1.0 + 0.4 * np.sin(n / 9.0)
        now = replace(u, gpu_power=u.gpu_power * load)
        state, _ = step(own, state, now, 5.0)
        rack = now.gpu_power.sum(-1) + now.other_power + now.air_power
        out = [Reading(n * STEP_MS, "rack", r, n, GOOD, np.array([state.tcs_supply[p.wiring.rack_cdu[r]], state.manifold[r], u.rack_flow[r], rack[r], 0.0]))
               for r in range(racks)]
        if n % 6 == 0:
            out += [Reading(n * STEP_MS, "gpu", r, n, GOOD, np.stack([state.die[r] + 0.2 * rng.standard_normal(gpus), now.gpu_power[r]])) for r in range(racks)]
        twin = take_step(replace(twin, next_ms=n * STEP_MS), out)[0]
    found = twin.belief.of_gpus.resistance / np.median(twin.belief.of_gpus.resistance)
    assert found[1, 3] == pytest.approx(1.4, abs=0.12)
    assert np.abs(np.delete(found.ravel(), gpus + 3) - 1.0).max() < 0.12
    assert (noise.RESISTANCE_BOUNDS[0] <= twin.belief.of_gpus.resistance).all()
