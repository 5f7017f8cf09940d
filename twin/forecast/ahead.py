"""Four hours ahead: the plant goes on from the present belief, in the air and under the load that are expected.

One future as expected, and one beside it for each thing that is not known, one standard deviation away: load, air, where the loops stand.
What they differ by, squares added to what the twin doubts now, is the band. Racks are lumped: changes count, not levels.
"""
from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.events import Snapshot
from twin.forecast.outlook import WET_SHARE, Outlook, air, local_hour
from twin.forecast.quantities import Column, columns, modelled, shown
from twin.plant import district
from twin.whatif.ensemble import assumed
from twin.whatif.ground import Ground
from twin.whatif.motion import averaged
from twin.whatif.run import running
from twin.whatif.schedule import Piece, Span
from twin.whatif.start import Start, suited
from twin.whatif.world import World, loaded

Array = np.ndarray
HORIZON_S, PIECE_S, STEP_S, RECORD_S = 14_400.0, 900.0, 15.0, 60.0
LOAD_NOW, LOAD_HOUR = 0.01, 0.03  # relative, one standard deviation: at once, and more with the root of hours (assumptions; scores correct them)


@dataclass(frozen=True, slots=True)
class Recent:
    """What is remembered of the load: `level` [R] W of each rack's GPUs, mean of the last minutes; `change` [pieces] of the site's load against
    now, as it was a day ago, relative."""

    level: Array
    change: Array


@dataclass(frozen=True, slots=True)
class Forecast:
    """`change` and `std` [n, D] SI at `seconds` [n] after `ts_ms` against `now` [D]; before any scores have corrected it."""

    ts_ms: int
    columns: tuple[Column, ...]
    seconds: Array
    now: Array
    change: Array
    std: Array
    weather: str


def ahead(g: Ground, start: Start, present: Snapshot, outlook: Outlook, recent: Recent | None = None) -> Generator[None, None, Forecast]:
    """The forecast from a start and its snapshot, in parts of some milliseconds. Pure."""
    g = suited(g, start)
    found = columns(g)
    t = np.arange(0.0, HORIZON_S, PIECE_S) + 0.5 * PIECE_S
    world = start.world.targets
    dry, wet, warm = air(g.site, outlook, start.ts_ms, t, world.dry_bulb, world.wet_bulb)
    heavier = 1.0 + LOAD_NOW + LOAD_HOUR * np.sqrt(t / 3600.0)
    level = _factor(start, recent, t)
    cases = ((dry, wet, level, start), (dry, wet, level * heavier[:, None], start), (dry + warm[:, None], wet + WET_SHARE * warm[:, None], level, start),
             (dry, wet, level, _warmer(g, start)))
    changes = []
    for *sky, load, begin in cases:
        changes.append((yield from _change(g, begin, start, outlook, found, *sky, load)))
    seconds = np.arange(1, round(HORIZON_S / RECORD_S) + 1) * RECORD_S
    own = _outdoors(found, air(g.site, outlook, start.ts_ms, seconds, world.dry_bulb, world.wet_bulb)[2])
    spread = sum(np.square(x - changes[0]) for x in changes[1:]) + np.square(own) + np.square(np.nan_to_num(shown(found, present.std)))
    return Forecast(start.ts_ms, found, seconds, shown(found, present.values), changes[0], np.sqrt(spread), outlook.says(start.ts_ms))


def _outdoors(found: Sequence[Column], std: Array) -> Array:
    """[n, D] deviation of what is the air itself, zero for the rest."""
    share = {"dry_bulb_c": 1.0, "wet_bulb_c": WET_SHARE}
    return std[:, None] * np.concatenate([np.full(c.place.stop - c.place.start, share[c.name] if c.cls == "weather" else 0.0) for c in found])


def _factor(start: Start, recent: Recent | None, t: Array) -> Array:
    """[pieces, R] load over that of the start."""
    now = start.world.targets.gpu_power.sum(-1)
    if recent is None:
        return np.ones((len(t), len(now)))
    return np.divide(recent.level, now, out=np.ones_like(now), where=now > 0.0) * (1.0 + recent.change[:, None])


def _change(g: Ground, begin: Start, start: Start, outlook: Outlook, found: Sequence[Column], dry: Array, wet: Array,
            load: Array) -> Generator[None, None, Array]:
    """[n, D] what changes against its own first row, of the future that starts at `begin` in the world of `start`."""
    steps, plan = round(PIECE_S / STEP_S), []
    for i in range(len(load)):
        plan.append(Piece(i * steps, steps, _world(g, start, outlook, i, dry[i], wet[i], load[i])))
        yield
    whole = Span(0, len(plan) * steps, round(RECORD_S / STEP_S))
    t = yield from running(g, begin, plan, [whole], STEP_S, averaged(begin.state, begin.machines))
    sky = air(g.site, outlook, start.ts_ms, t.seconds, start.world.targets.dry_bulb, start.world.targets.wet_bulb)
    rows = modelled(tuple(found), t, sky[0].mean(-1), sky[1].mean(-1))
    return (rows - rows[0])[1:]


def _world(g: Ground, start: Start, outlook: Outlook, i: int, dry: Array, wet: Array, load: Array) -> World:
    """The world of one piece: load, jobs, air, and what the network asks for in that air at that hour."""
    t, d = start.world.targets, g.d
    w = start.world.aim(gpu_power=t.gpu_power * load[:, None], other_power=t.other_power * load, air_power=t.air_power * load)
    middle = start.ts_ms + round(1000 * (i + 0.5) * PIECE_S)
    for job in outlook.jobs:
        if job.start_ms <= middle < job.end_ms:
            w = loaded(g, w, job.racks, job.load, 1.0)
    now, then = (t.dry_bulb, local_hour(g.site, start.ts_ms)), (dry, local_hour(g.site, middle))
    flow = district.flow(d, *then) / np.maximum(district.flow(d, *now), 1e-9)
    return w.aim(dry_bulb=dry, wet_bulb=np.minimum(wet, dry), heatpump=np.clip(t.heatpump + district.demand(d, *then) - district.demand(d, *now), 0.0, 1.0),
                 dh_flow=t.dh_flow * flow, sink_out=t.sink_out + district.supply_temperature(d, *then) - district.supply_temperature(d, *now),
                 dh_return=t.dh_return + district.return_temperature(d, *then) - district.return_temperature(d, *now))


def _warmer(g: Ground, start: Start) -> Start:
    """The start with its loops and coolant as much warmer as they may be."""
    doubt, s = start.doubt or assumed(g), start.state
    rack = doubt.cdu_k[g.p.wiring.rack_cdu]
    return replace(start, state=replace(s, core=s.core + doubt.core_k[:, None], mains=s.mains + doubt.core_k[:, None, None],
                                        tcs_supply=s.tcs_supply + doubt.cdu_k, tcs_return=s.tcs_return + doubt.cdu_k, manifold=s.manifold + rack,
                                        die=s.die + rack[:, None], plate=s.plate + rack[:, None]))
