"""What each group of consumers asks of the electrical supply, and what the plant makes of the power it gets.

A motor with power for more than half of a step runs through it, with less it stands; either way it takes the power of the time it had.
A compressor trips when its supply blinks, and starts from rest. Racks take their share.
"""
from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from twin.physics.elementwise import ratio
from twin.physics.machines import affinity_power
from twin.plant import facility, nodes
from twin.plant.drive import LoopInputs
from twin.plant.machines import Machines, Targets
from twin.plant.power import loads
from twin.plant.supply_types import KINDS, Supply
from twin.plant.types import Core, Inputs, Parameters, State

Array = np.ndarray
FULL = 1.0 - 1e-9  # a share above is one
COMPRESSORS = ("heat_pump", "chiller")


class Lifts(NamedTuple):
    """Electric power of the compressors [..., L] W."""

    heat_pump: Array
    chiller: Array


def rack_power(u: Inputs) -> Array:
    """[..., R] W."""
    return u.gpu_power.sum(-1) + u.other_power + u.air_power


@register_jitable
def cooler_power(c: Core, u: Inputs | LoopInputs) -> Array:
    """Fans of the dry coolers [..., L] W."""
    return affinity_power(u.cooler_fan, c.cooler_fan * u.cooler_on)


@register_jitable
def tower_power(c: Core, u: Inputs | LoopInputs) -> Array:
    """Fans and pumps of the towers [..., L] W."""
    return affinity_power(u.tower_fan, c.tower_fan * u.tower_cells) + affinity_power(ratio(u.tower_flow, c.tower_flow), c.tower_pump)


def lifts(p: Parameters, state: State, u: Inputs, dt: float) -> Lifts:
    """Compressors at the temperatures of `state`."""
    g = facility.conductances(p, state, u, dt)
    return Lifts(facility.heatpump_power(p.core, u, g.heatpump, state.core[..., nodes.HEATPUMP]),
                 facility.chiller_power(p.core, u, g.chiller, state.core[..., nodes.TRIM]))


def asked(p: Parameters, supply: Supply, u: Inputs, compressors: Lifts) -> Array:
    """Loads [..., X] W of every group under these inputs, base load included."""
    return drawn(p, supply, rack_power(u), u.cdu_pump, u, compressors)


def drawn(p: Parameters, supply: Supply, rack: Array, cdu_pump: Array, u: Inputs | LoopInputs, compressors: Lifts) -> Array:
    """Loads [..., X] W of every group where racks take [..., R] W and the pumps of CDUs [..., C] W."""
    return loads(supply, rack, cdu=p.wiring.cdus_to_loops(cdu_pump), pump=u.loop_pump, air_fan=u.air_fan,
                 cooler=cooler_power(p.core, u), tower=tower_power(p.core, u), **compressors._asdict())


class Shares(NamedTuple):
    """Share of the step in which each kind had power, [..., L]; 1 for kinds that a hall does not have."""

    rack: Array
    cdu: Array
    pump: Array
    air_fan: Array
    cooler: Array
    chiller: Array
    tower: Array
    heat_pump: Array

    @property
    def all_full(self) -> bool:
        return bool(all((s >= 1.0).all() for s in self))


def shares(supply: Supply, powered: Array) -> Shares:
    """From `SupplyFlows.powered` [..., X]."""
    absent = (supply.ups_member + supply.bus_member).sum(0) == 0
    full = np.where(absent | (powered >= FULL), 1.0, powered)[..., :-1]
    by_kind = full.reshape(*full.shape[:-1], len(KINDS), len(supply.loop_racks))
    return Shares(**{kind: by_kind[..., i, :] for i, kind in enumerate(KINDS)})


def lifted(s: Shares, load: Array, power: Lifts) -> Array:
    """Loads [..., X] with what the compressors take: `power` where their supply held, nothing where it blinked."""
    out, halls = np.array(load), s.rack.shape[-1]
    for kind in COMPRESSORS:
        group = slice(KINDS.index(kind) * halls, (KINDS.index(kind) + 1) * halls)
        out[..., group] = np.where(getattr(s, kind) < 1.0, 0.0, getattr(power, kind))
    return out


def energised(p: Parameters, t: Targets, s: Shares) -> Targets:
    """Targets with the power there is."""
    w, tower = p.wiring, p.core.ehx_ua > 0.0
    return replace(t, rack_powered=t.rack_powered * s.rack[..., w.rack_loop], cdu_powered=t.cdu_powered * s.cdu[..., w.cdu_loop],
                   loop_powered=t.loop_powered * s.pump, fan_powered=t.fan_powered * np.where(tower, s.tower, s.cooler),
                   tower_flow=t.tower_flow * (s.tower > 0.5), heatpump_powered=t.heatpump_powered * (s.heat_pump >= 1.0),
                   chiller_powered=t.chiller_powered * (s.chiller >= 1.0))


def metered(p: Parameters, u: Inputs, fed: Inputs, s: Shares) -> Inputs:
    """Inputs `u` with the motors' power of the time they had it, out of what they take when `fed`."""
    return replace(u, cdu_pump=fed.cdu_pump * s.cdu[..., p.wiring.cdu_loop], loop_pump=fed.loop_pump * s.pump, air_fan=fed.air_fan * s.air_fan)


def tripped(x: Machines, s: Shares) -> Machines:
    """Compressors that lost their supply, at rest."""
    up, cold = s.heat_pump >= 1.0, s.chiller >= 1.0
    return replace(x, heatpump=x.heatpump * up, chiller=x.chiller * cold, chiller_i=x.chiller_i * cold)
