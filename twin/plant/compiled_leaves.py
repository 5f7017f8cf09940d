"""GPUs compiled: one pass a step over the dies and plates of a loop, in place, while they are in cache.

`advance` ends one step (twin.plant.leaves.expand) and begins the next one (condense) in the same loop: every die, plate, power
and factor is read once, every die and plate written once. No calls inside: a call would count references of every array.
"""
from __future__ import annotations

from twin.kernels import FAST, inner


@inner(fastmath=FAST)
def condense(loop, plant, load):
    """Each rack's heat into coolant, a - b * s [W], and the sums of its dies, plates [K] and power pattern [W], which `load` scales."""
    die, plate, power, factor = plant.die, plant.plate, plant.power, plant.factor
    stride = 1 if len(load) > 1 else 0
    for r in range(plant.rack_first[plant.cdu_first[loop]], plant.rack_first[plant.cdu_first[loop + 1]]):
        rack = plant.racks[r]
        store, plate_store, through, fixed, film = rack.store, rack.plate_store, rack.through, rack.fixed, rack.film
        now = load[r * stride]
        a, b, dies, plates, pattern = 0.0, 0.0, 0.0, 0.0, 0.0
        for k in range(die.shape[1]):
            g = film * factor[r, k]
            share = g / (fixed + g)
            a += share * (plate_store * plate[r, k] + through * (store * die[r, k] + now * power[r, k]))
            b += share
            dies += die[r, k]
            plates += plate[r, k]
            pattern += power[r, k]
        rack.pattern = pattern
        rack.a, rack.b, rack.die_sum, rack.plate_sum = a, fixed * b, dies, plates


@inner(fastmath=FAST)
def advance(loop, dt, plant, load, next_load):
    """Dies and plates at the end of the step, and the next step condensed.

    Returns the heat [J] the nodes of all racks took up and the power [W] of their GPUs.
    """
    die, plate, power, factor = plant.die, plant.plate, plant.power, plant.factor
    stride = 1 if len(load) > 1 else 0
    stored, entered = 0.0, 0.0
    for r in range(plant.rack_first[plant.cdu_first[loop]], plant.rack_first[plant.cdu_first[loop + 1]]):
        rack = plant.racks[r]
        store, plate_store, link, back = rack.store, rack.plate_store, rack.link, rack.back
        through, fixed, film, inlet = rack.through, rack.fixed, rack.film, rack.inlet
        now, later = load[r * stride], next_load[r * stride]
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
        took = rack.die * (dies - rack.die_sum) + rack.plate * (plates - rack.plate_sum)
        rack.gpu = now * rack.pattern
        rack.liquid = rack.gpu - took / dt + rack.other
        stored += took
        entered += rack.gpu
        rack.a, rack.b, rack.die_sum, rack.plate_sum = a, fixed * b, dies, plates
    return stored, entered
