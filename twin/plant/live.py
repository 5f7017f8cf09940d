"""One compiled step as a function of values: state and inputs in, a new state and its account out. For the live twin."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.kernels import FAST, inner, kernel
from twin.plant import compiled_types as ct
from twin.plant.compiled_core import core_begin, core_end
from twin.plant.leaves import gains
from twin.plant.types import Flows, Inputs, Parameters, State

Array = np.ndarray
LOOP_INPUTS = tuple(f for f in Inputs.__dataclass_fields__ if f not in ("gpu_power", "other_power", "air_power", "rack_flow", "fws_flow", "cdu_pump"))
INPUTS = ct.record(LOOP_INPUTS)


class Lived(NamedTuple):
    after: State
    flows: Flows
    exchanger: Array  # [C] W/K
    heat_slope: Array  # [C] W/K heat into facility water per kelvin of it
    manifold_slope: Array  # [R] coolant leaving each rack per kelvin entering


def template(p: Parameters, state: State) -> ct.Plant:
    """The records of a plant, to be copied by every step."""
    return ct.plant(p, state)


def learned(of: ct.Plant, p: Parameters) -> ct.Plant:
    """The same records with other parameters of CDUs and plant room."""
    cdus = of.cdus.copy()
    cdus["ua"], cdus["g_tcs"] = p.cdus.ua, 0.0
    return of._replace(core=ct.table(ct.CORE, len(of.core), p.core), cdus=cdus)


def live(of: ct.Plant, p: Parameters, factor: Array, state: State, u: Inputs, dt: float) -> Lived:
    """One step of `dt` seconds of a plant with plates of relative conductance `factor` [R, K]; nothing given is changed."""
    racks, cdus, table = of.racks.copy(), of.cdus.copy(), np.empty(len(of.core), INPUTS)
    room = of._replace(racks=racks, cdus=cdus, flows=of.flows.copy(), power=u.gpu_power, factor=factor, die=state.die.copy(), plate=state.plate.copy(),
                       temps=state.core.copy(), mains=state.mains.copy(), k=of.k.copy(), b=of.b.copy(), cells=of.cells.copy())
    ct.step_length(room, p, dt)
    racks["leaving"], cdus["tcs_supply"], cdus["tcs_return"] = state.manifold, state.tcs_supply, state.tcs_return
    racks["film"] = gains(p.leaves, u.rack_flow, factor.shape[-1], dt).film
    racks["flow"], racks["other"], racks["air"] = u.rack_flow, u.other_power, u.air_power
    cdus["fws_flow"], cdus["pump"] = u.fws_flow, u.cdu_pump
    for name in LOOP_INPUTS:
        table[name] = getattr(u, name)
    _step(dt, room, table)
    after = State(room.die, room.plate, racks["leaving"].copy(), cdus["tcs_supply"].copy(), cdus["tcs_return"].copy(), room.temps, room.mains)
    return Lived(after, ct.account(room), cdus["g"].copy(), cdus["heat_slope"].copy(), racks["slope"].copy())


@kernel()
def _step(dt, plant, inputs):
    for loop in range(len(plant.core)):
        first, last = plant.rack_first[plant.cdu_first[loop]], plant.rack_first[plant.cdu_first[loop + 1]]
        for r in range(first, last):
            _begin(r, plant)
        g, stored, entered = core_begin(loop, dt, plant, inputs[loop])
        for r in range(first, last):
            stored += _end(r, dt, plant)
            entered += plant.racks[r].gpu
        core_end(loop, dt, plant, inputs[loop], g, stored, entered)


@inner(fastmath=FAST)
def _begin(r, plant):
    """A rack's heat into coolant, a - b * inlet."""
    rack = plant.racks[r]
    die, plate, power, factor = plant.die, plant.plate, plant.power, plant.factor
    store, plate_store, through, fixed, film = rack.store, rack.plate_store, rack.through, rack.fixed, rack.film
    a, b, pattern = 0.0, 0.0, 0.0
    for k in range(die.shape[1]):
        g = film * factor[r, k]
        share = g / (fixed + g)
        a += share * (plate_store * plate[r, k] + through * (store * die[r, k] + power[r, k]))
        b += share
        pattern += power[r, k]
    rack.a, rack.b, rack.gpu = a, fixed * b, pattern


@inner(fastmath=FAST)
def _end(r, dt, plant):
    """Dies and plates of a rack at the end of the step; the heat [J] they took up."""
    rack = plant.racks[r]
    die, plate, power, factor = plant.die, plant.plate, plant.power, plant.factor
    store, plate_store, link, back = rack.store, rack.plate_store, rack.link, rack.back
    through, fixed, inlet, film = rack.through, rack.fixed, rack.inlet, rack.film
    dies, plates = 0.0, 0.0
    for k in range(die.shape[1]):
        g = film * factor[r, k]
        heated = store * die[r, k] + power[r, k]
        p = (plate_store * plate[r, k] + through * heated + g * inlet) / (fixed + g)
        t = (heated + link * p) * back
        dies += t - die[r, k]
        plates += p - plate[r, k]
        die[r, k], plate[r, k] = t, p
    took = rack.die * dies + rack.plate * plates
    rack.liquid = rack.gpu - took / dt + rack.other
    return took
