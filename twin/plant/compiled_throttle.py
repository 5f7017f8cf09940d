"""GPUs under driven machines compiled: flows, powers and throttling may change at every step.

A rack none of whose GPUs is throttled, off or beyond its limit asks its throttle nothing: power is the pattern times one number. That is
exact (`throttled` gives 1 there) and spares two arrays. All others take `finish` and `begin`, rack by rack.
"""
from __future__ import annotations

from twin.kernels import FAST, inner
from twin.physics.plate import plate_conductance
from twin.plant.drive import booted, shut_down, throttled


@inner()
def give(r, dt, plant, d, t, stream, load):
    """What a rack gets in the next step: coolant at `stream` m3/s of a unit of conductance, power at `load` of its pattern."""
    rack, m = plant.racks[r], d.racks[r]
    if m.alike > 0.0:  # the power of a number is most of the work on a rack
        rack.flow, rack.film = plant.racks[r - 1].flow, plant.racks[r - 1].film
    else:
        rack.flow = stream * m.rack
        g = plate_conductance(rack.flow / m.gpus, rack.volumetric, m.plate_rated, m.plate_base, m.plate_flow, m.plate_exponent)
        rack.film = rack.each * g
    rack.other, rack.air = t.other_power * t.rack_powered, t.air_power * t.rack_powered
    m.scale = load * t.rack_powered if d.boot_s[r] <= 0.0 else 0.0
    d.boot_s[r] = booted(d.boot_s[r], t.rack_powered, m.restart, dt)


@inner()
def begin_all(loop, dt, plant, d, wants):
    """Every rack's first step of a run."""
    load, stride = wants.loads[0], 1 if wants.loads.shape[1] > 1 else 0
    for i in range(plant.cdu_first[loop], plant.cdu_first[loop + 1]):
        for r in range(plant.rack_first[i], plant.rack_first[i + 1]):
            give(r, dt, plant, d, wants.racks[0, r], d.cdus[i].stream, load[r * stride])
            begin(r, dt, plant, d)


@inner(fastmath=FAST)
def begin(r, dt, plant, d):
    """Throttles and switches of a rack's GPUs one step on, and its step condensed."""
    rack, m = plant.racks[r], d.racks[r]
    die, plate, power, factor, throttle, off = plant.die, plant.plate, plant.power, plant.factor, d.throttle, d.off
    store, plate_store, through, fixed, film, scale = rack.store, rack.plate_store, rack.through, rack.fixed, rack.film, m.scale
    limit, stop = m.throttle, m.shutdown
    a, b, dies, plates, pattern, touched = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(die.shape[1]):
        throttle[r, k] = throttled(throttle[r, k], die[r, k], limit, dt)
        off[r, k] = shut_down(off[r, k], die[r, k], limit, stop)
        asked = power[r, k] * throttle[r, k] * (1.0 - off[r, k])
        touched += 0.0 if throttle[r, k] == 1.0 and off[r, k] == 0.0 else 1.0
        g = film * factor[r, k]
        share = g / (fixed + g)
        a += share * (plate_store * plate[r, k] + through * (store * die[r, k] + scale * asked))
        b += share
        dies += die[r, k]
        plates += plate[r, k]
        pattern += asked
    m.hot = 1.0 if touched > 0.0 else 0.0
    rack.a, rack.b, rack.die_sum, rack.plate_sum, rack.pattern = a, fixed * b, dies, plates, pattern


@inner(fastmath=FAST)
def finish(r, film, scale, plant, d):
    """Dies and plates of a rack at the end of the step; returns their sums."""
    rack = plant.racks[r]
    die, plate, power, factor, throttle, off = plant.die, plant.plate, plant.power, plant.factor, d.throttle, d.off
    store, plate_store, link, back = rack.store, rack.plate_store, rack.link, rack.back
    through, fixed, inlet = rack.through, rack.fixed, rack.inlet
    dies, plates = 0.0, 0.0
    for k in range(die.shape[1]):
        g = film * factor[r, k]
        heated = store * die[r, k] + scale * power[r, k] * throttle[r, k] * (1.0 - off[r, k])
        p = (plate_store * plate[r, k] + through * heated + g * inlet) / (fixed + g)
        die[r, k], plate[r, k] = (heated + link * p) * back, p
        dies += die[r, k]
        plates += p
    return dies, plates


@inner(fastmath=FAST)
def advance_driven(loop, dt, plant, d, wants, step, last):
    """Dies and plates of a loop at the end of `step`, and unless it is the last of a run the next one condensed.

    Returns the heat [J] the nodes of all racks took up and the power [W] of their GPUs.
    """
    die, plate, power, factor = plant.die, plant.plate, plant.power, plant.factor
    load, stride = wants.loads[(step + 1) % len(wants.loads)], 1 if wants.loads.shape[1] > 1 else 0
    row = (step + 1) % len(wants.racks)
    stored, entered = 0.0, 0.0
    for i in range(plant.cdu_first[loop], plant.cdu_first[loop + 1]):
        stream = d.cdus[i].stream
        for r in range(plant.rack_first[i], plant.rack_first[i + 1]):
            rack, m = plant.racks[r], d.racks[r]
            film, scale, other, gpu = rack.film, m.scale, rack.other, m.scale * rack.pattern
            before = rack.die * rack.die_sum + rack.plate * rack.plate_sum
            if not last:
                give(r, dt, plant, d, wants.racks[row, r], stream, load[r * stride])
            if m.hot > 0.0:
                dies, plates = finish(r, film, scale, plant, d)
                hot = 1.0
            else:
                store, plate_store, link, back = rack.store, rack.plate_store, rack.link, rack.back
                through, fixed, inlet, limit = rack.through, rack.fixed, rack.inlet, m.throttle
                next_film, next_scale = rack.film, m.scale
                a, b, dies, plates, hot = 0.0, 0.0, 0.0, 0.0, 0.0
                for k in range(die.shape[1]):
                    g, later = film * factor[r, k], next_film * factor[r, k]
                    total, next_total = fixed + g, fixed + later
                    over = 1.0 / (total * next_total)  # one division for both
                    heated = store * die[r, k] + scale * power[r, k]
                    p = (plate_store * plate[r, k] + through * heated + g * inlet) * (next_total * over)
                    t = (heated + link * p) * back
                    die[r, k], plate[r, k] = t, p
                    dies += t
                    plates += p
                    share = later * (total * over)
                    a += share * (plate_store * p + through * (store * t + next_scale * power[r, k]))
                    b += share
                    hot += 1.0 if t > limit else 0.0
                rack.a, rack.b, rack.die_sum, rack.plate_sum = a, fixed * b, dies, plates
            took = rack.die * dies + rack.plate * plates - before
            rack.gpu, rack.liquid = gpu, gpu - took / dt + other
            stored += took
            entered += gpu
            if hot > 0.0 and not last:
                begin(r, dt, plant, d)
    return stored, entered
