"""Levels: a load that flickers is followed at its mean, a jump at once, a ramp without delay, a steady meter as it reads."""
from __future__ import annotations

import numpy as np

from twin.estimate.levels import LEAST, followed, gain, unknown

Array = np.ndarray


def played(seen: Array) -> Array:
    levels, out = unknown(1), []
    for x in seen:
        levels = followed(levels, np.array([x]), np.array([True]))
        out.append(levels.value[0])
    return np.array(out)


def test_a_flicker_is_averaged_and_a_jump_is_taken_at_once() -> None:
    rng = np.random.default_rng(0)
    flicker = 1e5 * (1.0 + 0.05 * rng.standard_normal(400))
    seen = np.concatenate([flicker, flicker[:50] - 6e4])
    level = played(seen)
    assert np.std(level[200:400] - 1e5) < 0.5 * np.std(seen[200:400] - 1e5)
    assert abs(level[400] - seen[400]) < 1.0 and abs(level[420:].mean() - 4e4) < 2e3


def test_a_ramp_is_not_left_behind() -> None:
    ramp = 1e5 * np.linspace(1.0, 2.0, 300)
    assert np.abs(played(ramp) - ramp)[50:].max() < 1e-6 * 1e5


def test_a_gain_follows_from_what_walks_and_what_scatters() -> None:
    q, r = np.array([0.0, 1.0, 4.0]), np.array([1.0, 1.0, 0.0])
    steady = np.array([LEAST, 0.5 * (np.sqrt(5.0) - 1.0), 1.0])  # Muth 1960: walk and scatter alike give the golden section
    assert np.allclose(gain(q + 2.0 * r, -r), steady)


def test_what_is_silent_has_no_level_and_keeps_what_was_learned() -> None:
    levels = followed(unknown(2), np.array([5.0, np.nan]), np.array([True, True]))
    assert levels.value[0] == 5.0 and np.isnan(levels.value[1])
    quiet = followed(levels, np.array([9.0, 7.0]), np.array([False, True]))
    assert quiet.value[0] == 5.0 and quiet.value[1] == 7.0
