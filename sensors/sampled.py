"""Samples in compiled code: one pass over the instruments of a bank."""
from __future__ import annotations

import numpy as np

from twin.kernels import kernel


@kernel()
def sample(true, held, gain, offset, drawn, keep, noise, noise_gain, step, low, high):
    """What instruments show, shape (rows, columns, pieces): lag, gain, offset, noise, step of the display, ends of its range.

    `held` is what their elements have reached and is moved on; `drawn` are standard normal; the last seven arguments are of columns.
    """
    seen = np.empty_like(true)
    rows, columns, pieces = true.shape
    for r in range(rows):
        for c in range(columns):
            for k in range(pieces):
                x = true[r, c, k]
                lagged = held[r, c, k] = x + (held[r, c, k] - x) * keep[c]
                x = lagged * gain[r, c, k] + offset[r, c, k] + drawn[r, c, k] * (noise[c] + noise_gain[c] * abs(x))
                seen[r, c, k] = min(max(np.rint(x / step[c]) * step[c], low[c]), high[c])
    return seen
