"""GPUs compiled: one pass a step over a rack's dies and plates, in place, while they are in cache.

`advance` ends one step (twin.plant.leaves.expand) and begins the next one (condense) in the same loop: every die, plate, power
and factor is read once, every die and plate written once. Arrays are float64 or float32; sums over a rack are float64.
"""
from __future__ import annotations

import numpy as np
from numba import njit

from twin.plant.compiled_formulas import FAST


@njit(fastmath=FAST, error_model="numpy")
def condense(die, plate, power, factor, leaf, r, load):
    """Heat of rack r into coolant, a - b * s [W], and the sums of its dies and plates [K]; `load` scales the power pattern."""
    store, plate_store, through, fixed, film = leaf.store[r], leaf.plate_store[r], leaf.through[r], leaf.fixed[r], leaf.film[r]
    load = die.dtype.type(load)
    a, b, dies, plates = die.dtype.type(0), die.dtype.type(0), 0.0, 0.0
    for k in range(die.shape[0]):
        g = film * factor[k]
        share = g / (fixed + g)
        a += share * (plate_store * plate[k] + through * (store * die[k] + load * power[k]))
        b += share
        dies += np.float64(die[k])
        plates += np.float64(plate[k])
    return np.float64(a), np.float64(fixed) * np.float64(b), dies, plates


@njit(fastmath=FAST, error_model="numpy")
def advance(die, plate, power, factor, leaf, r, load, inlet, next_load):
    """Dies and plates of rack r at the end of the step, and the next step condensed: returns as `condense`."""
    store, plate_store, link, back = leaf.store[r], leaf.plate_store[r], leaf.link[r], leaf.back[r]
    through, fixed, film = leaf.through[r], leaf.fixed[r], leaf.film[r]
    a, b, dies, plates = die.dtype.type(0), die.dtype.type(0), 0.0, 0.0
    one, load, inlet, next_load = die.dtype.type(1), die.dtype.type(load), die.dtype.type(inlet), die.dtype.type(next_load)
    for k in range(die.shape[0]):
        g = film * factor[k]
        over = one / (fixed + g)
        heated = store * die[k] + load * power[k]
        p = (plate_store * plate[k] + through * heated + g * inlet) * over
        d = (heated + link * p) * back
        die[k], plate[k] = d, p
        dies += np.float64(d)
        plates += np.float64(p)
        share = g * over
        a += share * (plate_store * p + through * (store * d + next_load * power[k]))
        b += share
    return np.float64(a), np.float64(fixed) * np.float64(b), dies, plates


@njit(error_model="numpy")
def advance_loop(loop, dt, wires, racks, leaf, nodes, work, load, next_load):
    """All racks of a loop; returns the heat [J] their nodes took up, with what rounding owes, and the power [W] of their GPUs."""
    stored, entered = 0.0, 0.0
    for r in range(wires.rack_first[wires.cdu_first[loop]], wires.rack_first[wires.cdu_first[loop + 1]]):
        now, later = load[r % len(load)], next_load[r % len(next_load)]
        to_coolant = nodes.a[r] - nodes.b[r] * work.inlet[r]
        a, b, dies, plates = advance(nodes.die[r], nodes.plate[r], leaf.power[r], leaf.factor[r], leaf, r, now, work.inlet[r], later)
        took = racks.die[r] * (dies - nodes.die_sum[r]) + racks.plate[r] * (plates - nodes.plate_sum[r])
        power = now * racks.power[r]
        owed = (power - to_coolant) * dt - took
        racks.liquid[r] = to_coolant + nodes.owed[r] / dt + racks.other[r]
        stored += took + owed - nodes.owed[r]
        entered += power
        nodes.a[r], nodes.b[r], nodes.die_sum[r], nodes.plate_sum[r], nodes.owed[r] = a, b, dies, plates, owed
    return stored, entered
