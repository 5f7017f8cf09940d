"""Controllers as real plants have them: PI with limits and anti-windup, rate limit, deadband, staging. Pure and elementwise."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from twin.physics.elementwise import clip, where

Array = np.ndarray


class Pi(NamedTuple):
    """Tuning of a PI controller; output 0 .. 1 or within [low, high]."""

    gain: float  # output per unit of error
    reset_s: float  # integral time
    low: float = 0.0
    high: float = 1.0
    rate: float = np.inf  # output per second
    deadband: float = 0.0  # error taken as none


@register_jitable
def pi(tuning: Pi, integral: Array, last: Array, error: Array, dt: float) -> tuple[Array, Array]:
    """Output and integral after `dt` seconds, shapes alike.

    `error` is positive when the output must rise. The integral is held to what the limited output can use (clamping), so it
    does not wind up; the rate limit moves the output from `last`.
    """
    e = where(np.abs(error) <= tuning.deadband, 0.0, error)
    step = tuning.rate * dt
    wanted = tuning.gain * e + integral + tuning.gain * e * dt / tuning.reset_s
    output = clip(clip(wanted, tuning.low, tuning.high), last - step, last + step)
    free = clip(integral + tuning.gain * e * dt / tuning.reset_s, tuning.low - tuning.gain * e, tuning.high - tuning.gain * e)
    return output, clip(free, tuning.low, tuning.high)


@register_jitable
def by_hand(hand: Array, output: Array, integral: Array) -> tuple[Array, Array]:
    """Output and integral of a controller in manual at `hand`, of one in automatic where it is NaN: the integral follows, so the way back has no bump."""
    return where(np.isnan(hand), output, hand), where(np.isnan(hand), integral, hand)


class Staging(NamedTuple):
    """Rules of a group of alike units driven at one speed."""

    up: float  # speed above which one more starts
    down: float  # speed below which one stops
    wait_s: float  # how long the condition must last
    run_s: float  # shortest time between two changes


@register_jitable
def stage(rules: Staging, on: Array, timer: Array, since: Array, speed: Array, lowest: Array, available: Array,
          dt: float) -> tuple[Array, Array, Array]:
    """Units on, timer of the condition (positive towards more, negative towards fewer) and seconds since the last change."""
    up, down = (speed > rules.up) & (on < available), (speed < rules.down) & (on > lowest)
    timer = where(up, np.maximum(timer, 0.0) + dt, where(down, np.minimum(timer, 0.0) - dt, 0.0))
    since = since + dt
    ready = since >= rules.run_s
    more, fewer = ready & (timer >= rules.wait_s), ready & (timer <= -rules.wait_s)
    changed = more | fewer
    on = clip(on + 1.0 * more - 1.0 * fewer, np.minimum(lowest, available), available)
    return on, where(changed, 0.0, timer), where(changed, 0.0, since)
