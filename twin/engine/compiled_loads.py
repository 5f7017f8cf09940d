"""Power of every GPU between its messages, in compiled code."""
from __future__ import annotations

import numpy as np

from twin.kernels import kernel


@kernel()
def gpu_powers(said, rack, then, idle, part, even):
    """Power [R, K] W of every GPU and their sum [R].

    said [R, K] as they last told, NaN where they never did; rack [R] draws now, `then` [R] when its GPUs spoke, NaN where unknown;
    `idle` [R] of a GPU; `part` [R] of a rack's change falls on its GPUs; `even` [R] for the GPUs of a rack of which none reports.
    They move with their rack, and take no more than it does.
    """
    racks, gpus = said.shape
    out, total = np.empty((racks, gpus)), np.empty(racks)
    for r in range(racks):
        known, mean = 0, 0.0
        for k in range(gpus):
            if np.isfinite(said[r, k]):
                known += 1
                mean += said[r, k]
        base, slope = even[r], 0.0
        if known:
            mean /= known
            change = part[r] * (rack[r] - then[r]) / gpus if then[r] > 1.0 else 0.0
            slope = max(1.0 + change / max(mean - idle[r], 1.0), 0.0)
            base = idle[r] * (1.0 - slope)
        drawn = 0.0
        for k in range(gpus):
            out[r, k] = max(base + slope * (said[r, k] if np.isfinite(said[r, k]) else mean), 0.0)
            drawn += out[r, k]
        share = min(1.0, rack[r] / max(drawn, 1.0))
        for k in range(gpus):
            out[r, k] *= share
        total[r] = drawn * share
    return out, total
