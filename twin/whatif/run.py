"""A future stepped through: electrical supply, machines, heat and stocks, block by block.

Within a block the electrical supply holds still: a block is one step while a feed is away, a battery charges or a switch moves, and as
long as the records are apart while nothing of that happens.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.plant import power, stocks, supply
from twin.plant.machines import Machines, Targets
from twin.plant.pumped import hydraulics
from twin.plant.step import account, solve
from twin.plant.stocks import Stocks
from twin.plant.supply_types import SupplyFlows, SupplyInputs, SupplyState
from twin.plant.types import Inputs, Parameters, State
from twin.whatif.ground import Ground
from twin.whatif.motion import Motion, Moved
from twin.whatif.record import Trajectory, asked, table
from twin.whatif.record import row as shown
from twin.whatif.schedule import Piece
from twin.whatif.start import Start
from twin.whatif.world import World

Array = np.ndarray
FULL = 1.0 - 1e-9


@dataclass(frozen=True, slots=True)
class Moment:
    """The plant between two blocks, with what the last one showed."""

    state: State
    machines: Machines
    supply: SupplyState
    stocks: Stocks
    inputs: Inputs
    loads: Array  # [X] W asked of the supply


def run(g: Ground, start: Start, plan: Sequence[Piece], dt: float, every: int) -> Trajectory:
    """The future of `start` along `plan`, a record each `every` steps."""
    now, seen = _begin(g, start, dt)
    rows = [seen]
    for piece in plan:
        p = worn(g.p, start, piece.world)
        motion = Motion(g, p, now.state, now.machines, dt)
        done = 0
        while done < piece.steps:
            step = piece.first + done
            n = min(piece.steps - done, every - step % every, 1 if _moving(g, now, piece.world) else every)
            now, seen = _block(g, p, motion, now, piece.world, n, dt)
            done += n
            if (piece.first + done) % every == 0:
                rows.append(seen)
    return table(g, np.arange(len(rows)) * every * dt, rows, now.state)


def worn(p: Parameters, start: Start, w: World) -> Parameters:
    """Parameters with what is known of the plates and what the world has worn."""
    base = p.leaves.plate_factor if start.plate is None else start.plate
    core = replace(p.core, cooler_ua=p.core.cooler_ua * w.wear.cooler_ua, tower_ua=p.core.tower_ua * w.wear.tower_ua,
                   district_ua=p.core.district_ua * w.wear.district_ua)
    return replace(p, leaves=replace(p.leaves, plate_factor=base * w.wear.plate), cdus=replace(p.cdus, ua=p.cdus.ua * w.wear.cdu_ua), core=core)


def _begin(g: Ground, s: Start, dt: float) -> tuple[Moment, dict[str, Array]]:
    """The start, and what it shows."""
    p = worn(g.p, s, s.world)
    solved = solve(p, s.state, s.inputs, dt)
    still = Moved(s.state, s.machines, s.inputs, hydraulics(p, g.m, s.machines, s.world.targets), account(p, s.state, s.inputs, solved, dt))
    loads = asked(g, still.inputs, still.flows)
    w = s.world
    _, flows = supply.step(g.supply, s.supply, SupplyInputs(w.grid_ok, w.genset_able, w.transfer_delay_s, w.battery_health, loads), dt)
    return Moment(s.state, s.machines, s.supply, s.stocks, s.inputs, loads), shown(g, p, still, flows, s.supply, s.stocks, w.battery_health)


def _moving(g: Ground, now: Moment, w: World) -> bool:
    """Whether anything electrical happens: a feed away, a switch over, a battery not full."""
    full = now.supply.battery >= FULL * g.supply.battery
    return bool((w.grid_ok < 0.5).any() or (now.supply.position > 0.5).any() or not full.all())


def _block(g: Ground, p: Parameters, motion: Motion, now: Moment, w: World, n: int, dt: float) -> tuple[Moment, dict[str, Array]]:
    electric = SupplyInputs(w.grid_ok, w.genset_able, w.transfer_delay_s, w.battery_health, now.loads)
    fed, flows = supply.step(g.supply, now.supply, electric, n * dt)
    targets = stocks.constrain(g.volumes, now.stocks, energised(g, w.targets, flows))
    moved = motion.run(targets, n)
    leaks = (w.rack_leak, w.loop_leak)
    held, _ = stocks.advance(p, g.volumes, now.stocks, moved.state, g.p.wiring.racks_to_cdus(moved.inputs.rack_flow), *leaks, n * dt)
    after = Moment(moved.state, moved.machines, fed, held, moved.inputs, moved_loads(g, moved, now.loads, flows))
    return after, shown(g, p, moved, flows, fed, held, w.battery_health)


def energised(g: Ground, t: Targets, flows: SupplyFlows) -> Targets:
    """Targets with the power that the supply gives."""
    def by(kind: str) -> Array:
        return power.powered(g.supply, flows, kind)

    fans = np.where(g.p.core.ehx_ua > 0, by("tower"), np.where(g.p.core.cooler_ua > 0, by("cooler"), by("air_fan")))
    return replace(t, rack_powered=t.rack_powered * power.powered_racks(g.supply, flows), cdu_powered=t.cdu_powered * by("cdu")[g.p.wiring.cdu_loop],
                   loop_powered=t.loop_powered * by("pump"), fan_powered=t.fan_powered * fans,
                   heatpump_powered=t.heatpump_powered * by("heat_pump"), chiller_powered=t.chiller_powered * by("chiller"))


def moved_loads(g: Ground, moved: Moved, before: Array, flows: SupplyFlows) -> Array:
    """What each group asks for in the next block: what it takes now; who has no power goes on asking for what it took before."""
    return np.where(flows.powered >= FULL, asked(g, moved.inputs, moved.flows), before)
