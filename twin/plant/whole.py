"""The whole plant as one value, and one step of it: supply, machines, heat, stocks.

    plant = build(site)
    whole = begin(plant, state, machines)
    whole, inputs, heat, *_ = advance_whole(plant, whole, targets, calm(plant), dt)

Every input is explicit and held over the step; all of it carries any leading batch axes that broadcast.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import NamedTuple, TypeVar

import numpy as np

from config.site import Site
from twin.plant import demand, power, stocks, supply
from twin.plant.assembly import assemble
from twin.plant.design import Design, design
from twin.plant.drive import drive
from twin.plant.machines import Machinery, Machines, Targets, at_rest, machinery
from twin.plant.pumped import Pumped
from twin.plant.step import account, solve
from twin.plant.stocks import Drains, Stocks, Volumes
from twin.plant.supply_types import Supply, SupplyFlows, SupplyInputs, SupplyState
from twin.plant.types import Flows, Inputs, Parameters, State

Array = np.ndarray
T = TypeVar("T")
Step = Callable[[Supply, SupplyState, SupplyInputs, float], tuple[SupplyState, SupplyFlows]]


@dataclass(frozen=True, slots=True)
class Plant:
    """Parameters of everything at a site."""

    p: Parameters
    m: Machinery
    d: Design
    supply: Supply
    volumes: Volumes


@dataclass(frozen=True, slots=True)
class World:
    """What happens to the supply and to the water; what happens to machines stands in Targets."""

    grid_ok: Array  # [..., F] 1 where the feed is closed and the grid there, 0 where not
    genset_able: Array  # [..., F] share of the feed's gensets that start when called
    transfer_delay_s: Array  # [..., F] s from a genset in tolerance to the switch on its side
    battery_health: Array  # [..., F] usable share of the battery
    rack_leak: Array  # [..., R] m3/s of coolant
    loop_leak: Array  # [..., L] m3/s of facility water


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything that a step changes."""

    state: State
    machines: Machines
    supply: SupplyState
    stocks: Stocks


class Advanced(NamedTuple):
    """A step's end, and what moved in it."""

    whole: Whole
    inputs: Inputs  # of the thermal step: what racks and motors took
    heat: Flows
    loads: Array  # [..., X] W of each group with all of its power; it took `power.powered` of that
    power: SupplyFlows
    pumped: Pumped
    water: Drains


def build(site: Site) -> Plant:
    """Parameters of a checked site."""
    p, d = assemble(site), design(site)
    return Plant(p, machinery(site, p, d), d, power.feeds(site), stocks.volumes(p))


def calm(plant: Plant) -> World:
    """Nothing happens: grid in, gensets able, batteries new, no leak."""
    one = np.ones_like(plant.supply.battery)
    return World(one, one, plant.supply.transfer.copy(), one, np.zeros_like(plant.p.leaves.rated_flow), np.zeros_like(plant.p.core.rated_flow))


def begin(plant: Plant, state: State, machines: Machines | None = None) -> Whole:
    """A plant in this thermal state with full batteries, gensets stopped, loops filled; machines in the middle unless given."""
    x = at_rest(plant.m, state.die.shape[-2:]) if machines is None else machines
    return Whole(state, x, power.at_rest(plant.supply), stocks.filled(plant.p, plant.volumes, state))


def copies(value: T, n: int) -> T:
    """`n` rows alike of a Whole, Targets, World ...: every array with a new leading axis."""
    if is_dataclass(value):
        return replace(value, **{f.name: copies(getattr(value, f.name), n) for f in fields(value)})
    return np.repeat(np.asarray(value)[None], n, axis=0)


def advance_whole(plant: Plant, whole: Whole, targets: Targets, world: World, dt: float) -> Advanced:
    """The plant `dt` seconds later under constant targets and world.

    Who has power follows from what machines ask for with all of it; the supply's books then hold what they took.
    """
    p, before = plant.p, whole.state
    t = stocks.constrain(plant.volumes, whole.stocks, targets)
    full = drive(p, plant.m, whole.machines, before, t, dt)
    lifts = demand.lifts(p, before, full[1], dt)
    ask, shares = served(plant, whole.supply, world, demand.asked(p, plant.supply, full[1], lifts), lifts, dt)
    x, u, pumped = full if shares.all_full else drive(p, plant.m, whole.machines, before, demand.energised(p, t, shares), dt)
    u = demand.metered(p, u, full[1], shares)
    solved = solve(p, before, u, dt)
    heat = account(p, before, u, solved, dt)
    took = demand.lifted(shares, ask, demand.Lifts(heat.heatpump_power, heat.chiller_power))
    fed, flows = supply.step(plant.supply, whole.supply, powering(world, took), dt)
    leaks = (world.rack_leak, world.loop_leak)
    held, water = stocks.advance(p, plant.volumes, whole.stocks, solved.after, p.wiring.racks_to_cdus(u.rack_flow), *leaks, dt)
    return Advanced(Whole(solved.after, demand.tripped(x, shares), fed, held), u, heat, took, flows, pumped, water)


def powering(world: World, loads: Array) -> SupplyInputs:
    """What drives the supply in this world under these loads [..., X] W."""
    return SupplyInputs(world.grid_ok, world.genset_able, world.transfer_delay_s, world.battery_health, loads)


def served(plant: Plant, s: SupplyState, world: World, ask: Array, lifts: demand.Lifts, dt: float,
           step: Step = supply.step) -> tuple[Array, demand.Shares]:
    """Loads that stay once compressors without full power have tripped, and who has power; `step` is the supply's, in numpy or compiled."""
    shares = demand.shares(plant.supply, step(plant.supply, s, powering(world, ask), dt)[1].powered)
    left = demand.lifted(shares, ask, lifts)
    if np.array_equal(left, ask):
        return ask, shares
    again = demand.shares(plant.supply, step(plant.supply, s, powering(world, left), dt)[1].powered)
    return left, again._replace(**{kind: getattr(shares, kind) for kind in demand.COMPRESSORS})
