"""The twin's step beside the plant's own, on one core: what knowing costs on top of computing.

`twin_ms` is a whole step of event time (readings taken in, prediction, filter, slow parameters, health, everything shown with its doubt);
`filter_ms` the same without health and alarms, `readings_ms` of it goes into taking readings in. `plant_ms` is the driven plant's step of the same site, one step a call, and `thermal_ms` the thermal step that
the prediction itself contains. Racks and GPUs speak at the site's periods, spread over its steps; readings agree with the twin.
"""
from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from config.classes import CLASSES
from config.load import load_site
from twin.bench._plant import STEP_S, pin, plant, seconds
from twin.engine import Twin, start
from twin.engine.latest import fold
from twin.engine.tick import take_step
from twin.events import GOOD, Reading
from twin.plant.live import live

PERIOD_S = {"rack": 1.0, "gpu": 30.0}  # where the site says nothing
WARM, STEPS = 31, 120  # steps until every GPU has spoken, and after that; a lesson of slow parameters is among them


def run(site: str = "valence") -> dict[str, float | int | str]:
    """Means over some steps."""
    pin()
    found = load_site(site)
    found = replace(found, model=found.model.model_copy(update={"step_s": STEP_S}))
    periods = PERIOD_S | found.model.periods
    twin_s, twin, told = _mean(start(found), periods)
    filter_s, _, _ = _mean(start(found, watched=False), periods)
    readings_s = seconds(lambda: fold(twin.model.measured, twin.latest, told))
    case = plant(found)
    runner, belief = case.runner(), twin.belief
    runner.run(case.targets, 1, STEP_S)
    plant_s = seconds(lambda: runner.run(case.targets, 1, STEP_S))
    thermal_s = seconds(lambda: live(belief.slow.template, belief.of_gpus.factor, belief.state, twin.inputs, STEP_S))
    return {
        "gpus": case.targets.gpu_power.size, "racks": len(case.targets.other_power), "twin_ms": round(twin_s * 1e3, 3), "filter_ms": round(filter_s * 1e3, 3),
        "readings": len(told), "readings_ms": round(readings_s * 1e3, 3),
        "plant_ms": round(plant_s * 1e3, 3), "thermal_ms": round(thermal_s * 1e3, 3), "twin_over_plant": round((twin_s - thermal_s) / plant_s, 1),
        "filter_over_plant": round((filter_s - readings_s - thermal_s) / plant_s, 1), "twin_times_real_time": round(STEP_S / twin_s, 1),
    }


def _mean(twin: Twin, periods: dict[str, float]) -> tuple[float, Twin, list[Reading]]:
    """Processor's seconds a step, without what makes the readings; the last twin and what it was told."""
    spent = []
    for n in range(1, WARM + STEPS + 1):
        told = list(_told(twin, n, periods))
        twin = replace(twin, next_ms=round(n * STEP_S * 1000))
        began = time.process_time()
        twin, _ = take_step(twin, told)
        spent.append(time.process_time() - began)
    return statistics.fmean(spent[WARM:]), twin, told


def _told(twin: Twin, n: int, periods: dict[str, float]) -> Iterator[Reading]:
    """The readings of step `n`: what the twin showed last, a little off."""
    now, rng = round(n * STEP_S * 1000), np.random.default_rng(n)
    shown = twin.snapshot.values if twin.snapshot else {}
    for cls, rows in shown.items():
        values = rows[:, : len(CLASSES[cls].measured)] * (1.0 + 1e-4 * rng.standard_normal((len(rows), len(CLASSES[cls].measured))))
        for row in _turn(len(rows), n, periods.get(cls, 0.0)):
            yield Reading(now, cls, row, n, GOOD, values[row])
    state, power = twin.belief.state, (twin.inputs or twin.designed).gpu_power
    for row in _turn(len(power), n, periods["gpu"]):
        yield Reading(now, "gpu", row, n, GOOD, np.stack([state.die[row] + 0.2 * rng.standard_normal(state.die.shape[1]), power[row]]))


def _turn(rows: int, n: int, period_s: float) -> range:
    """Rows whose turn it is at step `n`."""
    every = max(1, round(period_s / STEP_S))
    return range(n % every, rows, every)
