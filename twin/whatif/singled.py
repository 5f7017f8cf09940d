"""GPUs whose cold plates fare otherwise than their neighbours', inside members that lump each rack into one node.

One GPU of a rack hardly moves its coolant, so it is followed after the fact: die and plate between the coolant that its rack was given and the power that it
was asked for, in the leaves' equations, throttling by itself.
"""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.physics.plate import plate_conductance
from twin.plant.drive import throttled
from twin.plant.types import Leaves
from twin.whatif.ground import Ground
from twin.whatif.record import Trajectory
from twin.whatif.schedule import Piece
from twin.whatif.start import Start

Array = np.ndarray
LONGEST_S, MOST = 2.5, 40  # s of a step; steps between two records
INSTANT_S = 1e-6


def singled(start: Start, plan: Sequence[Piece]) -> Array:
    """[n] rows of the racks in which a plan treats plates unlike."""
    kinds = {id(w.wear.plate): w.wear.plate / start.world.wear.plate for w in (piece.world for piece in plan)}
    unlike = np.any([(x != x[:, :1]).any(-1) for x in kinds.values()], axis=0)
    return np.flatnonzero(unlike)


def hottest(g: Ground, start: Start, plan: Sequence[Piece], t: Trajectory, rows: Array, dt: float) -> Array:
    """Hottest GPU [records, n] degC of these racks along a future of lumped racks, whose plan has steps of `dt` seconds."""
    p = (start.known or g.p).leaves
    worlds = [plan[i].world for i in np.searchsorted([piece.first * dt for piece in plan], t.seconds - INSTANT_S, side="right").clip(1) - 1]
    inlet, film = _coolant(g, p, t, rows)
    die, plate, share = start.state.die[rows], start.state.plate[rows], start.machines.throttle[rows]
    out = [die.max(-1)]
    for i in range(1, len(t.seconds)):
        w, h = worlds[i], t.seconds[i] - t.seconds[i - 1]
        power = w.targets.gpu_power[rows] * w.targets.rack_powered[rows, None]
        own = film[i, :, None] * p.plate_factor[rows] * w.wear.plate[rows]
        for part in [h / n for n in [int(np.clip(np.ceil(h / LONGEST_S), 1, MOST))] for _ in range(n)]:
            share = throttled(share, die, p.throttle[rows, None], part)
            die, plate = _step(p, rows, die, plate, power * share, own, inlet[i, :, None], part)
        out.append(die.max(-1))
    return np.array(out)


def _coolant(g: Ground, p: Leaves, t: Trajectory, rows: Array) -> tuple[Array, Array]:
    """Temperature [records, n] degC of the coolant that arrives, and conductance W/K of a clean plate at its flow."""
    cdus = g.p.wiring.rack_cdu[rows]
    flow = t["cdu.tcs_flow_lpm"][:, cdus] * (g.m.rack / g.p.wiring.racks_to_cdus(g.m.rack)[g.p.wiring.rack_cdu])[rows]
    film = plate_conductance(flow / p.plate_factor.shape[-1], p.volumetric[rows], p.plate_rated[rows], p.plate_base[rows], p.plate_flow[rows],
                             p.plate_exponent[rows])
    return t["cdu.tcs_supply_c"][:, cdus], film


def _step(p: Leaves, rows: Array, die: Array, plate: Array, power: Array, film: Array, inlet: Array, dt: float) -> tuple[Array, Array]:
    """Die and plate [n, K] after an implicit step."""
    store, plate_store, link = (x[rows, None] for x in (p.die_capacity / dt, p.plate_capacity / dt, p.die_plate))
    through = link / (store + link)
    plate = (plate_store * plate + through * (store * die + power) + film * inlet) / (plate_store + store * through + film)
    return (store * die + power + link * plate) / (store + link), plate
