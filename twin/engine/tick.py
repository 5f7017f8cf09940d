"""One step of event time: follow the inputs, predict, assimilate, learn, show."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from config.classes import CLASSES
from twin.engine import follow, virtual
from twin.engine.alarm import watch
from twin.engine.deviations import deviations
from twin.engine.healthy import doubt, look, trusted
from twin.engine.judge import verdicts
from twin.engine.latest import Latest, fold
from twin.engine.model import Model
from twin.engine.observe import Moment, observe
from twin.engine.twin import Twin
from twin.estimate import shares, slow
from twin.estimate.assimilate import Measured, assimilate
from twin.estimate.belief import Belief, jumped
from twin.estimate.instruments import instrument, unlagged
from twin.estimate.predict import corrected, predict
from twin.estimate.sheet import Sheet
from twin.events import ACTUAL, BELIEVED, AlarmChange, Emit, Reading, Snapshot
from twin.plant.types import Flows

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
    loads = bool(len(rows)) or "rack" in latest.spoke or twin.inputs is None or "cdu" in latest.spoke and bool(np.isnan(latest.values["rack"]).any())
    inputs = follow.inputs(model, latest, twin.designed, twin.inputs or twin.designed, loads, twin.belief.slow)
    before = jumped(model.parameters, twin.belief, twin.inputs, inputs) if "rack" in latest.spoke and twin.inputs else twin.belief
    ahead, flows = predict(before.slow.p, before.slow.template, before, inputs, dt)
    measured = _measured(twin, latest, fresh, rows)
    judged = assimilate(ahead, measured, flows)
    believed, flows = corrected(before.slow.p, before, ahead, judged.belief, inputs, _metered(model, latest, flows), dt)
    shown = observe(Moment(model, latest, believed.shown(), inputs, flows))
    residual, quality = verdicts(model, heard, judged.verdicts, shown, now, fresh, twin.quality)
    doubt(quality, health)
    std = deviations(model, believed, inputs, flows, shown)
    virtual.write(believed, inputs, shown, std)
    snapshot = Snapshot(now, ACTUAL, shown, std, {c: residual[c] for c in shown}, {c: quality[c] for c in shown}, believed.state.die, inputs.gpu_power)
    counts = replace(twin.counts, steps=twin.counts.steps + 1)
    alarms, changes = watch(twin, snapshot, health.findings) if twin.watched else (twin.alarms, ())
    belief = _learned(twin, believed, latest, quality, rows, dt)
    after = replace(twin, health=health, belief=belief, latest=heard, inputs=inputs, quality=quality, next_ms=now + model.step_ms, counts=counts, snapshot=snapshot,
                    nis=judged.nis, alarms=alarms)
    return after, (Emit(snapshot), *changes)


def _span(twin: Twin) -> int:
    """Milliseconds since the last snapshot; the first step is one step long."""
    return twin.next_ms - twin.snapshot.ts_ms if twin.snapshot else twin.model.step_ms


def _measured(twin: Twin, latest: Latest, fresh: Sheet, gpu_rows: Array) -> Measured:
    """What the filter is to take in, of the classes that spoke."""
    values = twin.model.measured.sheet(np.where(fresh.flat, latest.values.flat, np.nan))
    return Measured({c: values[c] for c in latest.spoke}, latest.gpu[gpu_rows, 0], gpu_rows, twin.model.loop_of, _pair(twin, latest, fresh))


def _pair(twin: Twin, latest: Latest, fresh: Sheet) -> tuple[Array, Array]:
    """Coolant supply and return of every CDU as they are now, [C, 2], and how much wider their scatter is for it."""
    at = [CLASSES["cdu"].column(c) for c in ("tcs_supply_c", "tcs_return_c")]
    now, before = latest.values["cdu"][:, at], twin.latest.values["cdu"][:, at]
    since = (latest.ts_ms["cdu"][:, at] - np.maximum(twin.latest.ts_ms["cdu"][:, at], 0)) / 1000.0
    true, wider = unlagged(now, before, since, instrument("cdu", "tcs_supply_c").lag_s)
    return np.where(fresh["cdu"][:, at], true, np.nan), wider


def _metered(model: Model, latest: Latest, flows: Flows) -> Flows:
    """Electric power of heat pumps as measured where it is."""
    loop = model.loop_of["heatpump"]
    if not len(loop):
        return flows
    seen = latest.values["heatpump"][:, CLASSES["heatpump"].column("power_kw")]
    power = flows.heatpump_power.copy()
    power[loop] = np.where(np.isfinite(seen), seen, power[loop])
    return replace(flows, heatpump_power=power)


def _learned(twin: Twin, belief: Belief, latest: Latest, quality: Sheet, gpu_rows: Array, dt: float) -> Belief:
    """Slow parameters after this step: only readings that are believed teach."""
    now = slow.averaged(belief.slow, np.where(quality.flat == BELIEVED, latest.values.flat, np.nan), dt)
    whole = gpu_rows[latest.gpu_whole[gpu_rows]]
    if len(whole):
        d = twin.model.design
        now = replace(now, shares=shares.split(now.shares, whole, latest.rack_at_gpu[whole], latest.gpu[whole, 1].sum(-1), twin.model.gpus,
                                               d.gpu_idle, d.gpu_max, d.other + d.air))
    return replace(belief, slow=slow.learned(now) if now.age_s >= max(slow.EVERY_S, slow.STEPS * dt) else now)
