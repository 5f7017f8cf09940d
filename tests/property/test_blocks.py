"""The filter's compiled blocks against the same laws written in numpy, one block at a time."""
from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.estimate import noise
from twin.estimate.blocks import CORE_SEES, PAIR_SEES, RACK_SEES
from twin.estimate.compiled import moved, rescaled, updated

SEES = st.sampled_from((CORE_SEES, PAIR_SEES, RACK_SEES))
GATE = noise.GATE


def positive(rng: np.random.Generator, blocks: int, states: int) -> np.ndarray:
    """Covariances of widths from 0.01 to 10."""
    root = rng.standard_normal((blocks, states, states)) * 10.0 ** rng.uniform(-2, 1, (blocks, states, 1))
    cov = root @ np.swapaxes(root, -1, -2) / states + 1e-6 * np.eye(states)
    return 0.5 * (cov + np.swapaxes(cov, -1, -2))


@settings(max_examples=25, deadline=None)
@given(SEES, st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_an_update_is_the_textbook_s(sees: np.ndarray, blocks: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sensors, states = sees.shape
    x, cov, var = rng.standard_normal((blocks, states)), positive(rng, blocks, states), rng.uniform(1e-4, 1.0, (blocks, sensors))
    scatter = np.sqrt(np.einsum("si,bij,sj->bs", sees, cov, sees) + var)
    measured = x @ sees.T + scatter * rng.choice([1.0, 3.0, 8.0], (blocks, sensors)) * rng.standard_normal((blocks, sensors))
    measured[rng.random(measured.shape) < 0.3] = np.nan
    kept = x.copy(), cov.copy()
    out_x, out_cov, innovation, believed, white = updated(x, cov, sees, measured, var, GATE)
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(cov, kept[1])
    np.testing.assert_allclose(innovation, measured - x @ sees.T, atol=1e-12)
    for b in range(blocks):
        off = measured[b] - sees @ x[b]
        good = np.flatnonzero(off**2 <= GATE**2 * scatter[b] ** 2)
        assert believed[b].nonzero()[0].tolist() == good.tolist()
        assert np.isnan(np.delete(white[b], good)).all()
        h = sees[good]
        s = h @ cov[b] @ h.T + np.diag(var[b, good])
        gain = np.linalg.solve(s, h @ cov[b]).T
        keep = np.eye(states) - gain @ h
        scale = np.sqrt(np.diagonal(cov[b]))
        np.testing.assert_allclose((out_x[b] - x[b] - gain @ off[good]) / scale, 0.0, atol=1e-8)
        after = keep @ cov[b] @ keep.T + gain @ np.diag(var[b, good]) @ gain.T
        np.testing.assert_allclose((out_cov[b] - after) / np.outer(scale, scale), 0.0, atol=1e-9)
        np.testing.assert_array_equal(out_cov[b], out_cov[b].T)
        assert np.linalg.eigvalsh(out_cov[b] / np.outer(scale, scale)).min() > -1e-12
        np.testing.assert_allclose(white[b, good], np.linalg.solve(np.linalg.cholesky(s), off[good]), rtol=1e-7, atol=1e-7)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.integers(1, 12), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_a_time_update_is_the_textbook_s(blocks: int, states: int, drivers: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    move = rng.standard_normal((blocks, states, states)) * (rng.random((blocks, states, states)) < 0.5)
    cov, added = positive(rng, blocks, states), rng.uniform(0.0, 1.0, (blocks, states))
    driven = rng.integers(0, states + 1) if drivers else 0
    into, spread = rng.standard_normal((blocks, driven, drivers)), rng.uniform(0.0, 1.0, (blocks, drivers))
    out = moved(move, cov, added, into, spread)
    expected = move @ cov @ np.swapaxes(move, -1, -2) + added[:, :, None] * np.eye(states)
    expected[:, :driven, :driven] += (into * spread[:, None, :]) @ np.swapaxes(into, -1, -2)
    np.testing.assert_allclose(out, expected, rtol=1e-11, atol=1e-11 * np.abs(expected).max())
    np.testing.assert_array_equal(out, np.swapaxes(out, -1, -2))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5), st.integers(1, 16), st.integers(0, 2**32 - 1))
def test_a_scale_follows_the_squares_of_its_innovations(blocks: int, sensors: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scale, white, innovation = rng.uniform(0.03, 6.0, blocks), 2.0 * rng.standard_normal((blocks, sensors)), rng.standard_normal((blocks, sensors))
    believed = rng.random(white.shape) < 0.6
    innovation[rng.random(white.shape) < 0.2] = np.nan
    refused = np.isfinite(innovation) & ~believed & (scale < noise.SCALE_DOUBTED)[:, None]
    squares = np.where(believed, np.minimum(white**2, 9.0) - 1.0, np.where(refused, 8.0, 0.0))
    expected = np.clip(scale * np.exp(noise.SCALE_RATE * squares.sum(-1)), *noise.SCALE)
    out = rescaled(scale, innovation, believed, np.where(believed, white, np.nan), *noise.SCALE, noise.SCALE_RATE, noise.SCALE_DOUBTED, 9.0)
    np.testing.assert_allclose(out, expected, rtol=1e-12)
