"""Compiled power of GPUs between messages against the same law in numpy."""
from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.engine.compiled_loads import gpu_powers


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(1, 9), st.sampled_from([0.0, 0.3, 1.0]), st.integers(0, 2**32 - 1))
def test_gpus_move_with_their_rack(racks: int, gpus: int, silent: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    said = np.where(rng.random((racks, gpus)) < silent, np.nan, rng.uniform(0.0, 1200.0, (racks, gpus)))
    rack, then = rng.uniform(0.0, 1500.0 * gpus, racks), rng.choice([0.0, np.nan, 800.0 * gpus], racks)
    idle, part, even = rng.uniform(50.0, 300.0, racks), rng.uniform(0.5, 1.0, racks), rng.uniform(0.0, 1200.0, racks)
    out, total = gpu_powers(said, rack, then, idle, part, even)
    for r in range(racks):
        known = np.isfinite(said[r])
        gpu = np.full(gpus, even[r])
        if known.any():
            mean = said[r, known].mean()
            change = part[r] * (rack[r] - then[r]) / gpus if then[r] > 1.0 else 0.0
            swing = max(1.0 + change / max(mean - idle[r], 1.0), 0.0)
            gpu = np.maximum(idle[r] + swing * (np.where(known, said[r], mean) - idle[r]), 0.0)
        gpu = gpu * min(1.0, rack[r] / max(gpu.sum(), 1.0))
        np.testing.assert_allclose(out[r], gpu, rtol=1e-9, atol=1e-9)
        assert total[r] <= rack[r] * (1 + 1e-12) or total[r] <= 1.0
    np.testing.assert_allclose(total, out.sum(-1), rtol=1e-12)
