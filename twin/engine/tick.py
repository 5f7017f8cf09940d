"""One step of event time: follow the inputs, predict, assimilate, learn, show."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.engine import follow
from twin.engine.alarm import watch
from twin.engine.healthy import look, trusted
from twin.engine.latest import Latest, fold
from twin.engine.model import Model
from twin.engine.moment import observe, verdicts
from twin.engine.twin import Twin
from twin.estimate import shares, slow
from twin.estimate.assimilate import Measured, assimilate
from twin.estimate.belief import Belief
from twin.estimate.levels import Levels, followed
from twin.estimate.predict import opened, predict
from twin.estimate.sheet import Sheet
from twin.events import ACTUAL, BELIEVED, AlarmChange, Emit, Reading, Snapshot
from twin.plant import live

Array = np.ndarray


def take_step(twin: Twin, readings: list[Reading]) -> tuple[Twin, tuple[Emit | AlarmChange, ...]]:
    """Advance to `twin.next_ms` with the readings of that span, in event-time order."""
    model, now = twin.model, twin.next_ms
    dt = _span(twin) / 1000.0
    latest = fold(model.measured, twin.latest, readings)
    fresh = model.measured.sheet(latest.ts_ms.flat != twin.latest.ts_ms.flat)  # measured in this step
    health = look(twin, latest, fresh, dt) if twin.watched else twin.health
    heard, latest = latest, trusted(model, latest, health)
    rows = np.flatnonzero(latest.gpu_ts != twin.latest.gpu_ts)
    loads = bool(len(rows)) or "rack" in latest.spoke or "cdu" in latest.spoke and bool(np.isnan(latest.values["rack"]).any())
    before = levelled(twin, latest, fresh)
    own, room = opened(before), live.opened(before.slow.template, before.state, before.of_gpus.factor)
    told = follow.inputs(twin.follow, level(model, latest, before.levels), before.slow, room, own, twin.inputs, loads)
    ahead = predict(before.slow.p, before, own, told.room, told.table, told.inputs, dt)
    measured = Measured(latest.values.flat, scatter(twin, latest), fresh.flat, latest.ts_ms.flat, twin.latest.values.flat, twin.latest.ts_ms.flat, latest.gpu[rows, 0], rows)
    judged = assimilate(before, ahead, measured, model.sensors, dt)
    believed, inputs = judged.belief, told.inputs
    moment = observe(model, twin.layout, latest, believed, ahead.lived)
    shown = moment.values
    residual, quality = verdicts(model, now, heard, fresh.flat, judged.told, health.excluded, twin.quality, shown)
    snapshot = Snapshot(now, ACTUAL, shown, moment.std, {c: residual[c] for c in shown}, {c: quality[c] for c in shown}, believed.state.die, inputs.gpu_power)
    counts = replace(twin.counts, steps=twin.counts.steps + 1)
    alarms, changes = watch(twin, snapshot, health.findings) if twin.watched else (twin.alarms, ())
    belief = _learned(twin, believed, latest, quality, rows, dt)
    after = replace(twin, health=health, belief=belief, latest=heard, inputs=inputs, quality=quality, next_ms=now + model.step_ms, counts=counts, snapshot=snapshot,
                    nis=judged.nis, alarms=alarms)
    return after, (Emit(snapshot), *changes)


def levelled(twin: Twin, latest: Latest, fresh: Sheet) -> Belief:
    """The belief with levels of loads and flows after what their meters show."""
    at = twin.model.levelled
    return replace(twin.belief, levels=followed(twin.belief.levels, latest.values.flat[at], fresh.flat[at]))


def level(model: Model, latest: Latest, levels: Levels) -> Latest:
    """What was last said, loads and flows at their levels."""
    flat = latest.values.flat.copy()
    flat[model.levelled] = levels.value
    return replace(latest, values=model.measured.sheet(flat))


def scatter(twin: Twin, latest: Latest) -> Array:
    """Variance of a sample of every measured column: as seen so far, by the datasheets where nobody looks."""
    return twin.health.watch.scatter if twin.watched else twin.model.health.flat.granted(latest.values.flat)


def _span(twin: Twin) -> int:
    """Milliseconds since the last snapshot; the first step is one step long."""
    return twin.next_ms - twin.snapshot.ts_ms if twin.snapshot else twin.model.step_ms


def _learned(twin: Twin, belief: Belief, latest: Latest, quality: Sheet, gpu_rows: Array, dt: float) -> Belief:
    """Slow parameters after this step: only readings that are believed teach."""
    now = slow.averaged(belief.slow, latest.values.flat, quality.flat == BELIEVED, dt)
    whole = gpu_rows[latest.gpu_whole[gpu_rows]]
    if len(whole):
        d = twin.model.design
        now = replace(now, shares=shares.split(now.shares, whole, latest.rack_at_gpu[whole], latest.gpu[whole, 1].sum(-1), twin.model.gpus,
                                               d.gpu_idle, d.gpu_max, d.other + d.air))
    return replace(belief, slow=slow.learned(now) if now.age_s >= max(slow.EVERY_S, slow.STEPS * dt) else now)
