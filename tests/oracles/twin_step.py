"""A step of the twin in numpy: the law that compiled code is held against."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from config.classes import CLASSES
from tests.oracles import follow, virtual
from tests.oracles.assimilate import Measured, assimilate
from tests.oracles.belief import Belief, jumped
from tests.oracles.deviations import deviations
from tests.oracles.judge import verdicts
from tests.oracles.moves import Moves
from tests.oracles.observe import Moment, observe
from tests.oracles.predict import corrected, predict
from twin.engine.latest import Latest, fold
from twin.engine.tick import level, levelled, scatter
from twin.engine.twin import Twin
from twin.estimate.belief import Belief as Compiled
from twin.estimate.instruments import instrument, unlagged
from twin.estimate.sheet import Sheet
from twin.events import Reading
from twin.plant.types import Flows

Array = np.ndarray


class Stepped(NamedTuple):
    """What a step leaves."""

    belief: Belief
    values: Sheet
    std: Sheet
    residual: Sheet
    quality: Sheet
    gpu_power: Array


def of(b: Compiled) -> Belief:
    """A belief as these functions know it."""
    k, g = b.blocks, b.of_gpus
    gpus = g._replace(**{name: getattr(g, name).copy() for name in g._fields})
    moves = None if b.moves is None else _moves(b)
    return Belief(
        b.state, k.core_cov, k.core_more, k.main_var, k.cdu_cov, k.cdu_more, k.rack_cov, k.rack_more, (k.core_scale, k.cdu_scale, k.rack_scale, b.gpu_scale),
        gpus.resistance, gpus.factor, gpus.offset, (gpus.v_r, gpus.v_ro, gpus.v_o), gpus.heard, b.slow, moves, k.inlet, (k.jumps_rack, k.jumps_cdu), k.quiet,
        k.unbalanced, k.drawn, b.common)


def _moves(b: Compiled) -> Moves:
    t = b.moves.of
    cdu, rack = np.tile(np.eye(6), (len(t.cdu), 1, 1)), np.tile(np.eye(3), (len(t.rack), 1, 1))
    cdu[:, :2, :2], rack[:, 0, 0] = t.cdu, t.rack
    return Moves(b.moves.dt, b.moves.age_s, t.core, t.into, t.main[:, None], cdu, rack, (t.jump_rack, t.jump_cdu), t.core_noise, t.heats)


def step(twin: Twin, readings: list[Reading], dt: float) -> Stepped:
    """What `take_step` makes of them, health and slow parameters aside."""
    model, own = twin.model, of(twin.belief)
    latest = fold(model.measured, twin.latest, readings)
    fresh = model.measured.sheet(latest.ts_ms.flat != twin.latest.ts_ms.flat)
    rows = np.flatnonzero(latest.gpu_ts != twin.latest.gpu_ts)
    meant = level(model, latest, levelled(twin, latest, fresh).levels)
    u = follow.inputs(model, meant, twin.designed, twin.inputs or twin.designed, True, own.slow)
    before = jumped(model.parameters, own, twin.inputs, u) if "rack" in latest.spoke and twin.inputs else own
    ahead, flows = predict(before.slow.p, before, u, dt)
    values = model.measured.sheet(np.where(fresh.flat, latest.values.flat, np.nan))
    measured = Measured({c: values[c] for c in latest.spoke}, latest.gpu[rows, 0], rows, model.loop_of, _pair(twin, latest, fresh),
                        model.measured.sheet(scatter(twin, latest)))
    judged = assimilate(ahead, measured, flows)
    believed, flows = corrected(before.slow.p, before, ahead, judged.belief, u, _metered(twin, latest, flows), dt)
    shown = observe(Moment(model, latest, believed.shown(), u, flows))
    residual, quality = verdicts(model, latest, judged.verdicts, shown, twin.next_ms, fresh, twin.quality)
    std = deviations(model, believed, u, flows, shown)
    virtual.write(believed, u, shown, std)
    return Stepped(believed, shown, std, residual, quality, u.gpu_power)


def _pair(twin: Twin, latest: Latest, fresh: Sheet) -> tuple[Array, Array]:
    """Coolant supply and return of every CDU as they are now, [C, 2], and how much wider their scatter is for it."""
    at = [CLASSES["cdu"].column(c) for c in ("tcs_supply_c", "tcs_return_c")]
    now, before = latest.values["cdu"][:, at], twin.latest.values["cdu"][:, at]
    since = (latest.ts_ms["cdu"][:, at] - np.maximum(twin.latest.ts_ms["cdu"][:, at], 0)) / 1000.0
    true, wider = unlagged(now, before, since, instrument("cdu", "tcs_supply_c").lag_s)
    return np.where(fresh["cdu"][:, at], true, np.nan), wider


def _metered(twin: Twin, latest: Latest, flows: Flows) -> Flows:
    """Electric power of heat pumps as measured where it is."""
    loop, power = twin.model.loop_of["heatpump"], flows.heatpump_power.copy()
    seen = latest.values["heatpump"][:, CLASSES["heatpump"].column("power_kw")]
    power[loop] = np.where(np.isfinite(seen), seen, power[loop])
    return Flows(**{f: power if f == "heatpump_power" else getattr(flows, f) for f in Flows.__dataclass_fields__})
