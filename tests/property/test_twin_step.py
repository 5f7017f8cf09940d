"""The compiled step of the twin against the same laws in numpy (tests.oracles.twin_step), from random states and readings."""
from __future__ import annotations

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.classes import CLASSES
from config.load import load_site
from tests.oracles import twin_step
from tests.plants import EQUIPPED
from twin.engine import Twin, start
from twin.engine.tick import take_step
from twin.events import GOOD, Reading

STEP_MS = 5_000
SITES = (EQUIPPED, "valence", "frontier")
PARTS = ("core_cov", "core_more", "main_var", "cdu_cov", "cdu_more", "rack_cov", "rack_more", "resistance", "factor", "gpu_offset", "inlet", "quiet",
         "unbalanced", "drawn")


def readings(twin: Twin, n: int, rng: np.random.Generator, wild: float) -> list[Reading]:
    """What some assets say: near to what the twin shows, some values missing, some far off, some assets silent."""
    out, shown = [], twin.snapshot.values if twin.snapshot else {}
    for cls, rows in shown.items():
        width = len(CLASSES[cls].measured)
        values = rows[:, :width] * (1.0 + 0.003 * rng.standard_normal((len(rows), width)))
        values = np.where(rng.random(values.shape) < wild, values * rng.uniform(0.0, 2.0, values.shape), values)
        values = np.where(rng.random(values.shape) < 0.1, np.nan, values)
        out += [Reading(n * STEP_MS, cls, r, n, GOOD, values[r]) for r in range(len(rows)) if width and rng.random() < 0.8 and np.isfinite(values[r]).any()]
    state, power = twin.belief.state, (twin.inputs or twin.designed).gpu_power
    for r in range(len(power)):
        if rng.random() < 0.3:
            seen = np.stack([state.die[r] + rng.normal(0.0, 2.0, power.shape[1]), power[r] * rng.uniform(0.8, 1.2, power.shape[1])])
            out.append(Reading(n * STEP_MS, "gpu", r, n, GOOD, np.where(rng.random(seen.shape) < 0.05, np.nan, seen)))
    return out


@cache
def begun(name: str) -> Twin:
    twin, rng = start(load_site(name), watched=False), np.random.default_rng(11)
    for n in range(1, 40):
        twin, _ = take_step(replace(twin, next_ms=n * STEP_MS), readings(twin, n, rng, 0.02))
    return twin


def near(found: np.ndarray, law: np.ndarray, what: str) -> None:
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(law, float), rtol=1e-6, atol=1e-6 * max(np.nanmax(np.abs(law), initial=0.0), 1e-3), err_msg=what)


@pytest.mark.parametrize("name", SITES)
@given(seed=st.integers(0, 2**32 - 1), wild=st.sampled_from([0.0, 0.1]), seconds=st.sampled_from([5, 20]))
@settings(max_examples=3, deadline=None)
def test_the_compiled_step_is_the_numpy_step(name: str, seed: int, wild: float, seconds: int) -> None:
    twin, rng = begun(name), np.random.default_rng(seed)
    twin = replace(twin, next_ms=39 * STEP_MS + 1000 * seconds)
    told = readings(twin, 40, rng, wild)
    law = twin_step.step(twin, told, float(seconds))
    after, _ = take_step(twin, told)
    for f in fields(law.belief.state):
        near(getattr(after.belief.state, f.name), getattr(law.belief.state, f.name), f.name)
    own = twin_step.of(after.belief)
    for part in PARTS:
        near(getattr(own, part), getattr(law.belief, part), part)
    for part in ("scales", "gpu_cov", "jumps"):
        for found, wanted in zip(getattr(own, part), getattr(law.belief, part), strict=True):
            near(found, wanted, part)
    np.testing.assert_array_equal(own.heard, law.belief.heard)
    near(after.inputs.gpu_power, law.gpu_power, "gpu_power")
    for cls in after.snapshot.values:
        near(after.snapshot.values[cls], law.values[cls], f"{cls} values")
        near(after.snapshot.std[cls], law.std[cls], f"{cls} std")
        near(after.snapshot.residual[cls], law.residual[cls], f"{cls} residual")
        np.testing.assert_array_equal(after.snapshot.quality[cls], law.quality[cls])


def test_an_older_twin_stays_what_it_was() -> None:
    """A step writes into what is known of GPUs, and the twin before it is a value all the same."""
    before, rng = begun(EQUIPPED), np.random.default_rng(5)
    told = readings(before, 40, rng, 0.0)
    kept = [a.copy() for a in before.belief.gpus.arrays()]
    one, _ = take_step(replace(before, next_ms=40 * STEP_MS), told)
    two, _ = take_step(replace(one, next_ms=41 * STEP_MS), readings(one, 41, rng, 0.0))
    assert any(not np.array_equal(a, b) for a, b in zip(kept, two.belief.gpus.arrays(), strict=True))
    for was, now in zip(kept, before.belief.gpus.arrays(), strict=True):
        np.testing.assert_array_equal(now, was)
    again, _ = take_step(replace(before, next_ms=40 * STEP_MS), told)
    for a, b in zip(again.belief.gpus.arrays(), one.belief.gpus.arrays(), strict=True):
        np.testing.assert_array_equal(a, b)
