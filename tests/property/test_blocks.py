"""The filter's compiled blocks against the textbook (tests.oracles.filters), one block at a time."""
from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import filters
from twin.estimate import noise
from twin.estimate.blocks import CORE_AT, CORE_SEES, PAIR_AT, PAIR_SEES, RACK_AT, RACK_SEES
from twin.estimate.compiled_blocks import Room, moved, moved_pair, rescaled, room, updated
from twin.estimate.predict import LAW

SEES = st.sampled_from(((CORE_SEES, CORE_AT), (PAIR_SEES, PAIR_AT), (RACK_SEES, RACK_AT)))
GATE = noise.GATE


def positive(rng: np.random.Generator, blocks: int, states: int) -> np.ndarray:
    """Covariances of widths from 0.01 to 10."""
    root = rng.standard_normal((blocks, states, states)) * 10.0 ** rng.uniform(-2, 1, (blocks, states, 1))
    cov = root @ np.swapaxes(root, -1, -2) / states + 1e-6 * np.eye(states)
    return 0.5 * (cov + np.swapaxes(cov, -1, -2))


def taken(x: np.ndarray, cov: np.ndarray, at: np.ndarray, measured: np.ndarray, var: np.ndarray, gate: float) -> tuple[np.ndarray, Room]:
    """One block updated: its covariance, and the room with its state."""
    r, out = room(len(x), len(at)), cov.copy()
    r.x[:], r.measured[:], r.var[:] = x, measured, var
    updated(out, at, gate, r)
    return out, r


@settings(max_examples=40, deadline=None)
@given(SEES, st.integers(0, 2**32 - 1))
def test_an_update_is_the_textbook_s(block: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    rng, (sees, at) = np.random.default_rng(seed), block
    sensors, states = sees.shape
    x, cov, var = rng.standard_normal(states), positive(rng, 1, states)[0], rng.uniform(1e-4, 1.0, sensors)
    scatter = np.sqrt(np.einsum("si,ij,sj->s", sees, cov, sees) + var)
    measured = sees @ x + scatter * rng.choice([1.0, 3.0, 8.0], sensors) * rng.standard_normal(sensors)
    measured[rng.random(sensors) < 0.3] = np.nan
    out, r = taken(x, cov, at, measured, var, GATE)
    law_x, law_cov, innovation, believed, white = (a[0] for a in filters.updated(x[None], cov[None], sees, measured[None], var[None], GATE))
    np.testing.assert_allclose(r.innovation, innovation, atol=1e-12)
    np.testing.assert_array_equal(r.believed, believed)
    scale = np.sqrt(np.diagonal(cov))
    np.testing.assert_allclose((r.x - law_x) / scale, 0.0, atol=1e-8)
    np.testing.assert_allclose((out - law_cov) / np.outer(scale, scale), 0.0, atol=1e-9)
    np.testing.assert_array_equal(out, out.T)
    assert np.linalg.eigvalsh(out / np.outer(scale, scale)).min() > -1e-12
    np.testing.assert_allclose(r.white, white, rtol=1e-7, atol=1e-7)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_joint_update_is_one_by_one_update(seed: int) -> None:
    """The order in which independent sensors are taken in cannot matter (Bayes)."""
    rng, at = np.random.default_rng(seed), np.array([[0, 1, -1], [1, 3, 4]])
    x, cov, y, var = rng.normal(size=5), positive(rng, 1, 5)[0], rng.normal(size=2), rng.uniform(0.1, 2.0, 2)
    both, r = taken(x, cov, at, y, var, np.inf)
    first, one = taken(x, cov, at[:1], y[:1], var[:1], np.inf)
    second, two = taken(one.x, first, at[1:], y[1:], var[1:], np.inf)
    np.testing.assert_allclose(r.x, two.x, atol=1e-9)
    np.testing.assert_allclose(both, second, atol=1e-9)
    np.testing.assert_allclose((r.white**2).sum(), one.white[0] ** 2 + two.white[0] ** 2, rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 12), st.integers(0, 2**32 - 1))
def test_a_time_update_is_the_textbook_s(states: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    move, pair = rng.standard_normal((states, states)) * (rng.random((states, states)) < 0.5), np.eye(states)
    pair[:2, :2] = rng.standard_normal((2, 2))
    for f, by in ((move, lambda cov: moved(move, cov, np.empty_like(cov))), (pair, lambda cov: moved_pair(np.ascontiguousarray(pair[:2, :2]), cov))):
        cov = positive(rng, 1, states)[0]
        expected = f @ cov @ f.T
        by(cov)
        np.testing.assert_allclose(cov, expected, rtol=1e-11, atol=1e-11 * np.abs(expected).max())
        np.testing.assert_array_equal(cov, cov.T)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 16), st.integers(0, 2**32 - 1))
def test_a_scale_follows_the_squares_of_its_innovations(sensors: int, seed: int) -> None:
    rng, r = np.random.default_rng(seed), room(2, sensors)
    scale = rng.uniform(0.03, 6.0)
    r.innovation[:], r.believed[:] = rng.standard_normal(sensors), rng.random(sensors) < 0.6
    r.innovation[~r.believed & (rng.random(sensors) < 0.5)] = np.nan
    r.white[:] = np.where(r.believed, 2.0 * rng.standard_normal(sensors), np.nan)
    expected = filters.rescaled(np.array([scale]), r.innovation[None], r.believed[None], r.white[None], *noise.SCALE, noise.SCALE_RATE, noise.SCALE_DOUBTED, 9.0)
    np.testing.assert_allclose(rescaled(scale, r, LAW.scale_low, LAW), expected[0], rtol=1e-12)
