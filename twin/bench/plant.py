"""The driven plant against real time, on one core: every GPU a pair of nodes, every component of the site, a 1 s step.

Controllers, loop hydraulics, throttling and the thermal step, all of them at every step. `times_real_time` in runs of a minute, `single`
one step a call, `hour_s` an hour shown every 10 s as a what-if asks for it. Seconds are those of the core, so that a busy machine counts less.
"""
from __future__ import annotations

import resource

from config.load import load_site
from twin.bench._plant import STEP_S, copy_bandwidth, pin, plant, rack_loads, seconds
from twin.plant.drive import drive
from twin.plant.step import step

RUN = 60  # steps
BYTES = 6 * 8  # of a GPU and step: die, plate, power and factor read, die and plate written


def run(site: str = "valence") -> dict[str, float | int | str]:
    """Median of some seconds of each way."""
    pin()
    case = plant(load_site(site))
    runner, gpus, racks = case.runner(), case.targets.gpu_power.size, len(case.targets.other_power)
    first_s = seconds(lambda: runner.run(case.targets, 1, STEP_S), 1)
    loads = rack_loads(RUN, racks)
    residual = runner.run(case.targets, RUN, STEP_S, loads).residual
    block = seconds(lambda: runner.run(case.targets, RUN, STEP_S, loads)) / RUN
    single = seconds(lambda: runner.run(case.targets, 1, STEP_S))
    hour = seconds(lambda: runner.run(case.targets, 3600, STEP_S, every=10), 1)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    copy = copy_bandwidth()
    return {
        "gpus": gpus, "racks": racks, "cdus": len(case.targets.tcs_supply), "halls": len(case.targets.dry_bulb), "step_s": STEP_S,
        "times_real_time": round(STEP_S / block, 1), "us_per_step": round(block * 1e6, 1), "ns_per_gpu_step": round(block * 1e9 / gpus, 3),
        "single_times_real_time": round(STEP_S / single, 1), "hour_s": round(hour, 3),
        "day_of_15_s_steps_s": round(block * 86400 / 15, 2),
        "numpy_times_real_time": round(STEP_S / seconds(lambda: _numpy(case), 3), 1),
        "residual": float(f"{residual:.1e}"), "first_call_s": round(first_s, 2), "peak_memory_mb": round(peak_mb),
        "copy_gb_s": round(copy / 1e9, 2), "gb_s": round(BYTES * gpus / block / 1e9, 2), "of_copy_bandwidth": round(BYTES * gpus / block / copy, 2),
    }  # fmt: skip


def _numpy(case) -> None:
    """The oracle's step."""
    _, inputs, _ = drive(case.p, case.m, case.machines, case.state, case.targets, STEP_S)
    step(case.p, case.state, inputs, STEP_S)


