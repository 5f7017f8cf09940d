"""A thousand futures of an hour: every CDU, rack and facility part, the GPUs of a rack taken as one node pair, a step of 15 s."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from config.load import load_site
from twin.bench._plant import once, pin, plant
from twin.plant.futures import Futures

MEMBERS, STEP_S, HOUR_S = 1000, 15.0, 3600


def run(site: str = "valence") -> dict[str, float | int | str]:
    """All futures beside one run of the same hour with every GPU, at 1 s and at the futures' own step; all of them driven."""
    pin()
    case = plant(load_site(site))
    t, rng = case.targets, np.random.default_rng(1)
    members = [replace(t, gpu_power=t.gpu_power * k, dry_bulb=t.dry_bulb + dry)
               for k, dry in zip(rng.uniform(0.5, 1.2, MEMBERS), rng.normal(0.0, 4.0, MEMBERS), strict=True)]  # fmt: skip
    futures, runner, steps = Futures(case.p, case.m, case.state, case.machines), case.runner(), int(HOUR_S / STEP_S)
    futures.run(members[:1], 1, STEP_S)
    all_s = once(lambda: futures.run(members, steps, STEP_S, every=steps // 4))
    single = once(lambda: runner.run(t, HOUR_S, 1.0))
    coarse = once(lambda: runner.run(t, steps, STEP_S))
    return {"members": MEMBERS, "step_s": STEP_S, "seconds": round(all_s, 2), "ms_each": round(all_s / MEMBERS * 1e3, 3),
            "single_run_1s_ms": round(single * 1e3, 1), "single_run_15s_ms": round(coarse * 1e3, 1),
            "of_single_run_1s": round(all_s / MEMBERS / single, 3), "of_single_run_15s": round(all_s / MEMBERS / coarse, 3)}  # fmt: skip
