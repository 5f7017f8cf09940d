"""The whole plant against real time, on one core: every GPU a pair of nodes, every component of the site, a 1 s step.

`times_real_time` is that of everything there is: electrical supply with batteries and gensets, controllers, loop hydraulics, throttling,
heat and stocks (`twin.plant.whole_run`). Beside it `quickest`, of all rounds, `driven`, without supply and stocks; `single`, that in calls of one step; `hour_s`, an
hour shown every 10 s. Seconds are those of the core, so that a busy machine counts less.
"""
from __future__ import annotations

import resource
import statistics

from config.load import load_site
from twin.bench._plant import STEP_S, Case, copy_bandwidth, once, pin, plant, rack_loads, seconds
from twin.plant.drive import drive
from twin.plant.step import step
from twin.plant.whole import calm

RUN, ROUNDS = 300, 7  # steps; whole and driven take turns
BYTES = 6 * 8  # of a GPU and step: die, plate, power and factor read, die and plate written


def run(site: str = "valence") -> dict[str, float | int | str]:
    """Medians of both ways, and what stands beside them."""
    pin()
    case = plant(load_site(site))
    gpus, racks = case.targets.gpu_power.size, len(case.targets.other_power)
    (whole, driven), (least, _), residual = _turns(case, racks)
    runner = case.runner()
    single = seconds(lambda: runner.run(case.targets, 1, STEP_S))
    hour = seconds(lambda: case.whole().run(case.targets, calm(case.plant), 3600, STEP_S, every=10), 1)
    day = seconds(lambda: case.whole().run(case.targets, calm(case.plant), 5760, 15.0), 1)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    copy = copy_bandwidth()
    return {
        "gpus": gpus, "racks": racks, "cdus": len(case.targets.tcs_supply), "halls": len(case.targets.dry_bulb),
        "feeds": len(case.plant.supply.battery), "step_s": STEP_S,
        "times_real_time": round(STEP_S / whole, 1), "us_per_step": round(whole * 1e6, 1), "ns_per_gpu_step": round(whole * 1e9 / gpus, 3),
        "quickest_times_real_time": round(STEP_S / least, 1),
        "driven_times_real_time": round(STEP_S / driven, 1), "whole_over_driven": round(whole / driven, 3),
        "single_times_real_time": round(STEP_S / single, 1), "hour_s": round(hour, 3), "day_of_15_s_steps_s": round(day, 2),
        "numpy_times_real_time": round(STEP_S / seconds(lambda: _numpy(case), 3), 1),
        "residual": float(f"{residual:.1e}"), "peak_memory_mb": round(peak_mb),
        "copy_gb_s": round(copy / 1e9, 2), "gb_s": round(BYTES * gpus / whole / 1e9, 2), "of_copy_bandwidth": round(BYTES * gpus / whole / copy, 2),
    }  # fmt: skip


def _turns(case: Case, racks: int) -> tuple[tuple[float, ...], tuple[float, ...], float]:
    """Seconds a step of the whole and of the driven plant, median and least of the rounds, and the largest residual of the account."""
    loads, world, whole, runner = rack_loads(RUN, racks), calm(case.plant), case.whole(), case.runner()
    ways = (lambda: whole.run(case.targets, world, RUN, STEP_S, loads), lambda: runner.run(case.targets, RUN, STEP_S, loads))
    ways[0](), ways[1]()
    times = list(zip(*([once(way) / RUN for way in ways] for _ in range(ROUNDS)), strict=True))
    return tuple(map(statistics.median, times)), tuple(map(min, times)), runner.run(case.targets, RUN, STEP_S, loads).residual


def _numpy(case: Case) -> None:
    """The oracle's step."""
    _, inputs, _ = drive(case.p, case.m, case.machines, case.state, case.targets, STEP_S)
    step(case.p, case.state, inputs, STEP_S)
