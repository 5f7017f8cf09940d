"""GPUs and racks condensed into their CDU.

With the rack's inlet temperature s at the end of the step unknown, every leaf equation is linear in s. Eliminating die and
plate leaves heat = A - B * s for each rack; after the CDU is solved, `expand` gives every node its temperature.
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from twin.physics.plate import plate_conductance
from twin.plant.types import Inputs, Leaves, State

Array = np.ndarray


class Gains(NamedTuple):
    """Coefficients of one GPU of each rack for one step, shape [..., R]."""

    die_store: Array  # capacity / dt
    plate_store: Array
    die_plate: Array
    film: Array  # clean plate to inlet coolant, W/K


class Condensed(NamedTuple):
    """Heat of a rack's GPUs into coolant: a - b * s [W], shape [..., R]."""

    a: Array
    b: Array
    power: Array  # W, sum over the rack's GPUs


class Expanded(NamedTuple):
    """Temperatures at the end of the step, and the energy [J] each rack's dies and plates took up during it."""

    die: Array  # [..., R, K]
    plate: Array  # [..., R, K]
    stored: Array  # [..., R]


@register_jitable
def carried(p: Leaves, rack_flow: Array) -> Array:
    """Capacity flow [..., R] W/K of the coolant through racks at [..., R] m3/s; reversed flow counts as none."""
    return p.volumetric * np.maximum(rack_flow, 0.0)


def gains(p: Leaves, rack_flow: Array, gpus: int, dt: float) -> Gains:
    """Step coefficients from the rack flow [..., R] m3/s; the coolant divides evenly over the rack's GPUs."""
    film = plate_conductance(rack_flow / gpus, p.volumetric, p.plate_rated, p.plate_base, p.plate_flow, p.plate_exponent)
    return Gains(p.die_capacity / dt, p.plate_capacity / dt, p.die_plate, film)


def condense(p: Leaves, g: Gains, state: State, inputs: Inputs) -> Condensed:
    """Eliminate die and plate: the rack's heat to coolant as a function of its inlet temperature."""
    film, total, driven = _plate_terms(p, g, state, inputs)
    share = film / total
    a = np.einsum("...k,...k->...", share, driven)
    b = np.sum(film * (1.0 - share), axis=-1)
    return Condensed(a, b, np.broadcast_to(inputs.gpu_power.sum(-1), a.shape))


def expand(p: Leaves, g: Gains, state: State, inputs: Inputs, inlet: Array) -> Expanded:
    """Every die and plate at the end of the step, given the rack inlet [..., R]."""
    film, total, driven = _plate_terms(p, g, state, inputs)
    plate = (driven + film * inlet[..., None]) / total
    store, link = g.die_store[..., None], g.die_plate[..., None]
    die = (store * state.die + inputs.gpu_power + link * plate) / (store + link)
    stored = p.die_capacity * (die - state.die).sum(-1) + p.plate_capacity * (plate - state.plate).sum(-1)
    return Expanded(die, plate, stored)


def _plate_terms(p: Leaves, g: Gains, state: State, inputs: Inputs) -> tuple[Array, Array, Array]:
    store, link = g.die_store[..., None], g.die_plate[..., None]
    through = link / (store + link)
    film = g.film[..., None] * p.plate_factor
    total = g.plate_store[..., None] + store * through + film
    driven = g.plate_store[..., None] * state.plate + through * (store * state.die + inputs.gpu_power)
    return film, total, driven
