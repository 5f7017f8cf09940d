"""One Kalman update by one scalar measurement of one state, over any batch, with an innovation gate."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

Array = np.ndarray


class Verdict(NamedTuple):
    """What became of a measurement: innovation (measured - modelled, NaN where none), and whether it was believed."""

    innovation: Array
    believed: Array


def update_scalar(x: Array, var: Array, measured: Array, sensor_var: Array | float, gate: float) -> tuple[Array, Array, Verdict]:
    """Update independent scalars x with variances var; NaN in `measured` means none. Joseph form, any shape."""
    innovation = measured - x
    total = var + sensor_var
    seen = np.isfinite(innovation)
    believed = seen & (innovation**2 <= gate * gate * total)
    gain = np.where(believed, var / total, 0.0)
    after = (1.0 - gain) ** 2 * var + gain**2 * sensor_var
    return x + gain * np.where(believed, innovation, 0.0), after, Verdict(innovation, believed)


def update_state(x: Array, cov: Array, index: int, measured: Array, sensor_var: float, gate: float) -> tuple[Array, Array, Verdict]:
    """Update states x [..., N] with covariances [..., N, N] by a measurement [...] of state `index`.

    Joseph form for a one-hot observation, so the covariance stays symmetric and positive whatever the gain.
    """
    innovation = measured - x[..., index]
    column = cov[..., :, index]
    total = column[..., index] + sensor_var
    seen = np.isfinite(innovation)
    believed = seen & (innovation**2 <= gate * gate * total)
    gain = np.where(believed[..., None], column / total[..., None], 0.0)
    x = x + gain * np.where(believed, innovation, 0.0)[..., None]
    cross = gain[..., :, None] * column[..., None, :]
    cov = cov - cross - np.swapaxes(cross, -1, -2) + gain[..., :, None] * gain[..., None, :] * total[..., None, None]
    return x, cov, Verdict(innovation, believed)
