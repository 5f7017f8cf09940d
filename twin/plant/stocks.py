"""What slowly fills and empties: water of the facility loops and its pressure, coolant of the CDU loops and its level, dirt in filters.

Beside the thermal step, once a step or less often: `constrain` tells the machines, `advance` keeps the books. Mass is exact: what
leaks, fills and is relieved is what changes. Heat capacities stay those of full loops: at the levels where pumps trip a loop has
lost a few hundredths of its water.
"""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.physics.vessel import vessel_content, vessel_pressure, vessel_volume, water_density
from twin.physics.water import VOLUMETRIC
from twin.plant import nodes
from twin.plant.machines import Targets
from twin.plant.types import Parameters, State

Array = np.ndarray
FILL_C, HOTTEST_C = 10.0, 70.0  # between which a vessel must take the swelling
PRE_PA, END_PA, RELIEF_PA = 150e3, 450e3, 500e3  # gauge: pre-charge, highest in operation, relief valve (assumption; end 0.9 of relief)
RESERVE = 0.005  # of the loop's volume, water in the vessel when cold (EN 12828: 0.5 %)
GIVE = 0.002  # of the loop's volume: entrained air and hoses (assumption)
FILL_ON_PA, FILL_OFF_PA = 165e3, 185e3  # automatic make-up
FILL_S = 2e5  # s to fill a whole loop through its make-up valve: 1.8 % an hour (assumption)
DRY_PA = 50e3  # pumps trip: their suction would boil or draw air (assumption)
RESERVOIR = 0.2  # of a CDU's volume (assumption)
NORMAL_LEVEL, TRIP_LEVEL = 0.6, 0.1
FILTER_SHARE = 0.25  # of a CDU's inner resistance with a clean filter (assumption)
FILTER_HOURS = 4000.0  # at rated flow until a filter's resistance has doubled (assumption; linear growth: Ruth, Ind. Eng. Chem. 27 (1935), 708)
IN_LOOP = [n for n in range(nodes.N) if n not in (nodes.AIR, nodes.TOWER_SUPPLY, nodes.TOWER_RETURN)]


@dataclass(frozen=True, slots=True)
class Volumes:
    """Parameters."""

    loop: Array  # [L] m3 of a facility loop
    vessel: Array  # [L] m3 nominal
    fill: Array  # [L] m3/s of the make-up valve, open
    coolant: Array  # [C] m3 of a CDU's loop, racks included
    reservoir: Array  # [C] m3
    rated_tcs: Array  # [C] m3/s


@dataclass(frozen=True, slots=True)
class Stocks:
    """State."""

    water: Array  # [..., L] kg in a facility loop and its vessel
    pressure: Array  # [..., L] Pa gauge at the vessel
    filling: Array  # [..., L] 1 while the make-up valve is open
    coolant: Array  # [..., C] kg in a CDU's loop
    level: Array  # [..., C] of its reservoir, 0 .. 1
    filter: Array  # [..., C] loading: 0 clean, 1 resistance doubled


@dataclass(frozen=True, slots=True)
class Drains:
    """What left and came during a step."""

    leaked: Array  # [..., L] kg/s
    filled: Array  # [..., L] kg/s
    relieved: Array  # [..., L] kg/s
    spilled: Array  # [..., C] kg/s


def volumes(p: Parameters) -> Volumes:
    """Volumes of a plant; each vessel is sized for its own loop."""
    loop = (p.core.capacity[..., IN_LOOP].sum(-1) + 2.0 * p.core.pipe_capacity) / VOLUMETRIC
    swelling = loop * (water_density(FILL_C) / water_density(HOTTEST_C) - 1.0)
    cdu = (p.cdus.supply_capacity + p.cdus.return_capacity) / p.cdus.volumetric
    racks = p.wiring.racks_to_cdus(p.leaves.manifold_capacity) / p.cdus.volumetric
    return Volumes(loop, vessel_volume(swelling, RESERVE * loop, PRE_PA, END_PA), loop / FILL_S, cdu + racks, RESERVOIR * cdu, p.cdus.rated_tcs)


def loop_mean(p: Parameters, state: State) -> Array:
    """Mean water temperature [..., L] degC of the facility loops."""
    c = p.core.capacity[..., IN_LOOP]
    heat = (c * state.core[..., IN_LOOP]).sum(-1) + p.core.pipe_capacity * state.mains.mean(-1).sum(-1)
    return heat / (c.sum(-1) + 2.0 * p.core.pipe_capacity)


