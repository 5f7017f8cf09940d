"""Plant steps against real time, on one core: every GPU a pair of nodes, every component of the site, a 1 s step.

Four ways to run: `times_real_time` in runs of a minute whose inputs are known (forecasts, what-ifs), `lockstep` one step a run, inputs as
before, `live` one step a run, all inputs new, `driven` with controllers and loop hydraulics making them. Seconds are those of the core,
so that a busy machine counts less.
"""
from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from config.load import load_site
from twin.plant.assembly import assemble
from twin.plant.drive import drive
from twin.plant.machines import at_rest, machinery
from twin.plant.operate import design, first_guess, operate
from twin.plant.runner import Runner
from twin.plant.step import step
from twin.plant.targets import targets
from twin.plant.types import Inputs, Parameters, State

STEP_S = 1.0
RUN = 60  # steps
BYTES = 6 * 8  # of a GPU and step: die, plate, power and factor read, die and plate written


def run(site: str = "valence") -> dict[str, float | int | str]:
    """Median of some seconds of each way."""
    pin()
    loaded = load_site(site)
    p, state, inputs = plant(loaded)
    runner = Runner(p, state)
    compile_s = _seconds(lambda: runner.run(inputs, 1, STEP_S), 1)
    gpus, loads = inputs.gpu_power.size, _loads(len(inputs.other_power))
    residual = runner.run(inputs, RUN, STEP_S, loads)
    block = _seconds(lambda: runner.run(inputs, RUN, STEP_S, loads)) / RUN
    lockstep = _seconds(lambda: runner.run(inputs, 1, STEP_S))
    live = _seconds(lambda: runner.run(replace(inputs), 1, STEP_S))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    copy = _copy_bandwidth()
    return {
        "gpus": gpus, "racks": len(p.wiring.rack_cdu), "cdus": len(p.wiring.cdu_loop), "halls": len(p.core.ambient), "step_s": STEP_S,
        "times_real_time": round(STEP_S / block, 1), "us_per_step": round(block * 1e6, 1), "ns_per_gpu_step": round(block * 1e9 / gpus, 3),
        "lockstep_times_real_time": round(STEP_S / lockstep, 1), "live_times_real_time": round(STEP_S / live, 1),
        "numpy_times_real_time": round(STEP_S / _seconds(lambda: step(p, state, inputs, STEP_S), 3), 1),
        "driven_times_real_time": round(STEP_S / _seconds(_driven(loaded, p, state), 3), 1),
        "residual": float(f"{residual:.1e}"), "compile_s": round(compile_s, 1), "peak_memory_mb": round(peak_mb),
        "copy_gb_s": round(copy / 1e9, 2), "gb_s": round(BYTES * gpus / block / 1e9, 2), "of_copy_bandwidth": round(BYTES * gpus / block / copy, 2),
    }  # fmt: skip


def pin() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def plant(site) -> tuple[Parameters, State, Inputs]:
    """The designed plant at 60 % load, its GPUs and plates all different."""
    p, d = assemble(site), design(site)
    rng = np.random.default_rng(2030)
    fouled = replace(p.leaves, plate_factor=rng.uniform(0.8, 1.0, p.leaves.plate_factor.shape))
    p = replace(p, leaves=fouled)
    state = first_guess(p, d)
    inputs = operate(p, d, state, 0.6, 15.0, 11.0)
    return p, state, replace(inputs, gpu_power=inputs.gpu_power * rng.uniform(0.9, 1.1, inputs.gpu_power.shape))


def _loads(racks: int) -> np.ndarray:
    """Each rack's share of its load at each step of a run."""
    return 1.0 + 0.2 * np.sin(np.arange(RUN)[:, None] / 10.0 + np.arange(racks))


def _driven(site, p: Parameters, state: State) -> Callable[[], float]:
    """Controllers, hydraulics and throttling in numpy, then one compiled step; the state goes from one to the other."""
    m = machinery(site, p, design(site))
    wanted = targets(p, m, design(site), 0.6, 15.0, 11.0)
    runner = Runner(p, state)
    box = [at_rest(m, state.die.shape)]

    def once() -> float:
        box[0], inputs, _ = drive(p, m, box[0], runner.state(), wanted, STEP_S)
        return runner.run(inputs, 1, STEP_S)

    return once


def _seconds(work: Callable[[], object], repeats: int = 0) -> float:
    """Median CPU time of one call; as many as fit in two seconds unless told."""
    times: list[float] = []
    until = time.perf_counter() + 2.0
    while len(times) < (repeats or 5) or (not repeats and time.perf_counter() < until):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def _copy_bandwidth() -> float:
    """Bytes a second of a copy larger than any cache, read and written both counted."""
    a = np.ones(20_000_000)
    b = np.empty_like(a)
    np.copyto(b, a)
    return 2 * a.nbytes / _seconds(lambda: np.copyto(b, a), 9)
