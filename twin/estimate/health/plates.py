"""Cold plates of all GPUs: rise over coolant per watt against the other plates of the rack, one scalar filter each."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray
PRIOR = 0.15  # spread of new plates and of the flow through them, log (manufacture, assumption)
QUICK = 0.05  # wander over minutes: whole-degree readings, power telemetry (log)
QUICK_S = 240.0
LEARN_S = 4 * 3600.0
DISPLAY_K = 0.5  # half a step of the GPU's own sensor, and its noise
HOLD = 3.0
LEAST_RISE = 4.0  # K, below which a plate tells nothing


@dataclass(frozen=True, slots=True)
class Plates:
    """total, count: GPU temperature and power of the minute under way [R, 2, K], [R]; the filters' state [R, K]."""

    total: Array
    count: Array
    quick: Array  # average of log resistance over its rack's median
    constant: Array
    variance: Array
    known: Array  # weight of the average so far, 0 .. 1
    gpu: Array  # [R, 2, K] mean of the last minute with readings


def fresh_plates(racks: int, gpus: int) -> Plates:
    """Before the first reading."""
    zero = np.zeros((racks, gpus))
    return Plates(np.zeros((racks, 2, gpus)), np.zeros(racks), zero, zero, np.full((racks, gpus), PRIOR**2), zero, np.full((racks, 2, gpus), np.nan))


def take(p: Plates, gpu: Array, fresh: Array) -> Plates:
    """Add a step's GPU arrays [R, 2, K] of racks that sent them, fresh [R]."""
    if not fresh.any():
        return p
    add = np.where(fresh[:, None, None], gpu, 0.0)  # a GPU that says nothing is not known this minute
    return Plates(p.total + add, p.count + fresh, p.quick, p.constant, p.variance, p.known, p.gpu)


def close(p: Plates, inlet: Array, dt: float) -> Plates:
    """One minute's filter: inlet [R] degC of the coolant."""
    heard = p.count > 0
    gpu = np.divide(p.total, p.count[:, None, None], out=np.full(p.total.shape, np.nan), where=heard[:, None, None])
    rise, power = gpu[:, 0] - inlet[:, None], gpu[:, 1]
    good = np.isfinite(rise) & (rise > LEAST_RISE) & (power > 20.0)
    log = np.where(good, np.log(np.where(good, rise, 1.0) / np.where(good, power, 1.0)), np.nan)
    middle = np.full(len(log), 0.0)
    some = good.any(axis=1)
    if some.any():
        middle[some] = np.nanmedian(log[some], axis=1)
    y = np.where(good, log - middle[:, None], 0.0)
    doubt = np.where(good, DISPLAY_K / np.where(good, rise, 1.0), np.inf)
    pace = np.where(good, np.maximum(-np.expm1(-dt / QUICK_S), 1.0 / (p.known * QUICK_S / dt + 1.0)), 0.0)
    quick = p.quick + pace * (y - p.quick)
    calm = good & ((quick - p.constant) ** 2 <= HOLD**2 * (p.variance + QUICK**2))
    error = np.where(good, np.square(np.where(good, doubt, 1.0)) + QUICK**2 * 1800.0 / dt, np.inf)
    gain = np.where(calm, p.variance / (p.variance + error), 0.0)
    known = np.minimum(p.known + np.where(good, dt / QUICK_S, 0.0), 1.0)
    kept = np.where(heard[:, None, None], gpu, p.gpu)
    zero = np.zeros_like(p.total)
    return Plates(zero, np.zeros(len(p.count)), quick, p.constant + gain * (y - p.constant), np.where(calm, (1.0 - gain) * p.variance, p.variance), known, kept)


def departures(p: Plates) -> tuple[Array, Array]:
    """Distance from the constant and its standard deviation [R, K]."""
    return p.quick - p.constant, np.sqrt(p.variance + QUICK**2)
