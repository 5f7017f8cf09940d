"""The leaves compiled: the same two passes as `twin.plant.leaves`, one loop over memory each, no temporaries.

`twin.plant.leaves` is the oracle. Import this module only where the number of GPUs pays for the compiler: from some
hundred thousand GPUs on the passes are bound by memory, not by arithmetic.
"""
from __future__ import annotations

import numpy as np
from numba import njit

from twin.plant.leaves import Condensed, Expanded, Gains
from twin.plant.types import Inputs, Leaves, State

Array = np.ndarray


@njit(cache=True, fastmath={"contract", "reassoc", "arcp", "nsz"}, error_model="numpy")
def _condense(die, plate, power, factor, store, plate_store, link, film, a, b, total):
    for r in range(die.shape[0]):
        through = link[r] / (store[r] + link[r])
        fixed = plate_store[r] + store[r] * through
        sum_a, sum_b, sum_p = 0.0, 0.0, 0.0
        for k in range(die.shape[1]):
            g = film[r] * factor[r, k]
            share = g / (fixed + g)
            sum_a += share * (plate_store[r] * plate[r, k] + through * (store[r] * die[r, k] + power[r, k]))
            sum_b += g * (1.0 - share)
            sum_p += power[r, k]
        a[r], b[r], total[r] = sum_a, sum_b, sum_p


@njit(cache=True, fastmath={"contract", "reassoc", "arcp", "nsz"}, error_model="numpy")
def _expand(die, plate, power, factor, store, plate_store, link, film, inlet, die_j, plate_j, new_die, new_plate, stored):
    for r in range(die.shape[0]):
        through = link[r] / (store[r] + link[r])
        fixed = plate_store[r] + store[r] * through
        back = 1.0 / (store[r] + link[r])
        warmed_die, warmed_plate = 0.0, 0.0
        for k in range(die.shape[1]):
            g = film[r] * factor[r, k]
            heated = store[r] * die[r, k] + power[r, k]
            p = (plate_store[r] * plate[r, k] + through * heated + g * inlet[r]) / (fixed + g)
            d = (heated + link[r] * p) * back
            warmed_die += d - die[r, k]
            warmed_plate += p - plate[r, k]
            new_plate[r, k], new_die[r, k] = p, d
        stored[r] = die_j[r] * warmed_die + plate_j[r] * warmed_plate


def _rows(x: Array, shape: tuple[int, ...]) -> Array:
    return np.ascontiguousarray(np.broadcast_to(x, shape)).reshape(-1)


def _matrix(x: Array, shape: tuple[int, ...]) -> Array:
    return np.ascontiguousarray(np.broadcast_to(x, shape)).reshape(-1, shape[-1])


def condense(p: Leaves, g: Gains, state: State, inputs: Inputs) -> Condensed:
    """As `twin.plant.leaves.condense`."""
    shape = np.broadcast_shapes(state.die.shape, inputs.gpu_power.shape, p.plate_factor.shape)
    rows = shape[:-1]
    a, b, power = (np.empty(int(np.prod(rows))) for _ in range(3))
    _condense(*(_matrix(x, shape) for x in (state.die, state.plate, inputs.gpu_power, p.plate_factor)),
              *(_rows(x, rows) for x in g), a, b, power)
    return Condensed(a.reshape(rows), b.reshape(rows), power.reshape(rows))


def expand(p: Leaves, g: Gains, state: State, inputs: Inputs, inlet: Array) -> Expanded:
    """As `twin.plant.leaves.expand`."""
    shape = np.broadcast_shapes(state.die.shape, inputs.gpu_power.shape, p.plate_factor.shape, (*inlet.shape, 1))
    die, plate, stored = np.empty(shape), np.empty(shape), np.empty(int(np.prod(shape[:-1])))
    _expand(*(_matrix(x, shape) for x in (state.die, state.plate, inputs.gpu_power, p.plate_factor)),
            *(_rows(x, shape[:-1]) for x in (*g, inlet, p.die_capacity, p.plate_capacity)),
            die.reshape(-1, shape[-1]), plate.reshape(-1, shape[-1]), stored)
    return Expanded(die, plate, stored.reshape(shape[:-1]))
