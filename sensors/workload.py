"""Electric load of the racks as a function of time: synchronised training jobs, inference with a daily curve.

Everything is a mean over an interval of a closed form, so one-second and one-minute steps carry the same energy, and a run that
starts in the middle sees what a run from the beginning would have seen.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sensors.noise import smooth, stream

DAY = 86_400.0
HELD = 15.0  # s
SHIFT = 6 * 3600.0  # a job slot changes its job every six hours, at a seeded offset
IDLE, COMMUNICATION, CHECKPOINT = 0.05, 0.45, 0.25  # load while waiting, exchanging gradients, writing (assumptions)


def square_mean(t0: float, t1: float, period: float, on: float) -> float:
    """Share of [t0, t1] spent in the first `on` seconds of each `period`."""
    def until(t: float) -> float:
        turns, rest = divmod(t, period)
        return turns * on + min(rest, on)
    return (until(t1) - until(t0)) / (t1 - t0) if t1 > t0 else float(t0 % period < on)


def overlap(t0: float, t1: float, begin: float, end: float) -> float:
    """Share of [t0, t1] inside [begin, end]."""
    if t1 <= t0:
        return float(begin <= t0 < end)
    return max(0.0, min(t1, end) - max(t0, begin)) / (t1 - t0)


@dataclass(frozen=True, slots=True)
class Job:
    """One training job: times in epoch seconds, `level` is the load while computing (0..1)."""

    start: float
    stop: float
    fail: float  # when a node fails; the job is back at `back`
    back: float
    step: float  # seconds a training step
    compute: float  # seconds of it spent computing
    save_every: float
    save: float
    level: float

    def mean(self, t0: float, t1: float) -> float:
        """Mean load over [t0, t1]."""
        running = overlap(t0, t1, self.start, self.stop) - overlap(t0, t1, self.fail, self.back)
        busy = square_mean(t0 - self.start, t1 - self.start, self.step, self.compute)
        saving = square_mean(t0 - self.start, t1 - self.start, self.save_every, self.save)
        training = self.level * (busy + (1 - busy) * COMMUNICATION)
        return IDLE + max(running, 0.0) * ((1 - saving) * training + saving * CHECKPOINT - IDLE)


@lru_cache(maxsize=4096)
def job(seed: int, slot: int, index: int, offset: float) -> Job:
    """Job `index` of a slot: pauses of minutes between jobs, one in five fails once."""
    rng = stream(seed, "job", slot, index)
    begin = index * SHIFT + offset
    start, stop = begin + rng.uniform(60, 900), begin + SHIFT
    fail = rng.uniform(start, stop) if rng.random() < 0.2 else stop
    step = rng.uniform(2.2, 8.5)
    return Job(start, stop, fail, min(fail + rng.uniform(180, 900), stop), step, step * rng.uniform(0.72, 0.9),
               rng.uniform(1500, 2100), rng.uniform(45, 80), rng.uniform(0.88, 1.0))


def daily(hour: float) -> float:
    """Inference demand over the day (0..1): quiet at 4 h, a plateau from 10 h to 21 h local solar time (assumption)."""
    return 0.62 + 0.26 * np.cos(2 * np.pi * (hour - 15.5) / 24) - 0.07 * np.cos(4 * np.pi * (hour - 9.0) / 24)


def _sizes(racks: int) -> list[int]:
    """Racks of each training slot: half of what is left again and again, never one rack alone."""
    sizes, left = [], racks
    while left >= 2:
        size = max(2, left // 2)
        sizes.append(size)
        left -= size
    return sizes


class Synthetic:
    """`racks` racks of `gpus` GPUs; `mean` the average load aimed at; `longitude` [deg] sets the local day."""

    def __init__(self, racks: int, gpus: int, seed: int, mean: float = 0.62, longitude: float = 0.0, training: float = 0.7):
        self.racks, self.gpus, self.seed, self.longitude = racks, gpus, seed, longitude
        self.sizes = _sizes(int(racks * training))
        self.trained = sum(self.sizes)
        self.slot = np.repeat(np.arange(len(self.sizes)), self.sizes)
        rng = stream(seed, "workload")
        self.offsets = rng.uniform(0, SHIFT, max(len(self.sizes), 1))
        self.bias = 1 + 0.03 * rng.standard_normal(racks)
        self.spread = np.clip(1 + 0.04 * rng.standard_normal((racks, gpus)), 0.85, 1.12)  # silicon and scheduling
        self.held: tuple[int, np.ndarray] = (-1, self.spread)  # of the newest moment asked for
        self.scale = 1.0
        self.scale = self._scale(mean)

    def _scale(self, mean: float) -> float:
        """Factor that brings the average over eight weeks to `mean`; levels stay below one."""
        times = np.linspace(0, 56 * DAY, 673) + 1.7e9
        found = float(np.mean([self.load(t, t + 60.0).mean() for t in times]))
        return mean / found

    def _slot_loads(self, t0: float, t1: float) -> np.ndarray:
        middle = 0.5 * (t0 + t1)
        return np.array([job(self.seed, s, int((middle - o) // SHIFT), float(o)).mean(t0, t1)
                         for s, o in enumerate(self.offsets[: len(self.sizes)])])

    def load(self, t0: float, t1: float) -> np.ndarray:
        """Mean load of each rack over [t0, t1] (epoch s), shape (racks,), 0..1."""
        loads = np.empty(self.racks)
        if self.sizes:
            loads[: self.trained] = self._slot_loads(t0, t1)[self.slot]
        hour = (t1 % DAY / 3600 + self.longitude / 15) % 24
        swing = 0.08 * smooth(self.seed, "requests", t1, 90.0, self.racks) + 0.05 * smooth(self.seed, "crowd", t1, 1200.0)[0]
        loads[self.trained:] = daily(hour) * (1 + swing[self.trained:])
        return np.clip(loads * self.bias * self.scale, 0.02, 1.0)

    def gpu_share(self, t: float) -> np.ndarray:
        """Load of each GPU relative to its rack, shape (racks, gpus): fixed spread and slow drift in steps of 15 s."""
        held = int(t // HELD)
        if held != self.held[0]:
            drift = smooth(self.seed, "gpu", held * HELD, 300.0, self.racks * self.gpus).reshape(self.racks, self.gpus)
            self.held = (held, self.spread * (1 + 0.015 * drift))
        return self.held[1]
