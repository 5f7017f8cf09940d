"""A plant to measure, and how its seconds are counted."""
from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from config.site import Site
from twin.plant.driven import DrivenRunner
from twin.plant.machines import Machinery, Machines, Targets, at_rest
from twin.plant.operate import first_guess
from twin.plant.targets import targets
from twin.plant.types import Parameters, State
from twin.plant.whole import Plant, begin, build
from twin.plant.whole_run import WholeRunner

STEP_S = 1.0


@dataclass(frozen=True, slots=True)
class Case:
    """A plant at the start of a run."""

    plant: Plant
    p: Parameters
    m: Machinery
    state: State
    machines: Machines
    targets: Targets

    def runner(self) -> DrivenRunner:
        """Without supply and stocks."""
        return DrivenRunner(self.p, self.m, self.state, self.machines)

    def whole(self) -> WholeRunner:
        """All of it: grid on, batteries full, loops filled."""
        return WholeRunner(self.plant, begin(self.plant, self.state, self.machines))


def plant(site: Site) -> Case:
    """The designed plant at 60 % load, its GPUs and plates all different."""
    full, rng = build(site), np.random.default_rng(2030)
    p, m = full.p, full.m
    t = targets(p, m, full.d, 0.6, 15.0, 11.0)
    shape = p.leaves.plate_factor.shape
    p = replace(p, leaves=replace(p.leaves, plate_factor=rng.uniform(0.8, 1.0, shape)))
    return Case(replace(full, p=p), p, m, first_guess(p, full.d), at_rest(m, shape), replace(t, gpu_power=t.gpu_power * rng.uniform(0.9, 1.1, shape)))


def rack_loads(steps: int, racks: int) -> np.ndarray:
    """Each rack's share of its load at each step of a run, [steps, R]."""
    return 1.0 + 0.2 * np.sin(np.arange(steps)[:, None] / 10.0 + np.arange(racks))


def pin() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def once(work: Callable[[], object]) -> float:
    """CPU time of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def seconds(work: Callable[[], object], repeats: int = 0) -> float:
    """Median CPU time of one call; as many as fit in two seconds, at least five, unless told."""
    times: list[float] = []
    until = time.perf_counter() + 2.0
    while len(times) < (repeats or 5) or (not repeats and time.perf_counter() < until):
        times.append(once(work))
    return statistics.median(times)


def copy_bandwidth() -> float:
    """Bytes a second of a copy larger than any cache, read and written both counted."""
    a = np.ones(20_000_000)
    b = np.empty_like(a)
    np.copyto(b, a)
    return 2 * a.nbytes / seconds(lambda: np.copyto(b, a), 9)
