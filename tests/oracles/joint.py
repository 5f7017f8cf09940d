"""One Kalman update by several sensors at once, over a batch of blocks, with an innovation gate for each sensor. Joseph form."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tests.oracles import filters as compiled
from twin.estimate import noise

Array = np.ndarray
LARGEST = 9.0  # a squared innovation counts to here


class Verdict(NamedTuple):
    """What became of a measurement: innovation (measured - modelled, NaN where none), and whether it was believed."""

    innovation: Array
    believed: Array


class Updated(NamedTuple):
    x: Array  # [B, M]
    cov: Array  # [B, M, M]
    verdict: Verdict  # [B, S]
    white: Array  # [B, S] innovations made independent, of unit variance if all is as assumed; NaN where none was believed


def update(x: Array, cov: Array, sees: Array, measured: Array, sensor_var: Array, gate: float) -> Updated:
    """Update states x [B, M] with covariances [B, M, M] by sensors `measured` [B, S] that see `sees` [S, M] of the state.

    `sensor_var` [S] or [B, S]. NaN in `measured` means none. Symmetric and positive whatever the gain.
    """
    measured = np.ascontiguousarray(measured)
    x, cov, innovation, believed, white = compiled.updated(x, cov, sees, measured, np.zeros_like(measured) + sensor_var, gate)
    return Updated(x, cov, Verdict(innovation, believed), white)


def rescaled(scale: Array, done: Updated, least: float = noise.SCALE[0]) -> Array:
    """A block's scale [B] of process variance after an update: more where innovations were larger than assumed, less where smaller."""
    (innovation, believed), white = done.verdict, done.white
    return compiled.rescaled(scale, innovation, believed, white, least, noise.SCALE[1], noise.SCALE_RATE, noise.SCALE_DOUBTED, LARGEST)
