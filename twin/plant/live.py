"""One compiled step as a function of values: state and inputs in, a new state and its account out. For the live twin."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.kernels import FAST, inner, kernel
from twin.physics.plate import plate_conductance
from twin.plant import compiled_types as ct
from twin.plant.compiled_core import core_begin, core_end
from twin.plant.types import Inputs, Parameters, State

Array = np.ndarray
LOOP_INPUTS = tuple(f for f in Inputs.__dataclass_fields__ if f not in ("gpu_power", "other_power", "air_power", "rack_flow", "fws_flow", "cdu_pump"))
INPUTS = ct.record(LOOP_INPUTS)
PLATE = ct.record(("plate_rated", "plate_base", "plate_flow", "plate_exponent"))


class Template(NamedTuple):
    """Records of a plant, to be copied by every step, and of its cold plates."""

    plant: ct.Plant
    plates: Array  # [R] PLATE


class Lived(NamedTuple):
    """A step's records: `plant` as it stands after it, its power, flows and account those of the step."""

    plant: ct.Plant
    inputs: Array  # [L] INPUTS

    def after(self) -> State:
        """The state after the step."""
        p = self.plant
        return State(p.die, p.plate, p.racks["leaving"].copy(), p.cdus["tcs_supply"].copy(), p.cdus["tcs_return"].copy(), p.temps, p.mains)


def template(p: Parameters, state: State) -> Template:
    """The records of a plant in some state."""
    plant = ct.plant(p, state)
    ct.step_length(plant, p, 1.0)
    return Template(plant, ct.table(PLATE, len(plant.racks), p.leaves))


def learned(of: Template, p: Parameters) -> Template:
    """The same records with other parameters of CDUs and plant room."""
    cdus = of.plant.cdus.copy()
    cdus["ua"], cdus["g_tcs"] = p.cdus.ua, 0.0
    return of._replace(plant=of.plant._replace(core=ct.table(ct.CORE, len(of.plant.core), p.core), cdus=cdus))


def opened(of: Template, state: State, factor: Array) -> ct.Plant:
    """Records of a plant with plates of relative conductance `factor` [R, K] that stands in `state`, but for its dies and plates: they come with
    the step. To be written, nothing of it is anyone else's; power, flows and inputs are still those of the template."""
    racks, cdus, plant = ct.copied(of.plant.racks), ct.copied(of.plant.cdus), of.plant
    racks["leaving"], cdus["tcs_supply"], cdus["tcs_return"] = state.manifold, state.tcs_supply, state.tcs_return
    return plant._replace(racks=racks, cdus=cdus, flows=ct.copied(plant.flows), factor=factor, die=np.empty_like(state.die), plate=np.empty_like(state.plate),
                          temps=state.core.copy(), mains=state.mains.copy(), k=plant.k.copy(), b=plant.b.copy(), cells=plant.cells.copy())


def stepped(of: Template, room: ct.Plant, inputs: Array, state: State, dt: float) -> Lived:
    """`room`, opened in `state`, one step of `dt` seconds on."""
    _step(dt, room, of.plates, inputs, state.die, state.plate)
    return Lived(room, inputs)


def live(of: Template, factor: Array, state: State, u: Inputs, dt: float) -> Lived:
    """One step of `dt` seconds of a plant with plates of relative conductance `factor` [R, K]; nothing given is changed."""
    room, table = opened(of, state, factor)._replace(power=u.gpu_power), np.empty(len(of.plant.core), INPUTS)
    racks, cdus = room.racks, room.cdus
    racks["flow"], racks["other"], racks["air"] = u.rack_flow, u.other_power, u.air_power
    cdus["fws_flow"], cdus["pump"] = u.fws_flow, u.cdu_pump
    for name in LOOP_INPUTS:
        table[name] = getattr(u, name)
    return stepped(of, room, table, state, dt)


@kernel()
def _step(dt, plant, plates, inputs, die, plate):
    for loop in range(len(plant.core)):
        first, last = plant.rack_first[plant.cdu_first[loop]], plant.rack_first[plant.cdu_first[loop + 1]]
        for r in range(first, last):
            _coefficients(dt, plant.racks[r], plates[r], die.shape[1])
            _begin(r, plant, die, plate)
        g, stored, entered = core_begin(loop, dt, plant, inputs[loop])
        for r in range(first, last):
            stored += _end(r, dt, plant, die, plate)
            entered += plant.racks[r].gpu
        core_end(loop, dt, plant, inputs[loop], g, stored, entered)


@inner()
def _coefficients(dt, rack, plate, gpus):
    """Of a rack's nodes at this step length and flow: `compiled_types.step_length`, and the film of a clean plate."""
    store, link = rack.die / dt, rack.link
    rack.store, rack.plate_store = store, rack.plate / dt
    rack.through, rack.back = link / (store + link), 1.0 / (store + link)
    rack.fixed = rack.plate_store + store * rack.through
    rack.film = plate_conductance(rack.flow / gpus, rack.volumetric, plate.plate_rated, plate.plate_base, plate.plate_flow, plate.plate_exponent)


@inner(fastmath=FAST)
def _begin(r, plant, die, plate):
    """A rack's heat into coolant, a - b * inlet."""
    rack = plant.racks[r]
    power, factor = plant.power, plant.factor
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
def _end(r, dt, plant, before, plate_before):
    """Dies and plates of a rack at the end of the step; the heat [J] they took up."""
    rack = plant.racks[r]
    die, plate, power, factor = plant.die, plant.plate, plant.power, plant.factor
    store, plate_store, link, back = rack.store, rack.plate_store, rack.link, rack.back
    through, fixed, inlet, film = rack.through, rack.fixed, rack.inlet, rack.film
    dies, plates = 0.0, 0.0
    for k in range(die.shape[1]):
        g = film * factor[r, k]
        was, was_plate = before[r, k], plate_before[r, k]
        heated = store * was + power[r, k]
        p = (plate_store * was_plate + through * heated + g * inlet) / (fixed + g)
        t = (heated + link * p) * back
        dies += t - was
        plates += p - was_plate
        die[r, k], plate[r, k] = t, p
    took = rack.die * dies + rack.plate * plates
    rack.liquid = rack.gpu - took / dt + rack.other
    return took