def coolant_mean(p: Parameters, state: State) -> Array:
    """Mean coolant temperature [..., C] degC."""
    sums = p.wiring.racks_to_cdus
    heat = p.cdus.supply_capacity * state.tcs_supply + p.cdus.return_capacity * state.tcs_return + sums(p.leaves.manifold_capacity * state.manifold)
    return heat / (p.cdus.supply_capacity + p.cdus.return_capacity + sums(p.leaves.manifold_capacity))


def filled(p: Parameters, v: Volumes, state: State) -> Stocks:
    """As commissioned: loops just above the make-up's pressure and reservoirs at their normal level when cold, filters clean."""
    cold = vessel_content(FILL_OFF_PA, v.vessel, PRE_PA)
    water = water_density(FILL_C) * (v.loop + cold)
    coolant = p.cdus.weight * water_density(FILL_C) * (v.coolant - (1.0 - NORMAL_LEVEL) * v.reservoir)
    zero, clean = np.zeros(state.core.shape[:-1]), np.zeros(state.tcs_supply.shape)
    bare = Stocks(water + zero, zero, zero, coolant + clean, clean, clean)
    return _gauges(v, bare, *_densities(p, state))


def _densities(p: Parameters, state: State) -> tuple[Array, Array]:
    """Of the facility loops [..., L] and of the coolant [..., C], kg/m3."""
    return water_density(loop_mean(p, state)), p.cdus.weight * water_density(coolant_mean(p, state))


def _gauges(v: Volumes, s: Stocks, water: Array, coolant: Array) -> Stocks:
    """Pressure and level from mass and densities."""
    taken = s.water / water - v.loop
    spare = v.coolant - s.coolant / coolant
    return replace(s, pressure=vessel_pressure(taken, v.vessel, PRE_PA, GIVE * v.loop), level=np.clip(1.0 - spare / v.reservoir, 0.0, 1.0))


def advance(p: Parameters, v: Volumes, s: Stocks, state: State, tcs_flow: Array, rack_leak: Array, loop_leak: Array,
            dt: float) -> tuple[Stocks, Drains]:
    """Stocks after `dt` seconds: tcs_flow [..., C], rack_leak [..., R] and loop_leak [..., L] in m3/s; the plant is in `state`."""
    cold, (density, heavy) = water_density(FILL_C), _densities(p, state)
    leaked = np.minimum(density * np.maximum(loop_leak, 0.0), s.water / dt)
    came = cold * v.fill * s.filling
    held = s.water + (came - leaked) * dt
    most = density * (v.loop + vessel_content(RELIEF_PA, v.vessel, PRE_PA))
    relieved = np.maximum(held - most, 0.0) / dt
    spill = heavy * p.wiring.racks_to_cdus(np.maximum(rack_leak, 0.0))
    spilled = np.minimum(spill, s.coolant / dt)
    loading = s.filter + np.maximum(tcs_flow, 0.0) / v.rated_tcs * dt / (3600.0 * FILTER_HOURS)
    after = _gauges(v, replace(s, water=held - relieved * dt, coolant=s.coolant - spilled * dt, filter=loading), density, heavy)
    filling = np.where(after.pressure < FILL_ON_PA, 1.0, np.where(after.pressure > FILL_OFF_PA, 0.0, s.filling))
    return replace(after, filling=filling), Drains(leaked, came, relieved, spilled)


def constrain(v: Volumes, s: Stocks, t: Targets) -> Targets:
    """Targets as the stocks allow: loaded filters resist, dry loops and empty reservoirs trip their pumps, fresh water flows in."""
    return replace(
        t,
        filter=t.filter * (1.0 + FILTER_SHARE * s.filter),
        cdu_pumps=np.where(s.level > TRIP_LEVEL, t.cdu_pumps, 0.0),
        loop_pumps=np.where(s.pressure > DRY_PA, t.loop_pumps, 0.0),
        make_up=t.make_up + v.fill * s.filling,
    )


def cleaned(s: Stocks, which: Array) -> Stocks:
    """Filters of the CDUs `which` [..., C] exchanged."""
    return replace(s, filter=np.where(which, 0.0, s.filter))
