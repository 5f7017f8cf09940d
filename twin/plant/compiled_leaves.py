"""GPUs compiled: one pass a step over the dies and plates of a loop, in place, while they are in cache.

`advance` ends one step (twin.plant.leaves.expand) and begins the next one (condense) in the same loop: every die, plate, power
and factor is read once, every die and plate written once. No calls inside: a call would count references of every array.
"""
from __future__ import annotations

from numba import njit

from twin.plant.compiled_formulas import FAST


@njit(fastmath=FAST, error_model="numpy")
def condense(loop, wires, racks, leaf, nodes, load):
    """Each rack's heat into coolant, a - b * s [W], and the sums of its dies, plates [K] and power pattern [W], which `load` scales."""
    die, plate, power, factor = nodes.die, nodes.plate, leaf.power, leaf.factor
    for r in range(wires.rack_first[wires.cdu_first[loop]], wires.rack_first[wires.cdu_first[loop + 1]]):
        store, plate_store, through, fixed, film = leaf.store[r], leaf.plate_store[r], leaf.through[r], leaf.fixed[r], leaf.film[r]
        now = load[r % len(load)]
        a, b, dies, plates, pattern = 0.0, 0.0, 0.0, 0.0, 0.0
        for k in range(die.shape[1]):
            g = film * factor[r, k]
            share = g / (fixed + g)
            a += share * (plate_store * plate[r, k] + through * (store * die[r, k] + now * power[r, k]))
            b += share
            dies += die[r, k]
            plates += plate[r, k]
            pattern += power[r, k]
        racks.power[r] = pattern
        nodes.a[r], nodes.b[r], nodes.die_sum[r], nodes.plate_sum[r] = a, fixed * b, dies, plates


@njit(fastmath=FAST, error_model="numpy")
def advance(loop, dt, wires, racks, leaf, nodes, work, load, next_load):
    """Dies and plates at the end of the step, and the next step condensed.

    Returns the heat [J] the nodes of all racks took up and the power [W] of their GPUs.
    """
    die, plate, power, factor = nodes.die, nodes.plate, leaf.power, leaf.factor
    stored, entered = 0.0, 0.0
    for r in range(wires.rack_first[wires.cdu_first[loop]], wires.rack_first[wires.cdu_first[loop + 1]]):
        store, plate_store, link, back = leaf.store[r], leaf.plate_store[r], leaf.link[r], leaf.back[r]
        through, fixed, film, inlet = leaf.through[r], leaf.fixed[r], leaf.film[r], work.inlet[r]
        now, later = load[r % len(load)], next_load[r % len(next_load)]
        a, b, dies, plates = 0.0, 0.0, 0.0, 0.0
        for k in range(die.shape[1]):
            g = film * factor[r, k]
            over = 1.0 / (fixed + g)
            heated = store * die[r, k] + now * power[r, k]
            p = (plate_store * plate[r, k] + through * heated + g * inlet) * over
            d = (heated + link * p) * back
            die[r, k], plate[r, k] = d, p
            dies += d
            plates += p
            a += g * over * (plate_store * p + through * (store * d + later * power[r, k]))
            b += g * over
        took = racks.die[r] * (dies - nodes.die_sum[r]) + racks.plate[r] * (plates - nodes.plate_sum[r])
        racks.liquid[r] = now * racks.power[r] - took / dt + racks.other[r]
        stored += took
        entered += now * racks.power[r]
        nodes.a[r], nodes.b[r], nodes.die_sum[r], nodes.plate_sum[r] = a, fixed * b, dies, plates
    return stored, entered
