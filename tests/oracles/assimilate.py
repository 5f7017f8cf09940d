"""Measurement update: sensors pull the belief as far as both deserve; one that disagrees is marked, not believed."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from config.classes import CLASSES
from tests.oracles.belief import Belief
from tests.oracles.gpus import update_gpus
from tests.oracles.joint import Verdict, rescaled, update
from twin.estimate import blocks, noise
from twin.plant import nodes
from twin.plant.types import Flows, State

Array = np.ndarray
Verdicts = dict[tuple[str, str], Verdict]
PAIR = ("tcs_supply_c", "tcs_return_c")


class Measured(NamedTuple):
    """Readings of one step by class, SI, NaN where nothing came: [rows, measured columns]; gpu_c [r, K] of the racks `gpu_rows` [r]."""

    values: Mapping[str, Array]
    gpu_c: Array
    gpu_rows: Array
    loop_of: Mapping[str, Array]  # class -> [rows] loop of each asset
    pair: tuple[Array, Array]  # [C, 2] coolant supply and return without their elements' lag, NaN where nothing came, and by how much that widens their scatter
    scatter: Mapping[str, Array]  # variance of a sample, SI: [rows, measured columns]

    def of(self, cls: str, column: str) -> Array | None:
        rows = self.values.get(cls)
        return None if rows is None else rows[:, CLASSES[cls].column(column)]

    def scattered(self, cls: str, column: str) -> Array:
        return self.scatter[cls][:, CLASSES[cls].column(column)]


class Judged(NamedTuple):
    belief: Belief
    verdicts: Mapping[tuple[str, str], Verdict]  # (class, column) -> per row
    nis: Mapping[str, Array]  # block -> squared whitened innovations


def assimilate(belief: Belief, measured: Measured, flows: Flows) -> Judged:
    """Update every block. `flows` are those of the step, whose heats the heat meters judge."""
    verdicts: Verdicts = {}
    nis: dict[str, Array] = {}
    belief = _core(belief, measured, flows, verdicts, nis)
    belief = _cdus(belief, measured, verdicts, nis)
    belief = _racks(belief, measured, verdicts, nis)
    if len(measured.gpu_rows):
        belief, nis["gpu"] = update_gpus(belief, measured.gpu_rows, measured.gpu_c)
    return Judged(belief, verdicts, nis)


def _core(belief: Belief, m: Measured, flows: Flows, verdicts: Verdicts, nis: dict[str, Array]) -> Belief:
    state, loops = belief.state, belief.state.core.shape[-2]
    x = np.concatenate([state.core, belief.core_more], axis=1)
    seen, var = np.full((loops, len(blocks.CORE_SEES)), np.nan), np.ones((loops, len(blocks.CORE_SEES)))
    for i, (cls, column, _) in enumerate(blocks.CORE_SENSORS):
        values = m.of(cls, column)
        if values is not None and cls != "cdu":
            seen[m.loop_of[cls], i], var[m.loop_of[cls], i] = values, m.scattered(cls, column)
    _hall_inlet(seen, var, x, belief, m, verdicts)
    _meters(seen, var, belief, m, flows)
    done = update(x, belief.core_cov, blocks.CORE_SEES, seen, var, noise.GATE)
    for i, (cls, column, _) in enumerate(blocks.CORE_SENSORS):
        if cls in m.values and cls != "cdu":
            verdicts[cls, column] = Verdict(done.verdict.innovation[m.loop_of[cls], i], done.verdict.believed[m.loop_of[cls], i])
    nis["core"] = done.white**2
    core, more = done.x[:, : nodes.N], done.x[:, nodes.N :]
    mains, main_var = _mains(belief, core - state.core)
    scale = rescaled(belief.scales[0], done, noise.SCALE_CORE)
    return replace(belief, state=State(state.die, state.plate, state.manifold, state.tcs_supply, state.tcs_return, core, mains), core_cov=done.cov, core_more=more, main_var=main_var,
                   scales=(scale, *belief.scales[1:]))


def _meters(seen: Array, var: Array, b: Belief, m: Measured, flows: Flows) -> None:
    """What heat meters say of the unexplained heats, in units of `noise.HEAT_W`, positive into the water; written into `seen` and `var`."""
    modelled = (flows.district, flows.heatpump_source)
    for i, ((cls, heat), now) in enumerate(zip(blocks.CORE_METERS, modelled, strict=True)):
        values = m.of(cls, "heat_kw")
        if values is None:
            continue
        power = m.of(cls, "power_kw") if cls == "heatpump" else 0.0
        taken, loop, at = values - power, m.loop_of[cls], len(blocks.CORE_SENSORS) + i
        seen[loop, at] = b.core_more[loop, heat] + (now[loop] - taken) / noise.HEAT_W
        var[loop, at] = (m.scattered(cls, "heat_kw") + noise.METER_W**2) / noise.HEAT_W**2


def _mains(belief: Belief, moved: Array) -> tuple[Array, Array]:
    """Contents of the mains shift with their outlet as far as it is they that leave there."""
    ends = [nodes.HALL_IN, nodes.PLANT_IN]
    share = np.clip(np.diagonal(belief.moves.into[:, ends], axis1=-2, axis2=-1), 0.0, 1.0)
    shift = share * moved[..., ends]
    seen = np.where(shift != 0.0, noise.SAMPLE_K**2 / (belief.main_var + noise.SAMPLE_K**2), 1.0)
    return belief.state.mains + shift[..., None], np.maximum(belief.main_var * seen, noise.MAIN_K**2)


def _hall_inlet(into: Array, var: Array, x: Array, b: Belief, m: Measured, verdicts: Verdicts) -> None:
    """Facility water arriving at the CDUs: every unit measures the same water; the mean of a loop's believed sensors, and its scatter."""
    seen = m.of("cdu", "fws_supply_c")
    if seen is None:
        return
    loop, scatter, cov, last = m.loop_of["cdu"], m.scattered("cdu", "fws_supply_c"), b.core_cov, len(blocks.CORE_SENSORS) - 1
    innovation = seen - x[loop, nodes.HALL_IN]
    believed = innovation**2 <= noise.GATE**2 * (cov[loop, nodes.HALL_IN, nodes.HALL_IN] + blocks.CDU_OFFSET**2 + scatter)
    verdicts["cdu", "fws_supply_c"] = Verdict(innovation, believed)
    starts = b.slow.p.wiring.loop_cdus.tolist()  # first CDU of each loop
    for row, (start, end) in enumerate(zip(starts, [*starts[1:], len(seen)], strict=True)):
        known = seen[start:end][believed[start:end]]
        if len(known):
            into[row, last] = known.mean()
            var[row, last] = scatter[start:end].mean() / len(known)


