"""One step of event time: follow the inputs, predict, assimilate, show."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from config.classes import CLASSES
from twin.engine import follow
from twin.engine.alarm import watch
from twin.engine.judge import deviations, verdicts
from twin.engine.latest import fold
from twin.engine.observe import Moment, observe
from twin.engine.twin import Twin
from twin.estimate.assimilate import Measured, assimilate
from twin.estimate.predict import predict
from twin.events import ACTUAL, AlarmChange, Emit, Reading, Snapshot
from twin.plant.step import account

Array = np.ndarray


def take_step(twin: Twin, readings: list[Reading]) -> tuple[Twin, tuple[Emit | AlarmChange, ...]]:
    """Advance to `twin.next_ms` with the readings of that span, in event-time order."""
    model, now = twin.model, twin.next_ms
    dt = _span(twin) / 1000.0
    latest = fold(twin.latest, readings)
    inputs = follow.inputs(model, latest, twin.designed)
    before = twin.belief
    ahead, solved = predict(model.parameters, before, inputs, dt)
    flows = account(model.parameters, before.state, inputs, solved, dt)
    fresh = _fresh(twin, latest)
    measured = Measured({c: np.where(fresh[c], latest.values[c], np.nan) for c in fresh}, _gpu(twin, latest), model.loop_of)
    judged = assimilate(ahead, measured, solved.gains, inputs.gpu_power)
    shown = observe(Moment(model, latest, judged.belief.state, inputs, flows))
    residual, quality = verdicts(model, latest, judged.verdicts, shown, now, fresh, twin.quality)
    snapshot = Snapshot(now, ACTUAL, shown, deviations(model, judged.belief), residual, quality, judged.belief.state.die, inputs.gpu_power)
    counts = replace(twin.counts, steps=twin.counts.steps + 1)
    alarms, changes = watch(twin, snapshot)
    after = replace(twin, belief=judged.belief, latest=latest, quality=quality, next_ms=now + model.step_ms, counts=counts, snapshot=snapshot,
                    alarms=alarms)
    return after, (Emit(snapshot), *changes)


def _span(twin: Twin) -> int:
    """Milliseconds since the last snapshot; the first step is one step long."""
    return twin.next_ms - twin.snapshot.ts_ms if twin.snapshot else twin.model.step_ms


def _fresh(twin: Twin, latest) -> dict[str, Array]:
    """Which columns were measured in this step, [rows, measured]."""
    return {c: latest.ts_ms[c] != twin.latest.ts_ms[c] for c in CLASSES if twin.model.rows[c]}


def _gpu(twin: Twin, latest) -> Array:
    new = latest.gpu_ts != twin.latest.gpu_ts
    return np.where(new[:, None], latest.gpu[:, 0, :], np.nan)
