"""Compiled power of GPUs between messages against the same law in numpy."""
from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles import loads
from twin.engine.compiled_follow import Said, gpu_powers


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(1, 9), st.sampled_from([0.0, 0.3, 1.0]), st.integers(0, 2**32 - 1))
def test_gpus_move_with_their_rack(racks: int, gpus: int, silent: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    told = np.where(rng.random((racks, gpus)) < silent, np.nan, rng.uniform(0.0, 1200.0, (racks, gpus)))
    rack, then = rng.uniform(0.0, 1500.0 * gpus, racks), rng.choice([0.0, np.nan, 800.0 * gpus], racks)
    idle, part, even = rng.uniform(50.0, 300.0, racks), rng.uniform(0.5, 1.0, racks), rng.uniform(0.0, 1200.0, racks)
    said = Said(np.zeros(0), np.stack([told, told], axis=1), np.isfinite(told).all(1), then)
    law, total = loads.gpu_powers(told, rack, then, idle, part, even)
    out = np.empty((racks, gpus))
    sums = np.array([gpu_powers(r, said, rack[r], idle[r], part[r], even[r], out) for r in range(racks)])
    np.testing.assert_allclose(out, law, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(sums, total, rtol=1e-12)
    assert (sums <= np.maximum(rack * (1 + 1e-12), 1.0)).all()
