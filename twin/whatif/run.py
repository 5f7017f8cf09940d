"""A future stepped through: electrical supply, machines, heat and stocks, block by block.

A block is one step where power comes or goes: for a minute after something electrical happens, while what has power changes, and before
a battery is empty. It is some seconds while a feed is away or something leaks, and minutes while all is quiet or what feeds there are
hold with a margin. Within a block the supply's power to consumers and the stocks hold still; its books follow the loads row by row.
"""
from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.plant import demand, stocks, supply
from twin.plant.compiled_supply import SupplyRunner
from twin.plant.machines import Targets
from twin.plant.stocks import Stocks
from twin.plant.supply_types import SupplyFlows, SupplyInputs, SupplyState
from twin.plant.types import Parameters
from twin.whatif.ground import Ground
from twin.whatif.motion import Body, Motion, Seen, body
from twin.whatif.record import Trajectory, asked, electric, joined, rows, stocked, totals
from twin.whatif.schedule import Piece, Span
from twin.whatif.start import Start
from twin.whatif.world import World

Array = np.ndarray
INSTANT_S = 1e-3
FRESH_S, EMPTY_S = 60.0, 30.0  # s in single steps after a change, and before a battery is empty
QUIET_S, STEADY_S = 900.0, 10.0  # longest block while who has power is sure to keep it, and while it seems so
MARGIN = 1.25  # of the loads, for which the supply must hold through a long block


@dataclass(frozen=True, slots=True)
class Moment:
    """What stands beside machines and heat between two blocks."""

    supply: SupplyState
    stocks: Stocks
    loads: Array  # [X] W asked of the supply
    powered: Array  # [X] share of each group that has power
    uneasy: bool = False  # power comes or goes
    sure: bool = False  # it will not for QUIET_S


