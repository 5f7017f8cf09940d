"""What GPUs report taken in, in compiled code and in place: twin.estimate.gpus says the laws."""
from __future__ import annotations

from collections import namedtuple

import numpy as np

from twin.kernels import FAST, inner, kernel, woven

# [R, K] each: resistance, factor, offset, variance of resistance, covariance with offset, variance of offset; heard bool
Gpus = namedtuple("Gpus", ["resistance", "factor", "offset", "v_r", "v_ro", "v_o", "heard"])
# Numbers of twin.estimate.noise and of twin.estimate.gpus; compiled code would keep old ones
GpuLaw = namedtuple("GpuLaw", ["walk", "read_var", "gate", "low", "high", "many", "longest", "far_k", "least_var"])
LEAST_SCALE, MOST_SCALE, SCALE_RATE, LARGEST = 0.01, 400.0, 0.1, 9.0  # of a rack's power variance, of a message, of a squared innovation


@kernel()
def heard_gpus(rows, seen, die, plate, inlet, power_var, design, g, scale, count, law):
    """Temperatures `seen` [r, K] of the racks `rows` [r] into `die` [R, K], `g` and `scale` [R], at those rows.

    power_var [R] relative variance of a GPU's power, design [R, K] factor of the datasheet; `count` messages that shaped the common
    resistance. Returns squared normalised innovations [r, K], NaN where not believed, and whether a common resistance was told.
    """
    gpus = seen.shape[1]
    common = _common(rows, seen, die, plate, inlet, g, count, law)
    square, shift, known = np.full((len(rows), gpus), np.nan), 0.0, 0
    for i in range(len(rows)):
        r = rows[i]
        for k in range(gpus):
            was_heard = g.heard[r, k]
            square[i, k] = _take(r, k, seen[i, k], common, die, plate, inlet[r], power_var[r], g, law)
            if was_heard:
                shift += g.offset[r, k]
                known += 1
        scale[r] = _rescaled(scale[r], square[i])
    if common != 0.0:  # errors of many sensors cancel
        for i in range(len(rows)):
            for k in range(gpus):
                g.offset[rows[i], k] -= shift / known
    for i in range(len(rows)):
        for k in range(gpus):
            g.factor[rows[i], k] = design[rows[i], k] / g.resistance[rows[i], k]
    return square, common != 0.0


@inner(fastmath=FAST)
def _common(rows, seen, die, plate, inlet, g, count, law):
    """What all plates together resist beyond what is believed: sensors' offsets cancel over many, so it is told from them at once."""
    weight, total, known = 0.0, 0.0, 0
    for i in range(len(rows)):
        r = rows[i]
        for k in range(seen.shape[1]):
            off = seen[i, k] - die[r, k]
            if g.heard[r, k] and np.isfinite(off):
                slope = (plate[r, k] - inlet[r]) / g.resistance[r, k]
                weight += slope * slope
                total += slope * min(max(off, -law.far_k), law.far_k)
                known += 1
    return 0.0 if known < law.many or weight < 1.0 else total / weight / min(count + 1, law.longest)


@woven
def _take(r, k, seen, common, die, plate, inlet, power_var, g, law):
    """One GPU; returns its squared normalised innovation, NaN where it was not believed."""
    slope = (plate[r, k] - inlet) / g.resistance[r, k]  # K per unit of relative resistance
    warm, v_r, v_ro = die[r, k] + slope * common, g.v_r[r, k] + law.walk, g.v_ro[r, k]
    resistance = g.resistance[r, k] + common
    quick = (warm - inlet) ** 2 * power_var + 0.01
    to_r, to_o = slope * v_r + v_ro, slope * v_ro + g.v_o[r, k]
    total = quick + slope * to_r + to_o + law.read_var
    off = seen - warm - g.offset[r, k]
    square = off * off / total
    new, found = min(max(resistance, law.low), law.high), np.nan
    if not g.heard[r, k] and np.isfinite(seen):
        die[r, k], g.heard[r, k] = seen, True
    elif g.heard[r, k] and square <= law.gate * law.gate:
        found, new = square, min(max(resistance + to_r / total * off, law.low), law.high)
        die[r, k] = warm + slope * (new - resistance) + quick / total * off
        g.offset[r, k] += to_o / total * off
        v_r -= to_r * to_r / total
        g.v_ro[r, k] -= to_r * to_o / total
        g.v_o[r, k] -= to_o * to_o / total
    else:
        die[r, k] = warm + slope * (new - resistance)
    g.resistance[r, k], g.v_r[r, k] = new, max(v_r, law.least_var)
    return found


@woven
def _rescaled(scale, square):
    """Scale of a rack's power variance by the mean of its normalised innovations."""
    total, known = 0.0, 0
    for k in range(len(square)):
        if np.isfinite(square[k]):
            total += min(square[k], LARGEST)
            known += 1
    mean = total / known if known else 1.0
    return min(max(scale * np.exp(SCALE_RATE * (mean - 1.0)), LEAST_SCALE), MOST_SCALE)


@kernel()
def pooled(g, design, alone, least):
    """Silent GPUs take the mean of those heard: their rack's, drawn towards that of all as by `alone` GPUs; and at least the variance `least`."""
    racks, gpus = g.heard.shape
    own, count, every, total = np.zeros(racks), np.zeros(racks), 0.0, 0
    for r in range(racks):
        for k in range(gpus):
            if g.heard[r, k]:
                own[r] += g.resistance[r, k]
                count[r] += 1.0
        every += own[r]
        total += count[r]
    if total == 0.0:
        return
    every, spread = every / total, 0.0
    for r in range(racks):
        for k in range(gpus):
            if g.heard[r, k]:
                spread += (g.resistance[r, k] - every) ** 2
    spread = max(spread / total, least)
    for r in range(racks):
        if count[r] < gpus:
            mean = (own[r] + alone * every) / (count[r] + alone)
            for k in range(gpus):
                if not g.heard[r, k]:
                    g.resistance[r, k], g.v_r[r, k], g.factor[r, k] = mean, spread, design[r, k] / mean
