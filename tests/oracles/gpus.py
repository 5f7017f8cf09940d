"""GPUs: temperature, cold-plate resistance and sensor offset of every one, from what it reports; the rest from what others show.

The die follows its resistance in proportion to the heat it carries, so a load that moves tells the resistance from the sensor's offset.
A GPU that reports nothing has its rack's resistance, or that of all, and their spread.
"""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.oracles.belief import Belief
from twin.estimate import noise

Array = np.ndarray
EVERY_S = 30.0  # between messages, for the walk of a resistance
MANY, LONGEST, FAR_K = 100, 50, 10.0  # GPUs that make a common resistance; messages it is averaged over; innovations count to here
ALONE = 4.0  # a rack's own mean counts against all others' as this many GPUs


def update_gpus(b: Belief, rows: Array, seen: Array) -> tuple[Belief, Array]:
    """Take in the temperatures `seen` [r, K] of the racks `rows` [r]; returns the squared normalised innovations as well.

    A GPU heard for the first time gives its temperature only: what its plate resists shows once the designed start is forgotten.
    """
    die, plate, inlet, heard = b.state.die[rows], b.state.plate[rows], b.inlet[rows, None], b.heard[rows]
    resistance, offset = b.resistance[rows], b.gpu_offset[rows]
    v_r, v_ro, v_o = (part[rows] for part in b.gpu_cov)
    v_r = v_r + noise.RESISTANCE_RT_S**2 * EVERY_S
    slope = (plate - inlet) / resistance  # K per unit of relative resistance
    common = _common(seen - die, slope, heard, b.common)
    resistance, die = resistance + common, die + slope * common
    quick = (die - inlet) ** 2 * b.gpu_power_var()[rows, None] + 0.01
    to_r, to_o = slope * v_r + v_ro, slope * v_ro + v_o
    total = quick + slope * to_r + to_o + noise.GPU_READ_K**2
    innovation = seen - die - offset
    square = innovation**2 / total
    with np.errstate(invalid="ignore"):
        believed = heard & (square <= noise.GATE**2)
    step = np.where(believed, innovation, 0.0)
    over = np.where(believed, 1.0 / total, 0.0)
    new = np.clip(resistance + over * to_r * step, *noise.RESISTANCE_BOUNDS)
    first = np.isfinite(seen) & ~heard
    die = np.where(first, seen, die + slope * (new - resistance) + over * quick * step)
    offset = offset + over * to_o * step
    if common != 0.0:
        offset = offset - offset[heard].mean()  # errors of many sensors cancel
    cov = (v_r - over * to_r**2, v_ro - over * to_r * to_o, v_o - over * to_o**2)
    square = np.where(believed, square, np.nan)
    out = _put(b, rows, common, die, new, offset, cov, first)
    scales = b.scales[3].copy()
    scales[rows] = _scale(scales[rows], square)
    return replace(out, scales=(*b.scales[:3], scales)), square


def _common(innovation: Array, slope: Array, heard: Array, count: int) -> float:
    """What all plates together resist beyond what is believed: sensors' offsets cancel over many, so it is told from them at once."""
    known = heard & np.isfinite(innovation)
    weight = float((slope**2)[known].sum())
    if known.sum() < MANY or weight < 1.0:
        return 0.0
    return float((slope * np.clip(innovation, -FAR_K, FAR_K))[known].sum()) / weight / min(count + 1, LONGEST)


def _scale(scale: Array, square: Array) -> Array:
    """Scale of each rack's power variance by the mean of its normalised innovations."""
    known = np.isfinite(square)
    count = known.sum(1)
    mean = np.divide(np.where(known, np.minimum(square, 9.0), 0.0).sum(1), count, out=np.ones(len(count)), where=count > 0)
    return np.clip(scale * np.exp(0.1 * (mean - 1.0)), 0.01, 400.0)


def _put(b: Belief, rows: Array, common: float, die: Array, resistance: Array, offset: Array, cov: tuple[Array, Array, Array], first: Array) -> Belief:
    """The belief with these racks' GPUs changed, and every silent one given what its neighbours show."""
    def into(whole: Array, part: Array) -> Array:
        out = whole.copy()
        out[rows] = part
        return out

    heard = into(b.heard, b.heard[rows] | first) if first.any() else b.heard
    new = into(b.resistance, resistance)
    v_r, v_ro, v_o = (into(whole, part) for whole, part in zip(b.gpu_cov, (np.maximum(cov[0], 1e-7), *cov[1:]), strict=True))
    factor = into(b.factor, b.slow.plate_design[rows] / resistance)
    pooled, v_r = _pooled(new, v_r, heard)
    if pooled is not new:
        np.divide(b.slow.plate_design, pooled, out=factor, where=~heard)
    return replace(b, state=replace(b.state, die=into(b.state.die, die)), resistance=pooled, factor=factor, gpu_offset=into(b.gpu_offset, offset),
                   gpu_cov=(v_r, v_ro, v_o), heard=heard, common=b.common + (common != 0.0))


def _pooled(resistance: Array, var: Array, heard: Array) -> tuple[Array, Array]:
    """Silent GPUs take the mean of those heard: their rack's, drawn towards that of all."""
    if heard.all() or not heard.any():
        return resistance, var
    count = heard.sum(1)
    known = np.where(heard, resistance, 0.0)
    every = known.sum() / count.sum()
    own = (known.sum(1) + ALONE * every) / (count + ALONE)
    spread = np.where(heard, (resistance - every) ** 2, 0.0).sum() / count.sum()
    return np.where(heard, resistance, own[:, None]), np.where(heard, var, max(spread, (0.5 * noise.RESISTANCE) ** 2))
