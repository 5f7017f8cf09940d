"""Racks and CDU loops condensed into the facility core.

A CDU's coolant loop is two volumes: supply (after the exchanger) and return (after the racks). With the facility water
arriving at f unknown, both are linear in f: the heat into the facility is c + d * f.
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from twin.physics.exchange import counterflow
from twin.physics.films import film_ua
from twin.physics.water import capacity_flow
from twin.plant.leaves import Condensed, carried
from twin.plant.types import Cdus, Inputs, Parameters, State

Array = np.ndarray


class Line(NamedTuple):
    """A temperature as a function of the one above it: at + slope * T."""

    at: Array
    slope: Array

    def __call__(self, t: Array) -> Array:
        return self.at + self.slope * t


class CduLines(NamedTuple):
    manifold: Line  # [..., R] of its CDU's supply temperature
    supply: Line  # [..., C] of the facility water arriving
    back: Line  # [..., C]
    g: Array  # [..., C] W/K exchanger
    heat: Line  # [..., C] W into facility water


@register_jitable
def exchanger(c: Cdus, c_tcs: Array, fws_flow: Array) -> Array:
    """Conductance [..., C] W/K at the coolant's capacity flow [W/K] and the facility flow [m3/s]: its films follow their flows."""
    ua = film_ua(c.ua, c_tcs / (c.volumetric * c.rated_tcs), fws_flow / c.rated_fws, c.hot_share)
    return counterflow(ua, c_tcs, capacity_flow(fws_flow))


def manifold_line(p: Parameters, state: State, inputs: Inputs, leaves: Condensed, c_rack: Array, dt: float) -> Line:
    """Coolant leaving each rack as a function of the coolant entering."""
    store = p.leaves.manifold_capacity / dt
    total = store + c_rack
    return Line((store * state.manifold + inputs.other_power + leaves.a) / total, (c_rack - leaves.b) / total)


def cdu_lines(p: Parameters, state: State, inputs: Inputs, leaves: Condensed, dt: float) -> CduLines:
    """Solve each CDU's two volumes in closed form."""
    c_rack = carried(p.leaves, inputs.rack_flow)
    manifold = manifold_line(p, state, inputs, leaves, c_rack, dt)
    c_tcs = p.wiring.racks_to_cdus(c_rack)
    g = exchanger(p.cdus, c_tcs, inputs.fws_flow)
    # return: (kr + c) t = kr t0 + sum(c_rack * manifold(s));  supply: (ks + c) s = ks s0 + (c - g) t + g f + pump
    kr, ks = p.cdus.return_capacity / dt, p.cdus.supply_capacity / dt
    back_at = (kr * state.tcs_return + p.wiring.racks_to_cdus(c_rack * manifold.at)) / (kr + c_tcs)
    back_slope = p.wiring.racks_to_cdus(c_rack * manifold.slope) / (kr + c_tcs)
    passed = c_tcs - g
    total = ks + c_tcs - passed * back_slope
    supply = Line((ks * state.tcs_supply + passed * back_at + inputs.cdu_pump) / total, g / total)
    back = Line(back_at + back_slope * supply.at, back_slope * supply.slope)
    return CduLines(manifold, supply, back, g, Line(g * back.at, g * (back.slope - 1.0)))