def _cdus(belief: Belief, m: Measured, verdicts: Verdicts, nis: dict[str, Array]) -> Belief:
    if "cdu" not in m.values:
        return belief
    state = belief.state
    x = np.concatenate([state.tcs_supply[:, None], state.tcs_return[:, None], belief.cdu_more], axis=1)
    seen, wider = m.pair
    at = [CLASSES["cdu"].column(c) for c in PAIR]
    done = update(x, belief.cdu_cov, blocks.PAIR_SEES, seen, m.scatter["cdu"][:, at] * wider, noise.GATE)
    for i, column in enumerate(PAIR):
        verdicts["cdu", column] = Verdict(done.verdict.innovation[:, i], done.verdict.believed[:, i])
    nis["cdu"] = done.white**2
    scale = rescaled(belief.scales[1], done)
    return replace(belief, state=State(state.die, state.plate, state.manifold, done.x[:, 0], done.x[:, 1], state.core, state.mains), cdu_cov=done.cov, cdu_more=done.x[:, 2:], quiet=np.where(np.isfinite(seen).any(1), 0.0, belief.quiet),
                   scales=(belief.scales[0], scale, *belief.scales[2:]))


def _racks(belief: Belief, m: Measured, verdicts: Verdicts, nis: dict[str, Array]) -> Belief:
    seen = m.of("rack", "return_c")
    if seen is None:
        return belief
    x = np.concatenate([belief.state.manifold[:, None], belief.rack_more], axis=1)
    done = update(x, belief.rack_cov, blocks.RACK_SEES, seen[:, None], m.scattered("rack", "return_c")[:, None], noise.GATE)
    verdicts["rack", "return_c"] = Verdict(done.verdict.innovation[:, 0], done.verdict.believed[:, 0])
    nis["rack"] = done.white[:, 0] ** 2
    scale = rescaled(belief.scales[2], done)
    return replace(belief, state=replace(belief.state, manifold=done.x[:, 0]), rack_cov=done.cov, rack_more=done.x[:, 1:],
                   scales=(*belief.scales[:2], scale, belief.scales[3]))
