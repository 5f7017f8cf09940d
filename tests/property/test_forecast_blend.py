"""What scores teach a forecast: the weight beside persistence and the band's factor, by closed forms and over many histories of errors."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.forecast import blend
from twin.forecast import scores as judge
from twin.forecast.ahead import Forecast

NOON, MINUTE = 1_772_366_400_000, 60_000
Change = Callable[[np.random.Generator], np.ndarray]
Outcome = Callable[[np.random.Generator, np.ndarray], np.ndarray]
SEEDS = st.integers(0, 2**32 - 1)


def weight(model: np.ndarray, still: np.ndarray, trust: float = 1e-9) -> float:
    """Of errors of a model and of persistence [n]."""
    change = still - model
    return float(blend.weight(np.array((change * still).sum()), np.array((change**2).sum()), np.array(float(len(still))), np.array(trust)))


def mean_square(w: float, model: np.ndarray, still: np.ndarray) -> float:
    return float(np.mean((w * model + (1.0 - w) * still) ** 2))


def test_the_weight_is_that_of_two_known_errors() -> None:
    """Uncorrelated errors of variance 1 and 4: four fifths to the better one; of a hand count with a common part, (e_p2 - e_m e_p) / (sum)."""
    model, still = np.array([1.0, 1.0, -1.0, -1.0]), np.array([2.0, -2.0, 2.0, -2.0])
    assert weight(model, still) == pytest.approx(0.8)
    model, still = np.array([1.0, -1.0]), np.array([1.0, 2.0])  # squares 2 and 5, product -1
    assert weight(model, still) == pytest.approx((5 + 1) / (2 + 5 + 2))


def test_a_true_model_is_believed_and_a_useless_one_is_not() -> None:
    still = np.random.default_rng(2).normal(size=50)
    assert weight(np.zeros(50), still) == 1.0
    assert weight(np.zeros(50), still, trust=7.5) == 1.0
    foretold = np.array([1.0, -1.0] * 25)
    nothing = np.repeat(still[:25], 2)  # what comes has nothing of what was foretold
    assert weight(nothing - foretold, nothing, trust=7.5) == pytest.approx(0.0, abs=1e-12)
    assert weight(2.0 * still, still, trust=7.5) == 0.0  # foretold the wrong way


def test_the_model_is_believed_before_anything_has_come() -> None:
    zero = np.zeros(())
    assert blend.weight(zero, zero, zero, np.array(7.5)) == 1.0
    assert blend.weight(np.array(-9.0), np.array(9.0), np.array(1.0), np.array(7.5)) == pytest.approx(6.5 / 7.5)


@settings(deadline=None)
@given(SEEDS, st.floats(-2.0, 2.0), st.floats(0.1, 10.0), st.integers(8, 300))
def test_over_its_history_a_blend_is_not_worse_than_persistence(seed: int, true: float, loud: float, n: int) -> None:
    """Whatever share of a foretold change comes true, once half a horizon of outcomes is known; without a prior, not worse than the model either."""
    rng = np.random.default_rng(seed)
    change = loud * rng.normal(size=n)
    still = true * change + rng.normal(size=n)
    model = still - change
    persistence = mean_square(0.0, model, still)
    assert mean_square(weight(model, still, trust=7.5), model, still) <= persistence * (1.0 + 1e-9)
    assert mean_square(weight(model, still), model, still) <= min(persistence, mean_square(1.0, model, still)) * (1.0 + 1e-6)
    grid = [mean_square(w, model, still) for w in np.linspace(0.0, 1.0, 101)]
    assert mean_square(weight(model, still), model, still) <= min(grid) * (1.0 + 1e-6)


def foretold(ts_ms: int, change: np.ndarray, std: float) -> Forecast:
    """Changes [D] of as many columns, the same at every moment."""
    seconds = np.array(judge.HORIZONS_S)
    rows = np.tile(change, (len(seconds), 1))
    return Forecast(ts_ms, (), seconds, np.zeros(len(change)), rows, np.full(rows.shape, std), "")


def lived(outcomes: int, outcome: Outcome, change: Change, std: float = 1.0) -> tuple[judge.Scores, np.ndarray, np.ndarray, np.ndarray]:
    """Scores of forecasts a quarter of an hour ahead, one after the other; [n, D] what fell inside, errors of what was told, of persistence."""
    rng = np.random.default_rng(11)
    s, inside, told, still = judge.unscored(len(change(rng))), [], [], []
    for i in range(outcomes):
        f = foretold(NOON + i * 15 * MINUTE, change(rng), std)
        seen = outcome(rng, f.change[0])
        due = next(d for d in judge.said(replace(s, waiting=()), f).waiting if d.horizon == 0)
        inside.append(np.abs(seen - due.said) <= judge.BAND * due.band)
        told.append(seen - due.said)
        still.append(seen)
        s = judge.came(replace(s, waiting=(due,)), due.ts_ms, seen)
    return s, np.array(inside), np.array(told), np.array(still)


def laws(rng: np.random.Generator, _: np.ndarray) -> np.ndarray:
    """Errors calm, loud, even, of heavy tails, and rare."""
    return np.array([0.2 * rng.normal(), 5.0 * rng.normal(), 3.0 * rng.uniform(-1.0, 1.0), rng.standard_t(3), 8.0 * rng.normal() * (rng.random() < 0.15)])


def test_bands_come_to_hold_nine_tenths_of_whatever_errors() -> None:
    _, inside, *_ = lived(1200, laws, lambda _: np.zeros(5))
    assert inside[-800:].mean(0) == pytest.approx(np.full(5, 0.9), abs=0.03)


def test_a_model_that_holds_still_what_moves_gets_a_band_all_the_same() -> None:
    """No factor widens nothing."""
    s, inside, *_ = lived(1200, lambda rng, _: rng.normal(size=1), lambda _: np.zeros(1), std=0.0)
    assert inside[-800:].mean() == pytest.approx(0.9, abs=0.03)
    assert judge.told(foretold(NOON, np.zeros(1), 0.0), s)[1][0, 0] == pytest.approx(1.0, rel=0.25)


def test_an_error_no_factor_mends_says_nothing_of_the_deviation() -> None:
    z, beside = blend.taught(np.array([3.0, 0.0, 0.5, 11.0]), np.array([1.5, 0.0, 0.0, 1.0]), 10.0)
    assert z == pytest.approx([4.0, 1.0, 1.0, 1.0])
    assert beside == pytest.approx([0.0, 0.0, 0.25, 121.0])


def test_of_changes_that_turn_out_otherwise_little_is_told() -> None:
    """Ten times as loud as what comes and unlike it: after an hour hardly worse than persistence. As loud and true: nearly all of it."""
    *_, told, still = lived(600, lambda rng, _: 0.1 * rng.normal(size=1), lambda rng: rng.normal(size=1))
    assert np.square(told[60:]).mean() <= 1.1 * np.square(still[60:]).mean()
    *_, told, still = lived(300, lambda rng, change: change + 0.1 * rng.normal(size=1), lambda rng: rng.normal(size=1))
    assert np.square(told[60:]).mean() <= 0.02 * np.square(still[60:]).mean()


@settings(deadline=None)
@given(SEEDS)
def test_a_bands_factor_stays_within_bounds(seed: int) -> None:
    rng, scale = np.random.default_rng(seed), np.ones(3)
    for chance in (0.0, 1.0, rng.random()):
        for _ in range(100):
            scale = blend.rescaled(scale, (rng.random(3) < chance).astype(float), np.array(5.0))
            assert (scale >= blend.SCALE[0]).all() and (scale <= blend.SCALE[1]).all()
