"""Where a future begins: the designed plant at rest, or what a twin believes."""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from twin.plant.machines import Machinery, Machines
from twin.plant.operate import settle
from twin.plant.power import at_rest
from twin.plant.stocks import Stocks, filled
from twin.plant.supply_types import SupplyState
from twin.plant.types import Parameters, State
from twin.whatif.ground import Ground
from twin.whatif.motion import Body, Motion, body
from twin.whatif.poise import poised
from twin.whatif.world import World, calm

Array = np.ndarray
SETTLING = ((4.0, 450), (1.0, 60))  # s and steps in which the controllers come to rest


@dataclass(frozen=True, slots=True)
class Doubt:
    """One standard deviation of what a twin believes. Relative ones are of conductances."""

    core_k: Array  # [L] the whole loop warmer
    cdu_k: Array  # [C] likewise its coolant
    plate: Array  # [R] cold plates of a rack together
    gpu: Array  # [R] one of them
    ua: Array  # [C] exchangers


@dataclass(frozen=True, slots=True)
class Start:
    """A moment of the plant and the world that goes on from it."""

    state: State
    machines: Machines
    supply: SupplyState
    stocks: Stocks
    world: World
    ts_ms: int = 0  # event time of the moment; 0 for a designed one
    known: Parameters | None = None  # as learned; of the datasheets when left out
    doubt: Doubt | None = None
    m: Machinery | None = None  # as found; of the datasheets when left out


def suited(g: Ground, s: Start) -> Ground:
    """The ground with what a start has found of machines that nothing else learns."""
    return g if s.m is None else replace(g, m=s.m)


def designed(g: Ground, load: float | None = None, dry_bulb: float | None = None, wet_bulb: float | None = None) -> Start:
    """The plant at rest at a share of load [0..1] in a weather [degC]: as the site's average where not given."""
    load = g.d.average_load if load is None else load
    dry = g.d.mean_outdoor if dry_bulb is None else dry_bulb
    wet = dry - 3.0 if wet_bulb is None else wet_bulb
    state, inputs = settle(g.p, g.d, load, dry, wet)
    machines = poised(g.p, g.m, inputs)
    return settled(g, Start(state, machines, at_rest(g.supply), filled(g.p, g.volumes, state), calm(g, machines, load, dry, wet)))


def settled(g: Ground, s: Start) -> Start:
    """After the controllers have had their time in the world of the start."""
    b = body(s.state, s.machines, g.p.leaves.plate_factor, s.world.targets.gpu_power)
    for dt, steps in SETTLING:
        motion = Motion(g, g.p, b, dt)
        motion.run(s.world.targets, steps, steps)
        b = motion.body()
    state, machines = spread(b, g.p.leaves.plate_factor.shape[-1])
    return replace(s, state=state, machines=machines, stocks=filled(g.p, g.volumes, state), world=replace(s.world, stand=machines))


def spread(b: Body, gpus: int) -> tuple[State, Machines]:
    """Every GPU of a rack as its one node."""
    def wide(x: Array) -> Array:
        return np.repeat(x, gpus // x.shape[-1], axis=-1)

    return (replace(b.state, die=wide(b.state.die), plate=wide(b.state.plate)),
            replace(b.machines, throttle=wide(b.machines.throttle), off=wide(b.machines.off)))
