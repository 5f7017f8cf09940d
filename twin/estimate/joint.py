"""One Kalman update by several sensors at once, over a batch of blocks, with an innovation gate for each sensor. Joseph form."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.estimate import noise

Array = np.ndarray
LARGEST = 9.0  # a squared innovation counts to here
NOTHING = 1e12  # variance of a sensor that is silent or not believed


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
    innovation = measured - x @ sees.T
    to_sensor = cov @ sees.T
    spread = sees @ to_sensor
    own = np.einsum("...ss->...s", spread) + sensor_var
    with np.errstate(invalid="ignore"):
        believed = innovation**2 <= gate * gate * own
    var = np.where(believed, sensor_var, NOTHING)
    step = np.where(believed, innovation, 0.0)
    s = spread.copy()
    at = np.arange(len(sees))
    s[..., at, at] += var
    gain = np.swapaxes(np.linalg.solve(s, np.swapaxes(to_sensor, -1, -2)), -1, -2)
    keep = np.eye(x.shape[-1]) - gain @ sees
    after = keep @ cov @ np.swapaxes(keep, -1, -2) + (gain * var[..., None, :]) @ np.swapaxes(gain, -1, -2)
    white = np.where(believed, np.linalg.solve(np.linalg.cholesky(s), step[..., None])[..., 0], np.nan)
    return Updated(x + (gain @ step[..., None])[..., 0], 0.5 * (after + np.swapaxes(after, -1, -2)), Verdict(innovation, believed), white)


def rescaled(scale: Array, done: Updated) -> Array:
    """A block's scale [B] of process variance after an update: more where innovations were larger than assumed, less where smaller."""
    white, refused = done.white, np.isfinite(done.verdict.innovation) & ~done.verdict.believed
    (low, high), rate, doubted = noise.SCALE, noise.SCALE_RATE, noise.SCALE_DOUBTED
    seen = np.isfinite(white)
    square = np.where(seen, np.minimum(white**2, LARGEST) - 1.0, 0.0)
    square = np.where(refused & (scale < doubted)[:, None], LARGEST - 1.0, square)
    return np.clip(scale * np.exp(rate * square.sum(-1)), low, high)
