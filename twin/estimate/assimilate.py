"""Measurement update: sensors pull the belief as far as both deserve; one that disagrees is marked, not believed."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from config.classes import CLASSES
from twin.estimate import noise
from twin.estimate.belief import Belief
from twin.estimate.scalar import Verdict, update_scalar, update_state
from twin.plant import nodes
from twin.plant.leaves import Gains

Array = np.ndarray

# Which core node a measured temperature stands at. Ports of devices are the node the water comes from or leaves in.
CORE_SENSORS: tuple[tuple[str, str, int], ...] = (
    ("loop", "supply_c", nodes.SUPPLY),
    ("loop", "return_c", nodes.PLANT_IN),
    ("loop", "air_c", nodes.AIR),
    ("tank", "top_c", nodes.TANK_IN),
    ("tank", "bottom_c", nodes.TANK_OUT),
    ("cooler", "in_c", nodes.HEATPUMP),
    ("cooler", "out_c", nodes.REJECTION),
    ("heatpump", "source_in_c", nodes.DISTRICT),
    ("heatpump", "source_out_c", nodes.HEATPUMP),
    ("district", "in_c", nodes.PLANT_IN),
    ("district", "out_c", nodes.DISTRICT),
    ("tower", "supply_c", nodes.TOWER_SUPPLY),
    ("tower", "return_c", nodes.TOWER_RETURN),
)


class Measured(NamedTuple):
    """Readings of one step by class, SI, NaN where nothing came: [rows, measured columns]; gpu_c [R, K]."""

    values: Mapping[str, Array]
    gpu_c: Array
    loop_of: Mapping[str, Array]  # class -> [rows] loop of each asset


class Judged(NamedTuple):
    belief: Belief
    verdicts: Mapping[tuple[str, str], Verdict]  # (class, column) -> per row


def assimilate(belief: Belief, measured: Measured, gains: Gains, heat: Array) -> Judged:
    """Update every block. `heat` [R, K] is the heat through each cold plate, for its resistance."""
    verdicts: dict[tuple[str, str], Verdict] = {}
    belief = _core(belief, measured, verdicts)
    belief = _cdus(belief, measured, verdicts)
    belief = _racks(belief, measured, verdicts)
    return Judged(_gpus(belief, measured, gains, heat, verdicts), verdicts)


def _core(belief: Belief, m: Measured, verdicts: dict) -> Belief:
    x, cov = belief.state.core, belief.core_cov
    for cls, column, node in CORE_SENSORS:
        rows = m.values.get(cls)
        if rows is None or not len(rows):
            continue
        seen = rows[:, CLASSES[cls].column(column)]
        per_loop = np.full(x.shape[-2], np.nan)
        per_loop[m.loop_of[cls]] = seen
        x, cov, v = update_state(x, cov, node, per_loop, noise.sensor_std(cls, column) ** 2, noise.GATE)
        loop = m.loop_of[cls]
        verdicts[cls, column] = Verdict(v.innovation[loop], v.believed[loop])
    x, cov = _hall_inlet(x, cov, m, verdicts)
    mains, main_var = _mains(belief, x - belief.state.core)
    return replace(belief, state=replace(belief.state, core=x, mains=mains), core_cov=cov, main_var=main_var)


def _mains(belief: Belief, moved: Array) -> tuple[Array, Array]:
    """Contents of the mains shift with their outlet as far as their own doubt explains the correction."""
    ends = [nodes.HALL_IN, nodes.PLANT_IN]
    before = np.diagonal(belief.core_cov, axis1=-2, axis2=-1)[..., ends]
    share = belief.main_var / np.maximum(before, belief.main_var)
    shift = share * moved[..., ends]
    seen = np.where(shift != 0.0, noise.TEMPERATURE_C**2 / (belief.main_var + noise.TEMPERATURE_C**2), 1.0)
    return belief.state.mains + shift[..., None], belief.main_var * seen


def _hall_inlet(x: Array, cov: Array, m: Measured, verdicts: dict) -> tuple[Array, Array]:
    """Facility water arriving at the CDUs: every unit measures the same water; the median of a loop's believed sensors updates."""
    seen = m.values["cdu"][:, CLASSES["cdu"].column("fws_supply_c")]
    loop, var = m.loop_of["cdu"], noise.sensor_std("cdu", "fws_supply_c") ** 2
    innovation = seen - x[loop, nodes.HALL_IN]
    spread = cov[loop, nodes.HALL_IN, nodes.HALL_IN] + var
    believed = np.isfinite(innovation) & (innovation**2 <= noise.GATE**2 * spread)
    verdicts["cdu", "fws_supply_c"] = Verdict(innovation, believed)
    middle = np.full(x.shape[-2], np.nan)
    for row in np.unique(loop[believed]):
        middle[row] = np.median(seen[believed & (loop == row)])
    x, cov, _ = update_state(x, cov, nodes.HALL_IN, middle, var, np.inf)
    return x, cov


def _cdus(belief: Belief, m: Measured, verdicts: dict) -> Belief:
    rows = m.values["cdu"]
    x = np.stack([belief.state.tcs_supply, belief.state.tcs_return], axis=-1)
    cov = belief.cdu_cov
    for index, column in enumerate(("tcs_supply_c", "tcs_return_c")):
        seen = rows[:, CLASSES["cdu"].column(column)]
        x, cov, verdicts["cdu", column] = update_state(x, cov, index, seen, noise.sensor_std("cdu", column) ** 2, noise.GATE)
    return replace(belief, state=replace(belief.state, tcs_supply=x[..., 0], tcs_return=x[..., 1]), cdu_cov=cov)


def _racks(belief: Belief, m: Measured, verdicts: dict) -> Belief:
    seen = m.values["rack"][:, CLASSES["rack"].column("return_c")]
    var = noise.sensor_std("rack", "return_c") ** 2
    x, after, verdicts["rack", "return_c"] = update_scalar(belief.state.manifold, belief.manifold_var, seen, var, noise.GATE)
    return replace(belief, state=replace(belief.state, manifold=x), manifold_var=after)


def _gpus(belief: Belief, m: Measured, gains: Gains, heat: Array, verdicts: dict) -> Belief:
    """Temperature and cold-plate resistance of every GPU: scalar filters, the resistance seen through the heat it carries."""
    if not np.isfinite(m.gpu_c).any():
        return belief
    slope = heat / np.maximum(gains.film, 1e-3)[..., None]  # K per unit of relative resistance
    doubt = slope**2 * belief.resistance_var
    die, die_var, verdict = update_scalar(belief.state.die, belief.die_var + doubt, m.gpu_c, noise.GPU_C**2, noise.GATE)
    total = belief.die_var + doubt + noise.GPU_C**2
    gain = np.where(verdict.believed, belief.resistance_var * slope / total, 0.0)
    resistance = belief.resistance + gain * np.where(verdict.believed, verdict.innovation, 0.0)
    kept = (1.0 - gain * slope) ** 2 * belief.resistance_var + gain**2 * (total - doubt)
    verdicts["gpu", "temp_c"] = verdict
    return replace(
        belief,
        state=replace(belief.state, die=die),
        die_var=np.where(verdict.believed, np.minimum(die_var, belief.die_var), belief.die_var),
        resistance=np.clip(resistance, *noise.RESISTANCE_BOUNDS),
        resistance_var=kept,
    )