def run(g: Ground, start: Start, plan: Sequence[Piece], grid: Sequence[Span], dt: float, begin: Body | None = None) -> Trajectory:
    """The future of `start` along `plan`, with rows on `grid`, the first at the start. `begin` is its body where that is known."""
    work = running(g, start, plan, grid, dt, begin)
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def running(g: Ground, start: Start, plan: Sequence[Piece], grid: Sequence[Span], dt: float, begin: Body | None = None) -> Generator[None, None, Trajectory]:
    """`run` in parts of one block each, for a caller with other things to do in between."""
    here = begin or _body(g, start, plan)
    now, first = _begin(g, start, here)
    seconds, blocks, p, motion, feeds = [np.zeros(1)], [first], None, None, SupplyRunner(g.supply)
    for piece, span in _crossed(plan, grid):
        new = worn(g.p, start, piece.world)
        if p is None or not same(p, new):
            here, p = (motion.body() if motion else here), new
            motion = Motion(g, p, here, dt)
        at, end = max(piece.first, span.first), min(piece.first + piece.steps, span.first + span.steps)
        while at < end:
            n, each = _length(g, now, piece, span, at, end, dt)
            now, block = _block(g, p, motion, feeds, now, piece.world, n, each, dt)
            at += n
            if at == span.first + span.steps or (at - span.first) % span.each == 0:
                seconds.append((at - n + np.arange(1, n // each + 1) * each) * dt)
                blocks.append(block)
            yield
    return joined(seconds, blocks, motion.body().state)


def _crossed(plan: Sequence[Piece], grid: Sequence[Span]) -> Iterator[tuple[Piece, Span]]:
    """Pieces and spans that overlap, in order."""
    for piece in plan:
        for span in grid:
            if span.first < piece.first + piece.steps and piece.first < span.first + span.steps:
                yield piece, span


def _length(g: Ground, now: Moment, piece: Piece, span: Span, at: int, end: int, dt: float) -> tuple[int, int]:
    """Steps of the next block, and of each of its rows: up to the next record, or many records where all is quiet."""
    left, to_record = end - at, span.each - (at - span.first) % span.each
    stirs = moving(g, now.supply, now.stocks, piece.world)
    if now.uneasy or (stirs and (at - piece.first) * dt < FRESH_S):
        return 1, 1
    longest = int((STEADY_S if stirs and not now.sure else QUIET_S) / dt)
    if longest < span.each or left < to_record or to_record < span.each:
        return min(left, to_record), min(left, to_record)
    most = max(longest // span.each, 1) * span.each
    return min(left // span.each * span.each, most), span.each


def moving(g: Ground, s: SupplyState, held: Stocks, w: World) -> bool:
    """Whether anything electrical happens or something leaks."""
    full = s.battery >= demand.FULL * g.supply.battery
    away = (w.grid_ok < 0.5).any() or (s.position > 0.5).any() or not full.all()
    return bool(away or w.rack_leak.any() or w.loop_leak.any() or held.filling.any())


def _uneasy(g: Ground, now: Moment, fed: SupplyState, w: World, flows: SupplyFlows) -> bool:
    """Whether what has power changed in a block, or will before long as a battery runs empty."""
    left = np.maximum(fed.battery - supply.floor(g.supply, w.battery_health), 0.0)
    empties = (flows.battery > 0.0) & (left > 0.0) & (left < EMPTY_S * flows.battery)
    changed = np.abs(flows.powered - now.powered).max() > 1e-6
    return bool(changed or empties.any())


def _sure(feeds: SupplyRunner, fed: SupplyState, held: Stocks, w: World, loads: Array, powered: Array) -> bool:
    """Whether everyone has power or none, and will have it through a long block with larger loads; no water is on the move."""
    if w.rack_leak.any() or w.loop_leak.any() or held.filling.any() or not ((powered >= demand.FULL) | (powered == 0.0)).all():
        return False
    then = feeds.run(fed, powering(w, MARGIN * loads[None]), QUIET_S).flows.powered[0]
    return bool(np.abs(then - powered).max() <= 1e-6)


def _block(g: Ground, p: Parameters, motion: Motion, feeds: SupplyRunner, now: Moment, w: World, n: int, each: int,
           dt: float) -> tuple[Moment, dict[str, Array]]:
    wanted = stocks.constrain(g.volumes, now.stocks, w.targets)
    if not moving(g, now.supply, now.stocks, w):
        return _quiet(g, p, motion, now, w, wanted, n, each, dt)
    fed, flows, _ = feeds.run(now.supply, powering(w, now.loads[None]), n * dt)
    fit = demand.shares(g.supply, flows.powered[0])
    if not fit.all_full:
        motion.machines(demand.tripped(motion.body().machines, fit))
    t = demand.energised(p, wanted, fit)
    seen = motion.run(t, n, each)
    held = _stocks(g, p, motion, now, w, seen, n * dt)
    kept = np.where(flows.powered >= demand.FULL, asked(g, t, seen), now.loads)  # who has no power goes on asking for what it took before
    shown = fed
    if len(kept) > 1:
        fed, flows, battery = feeds.run(now.supply, powering(w, kept), each * dt)
        shown = fed.shift(battery=battery)
    uneasy, booting = _uneasy(g, now, fed, w, flows), bool(motion.boot_s().any())
    after = Moment(fed, held, kept[-1], flows.powered[-1], uneasy, not uneasy and not booting and _sure(feeds, fed, held, w, kept[-1], flows.powered[-1]))
    return after, _columns(g, p, t, wanted, seen, flows, shown, now.stocks, held, w)


def _quiet(g: Ground, p: Parameters, motion: Motion, now: Moment, w: World, wanted: Targets, n: int, each: int, dt: float) -> tuple[Moment, dict[str, Array]]:
    """Grid on, batteries full: the supply follows its loads at once, so it can be worked out afterwards."""
    t = demand.energised(p, wanted, demand.shares(g.supply, now.powered))
    seen = motion.run(t, n, each)
    held, loads = _stocks(g, p, motion, now, w, seen, n * dt), asked(g, t, seen)
    fed, flows = supply.step(g.supply, now.supply, powering(w, loads), n * dt)
    after = Moment(SupplyState(*(np.broadcast_to(getattr(fed, f), (len(loads), *w.grid_ok.shape))[-1] for f in SupplyState.__dataclass_fields__)), held,
                   loads[-1], flows.powered[-1], _uneasy(g, now, fed, w, flows))
    return after, _columns(g, p, t, wanted, seen, flows, now.supply, now.stocks, held, w)


def _columns(g: Ground, p: Parameters, t: Targets, wanted: Targets, seen: Seen, flows: SupplyFlows, fed: SupplyState, before: Stocks, held: Stocks,
             w: World) -> dict[str, Array]:
    n = len(seen.seconds)
    columns = rows(g, p, t, wanted, seen) | stocked(before, held, seen.seconds / seen.seconds[-1]) | electric(g, flows, fed, w.battery_health, n)
    return columns | totals(columns)


def powering(w: World, loads: Array) -> SupplyInputs:
    return SupplyInputs(w.grid_ok, w.genset_able, w.transfer_delay_s, w.battery_health, loads)


def _stocks(g: Ground, p: Parameters, motion: Motion, now: Moment, w: World, seen: Seen, seconds: float) -> Stocks:
    state = motion.body().state
    return stocks.advance(p, g.volumes, now.stocks, state, seen.shown.cdus["tcs_flow"][-1], w.rack_leak, w.loop_leak, seconds)[0]


def worn(p: Parameters, start: Start, w: World) -> Parameters:
    """Parameters as learned, with what the world has worn."""
    p = start.known or p
    core = replace(p.core, cooler_ua=p.core.cooler_ua * w.wear.cooler_ua, tower_ua=p.core.tower_ua * w.wear.tower_ua,
                   district_ua=p.core.district_ua * w.wear.district_ua)
    return replace(p, leaves=replace(p.leaves, plate_factor=p.leaves.plate_factor * w.wear.plate), cdus=replace(p.cdus, ua=p.cdus.ua * w.wear.cdu_ua), core=core)


def same(a: Parameters, b: Parameters) -> bool:
    """Whether two worlds have worn the plant alike."""
    return all(np.array_equal(getattr(getattr(a, part), name), getattr(getattr(b, part), name)) for part, name in (
        ("leaves", "plate_factor"), ("cdus", "ua"), ("core", "cooler_ua"), ("core", "tower_ua"), ("core", "district_ua")))


def _body(g: Ground, start: Start, plan: Sequence[Piece]) -> Body:
    """GPUs one by one where anything in the plan tells those of a rack apart."""
    worlds = [start.world, *(piece.world for piece in plan)]
    apart = next((w for w in worlds if (w.wear.plate != w.wear.plate[:, :1]).any() or (w.targets.gpu_power != w.targets.gpu_power[:, :1]).any()), None)
    if apart is not None:
        return Body(start.state, start.machines, 1)
    return body(start.state, start.machines, worn(g.p, start, start.world).leaves.plate_factor, start.world.targets.gpu_power)


def _begin(g: Ground, s: Start, b: Body) -> tuple[Moment, dict[str, Array]]:
    """The start, and its row: what the plant would show a thousandth of a second on."""
    p, w = worn(g.p, s, s.world), s.world
    seen = Motion(g, p, b, INSTANT_S).run(w.targets, 1, 1)
    loads = asked(g, w.targets, seen)
    _, flows = supply.step(g.supply, s.supply, powering(w, loads[0]), INSTANT_S)
    return Moment(s.supply, s.stocks, loads[0], flows.powered), _columns(g, p, w.targets, w.targets, seen, flows, s.supply, s.stocks, s.stocks, w)
