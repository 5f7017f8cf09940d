"""Many futures at once: each runs its machines and heat compiled; power, stocks and columns of all are worked out together in numpy.

That needs a world in which the supply follows its loads: grids on, batteries full, nothing leaks, and everyone keeps their power, which is
checked afterwards. Futures of another kind run one by one (`twin.whatif.run`), which is the oracle of these as well. Loops stay as full,
filters as clean as they are at the start: in the hours of a future neither moves.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from twin.plant import demand, stocks, supply
from twin.plant.compiled_show import Shown
from twin.plant.machines import Targets
from twin.plant.types import Parameters
from twin.whatif.ground import Ground
from twin.whatif.motion import Body, Motion, seen
from twin.whatif.record import Trajectory, asked, electric, rows, totals
from twin.whatif.run import INSTANT_S, moving, powering, run, worn
from twin.whatif.schedule import Piece, Span
from twin.whatif.start import Start
from twin.whatif.world import Wear, World

Array = np.ndarray
CHUNK = 16  # futures whose rows are in memory at once


@dataclass(frozen=True, slots=True)
class Future:
    """One of many: all on one supply, with the same pieces of time, each with its own worlds."""

    start: Start
    plan: Sequence[Piece]
    body: Body


class Part(NamedTuple):
    """A piece of one future: what was asked for, and what its rows show."""

    world: World
    targets: Targets
    shown: Shown | None  # None where no record falls into it


def together(g: Ground, futures: Sequence[Future], grid: Sequence[Span], dt: float) -> list[Trajectory]:
    """The trajectories of `run`, one a future; at most CHUNK of them at a time. Spans with a stride are crossed in longer steps."""
    if len(futures) > CHUNK:
        raise ValueError(f"{len(futures)} futures: at most {CHUNK} together")
    if not all(calm(g, f.start, f.plan) for f in futures):
        return [alone(g, f, grid, dt) for f in futures]
    runner = Runner(g, dt)
    rows = [runner.parts(f, grid) for f in futures]
    found = merged(g, futures, rows, recorded(futures[0].plan, grid, dt))
    return [t if kept(g, t) else alone(g, f, grid, dt) for t, f in zip(found, futures, strict=True)]


def alone(g: Ground, f: Future, grid: Sequence[Span], dt: float) -> Trajectory:
    return run(g, f.start, f.plan, grid, dt, f.body)


def calm(g: Ground, start: Start, plan: Sequence[Piece]) -> bool:
    """Whether the supply has nothing of its own to do."""
    worlds = [start.world, *(piece.world for piece in plan)]
    kinds = {(id(w.grid_ok), id(w.rack_leak), id(w.loop_leak)): w for w in worlds}
    return not any(moving(g, start.supply, start.stocks, w) for w in kinds.values())


def kept(g: Ground, t: Trajectory) -> bool:
    """Whether everyone had power all the time."""
    return demand.shares(g.supply, t["power.powered"].min(0)).all_full


class Runner:
    """Compiled machines and heat, kept from one future to the next where their parameters are the same."""

    def __init__(self, g: Ground, dt: float):
        self.g, self.dt = g, dt
        self._motion: Motion | None = None
        self._wear: tuple[Parameters | None, Wear] | None = None  # of the motion

    def parts(self, f: Future, grid: Sequence[Span]) -> list[Part]:
        """What a future shows: its first instant, then each piece of its plan."""
        w, b = f.start.world, f.body
        t = stocks.constrain(self.g.volumes, f.start.stocks, w.targets)
        out = [Part(w, t, self._at(f.start, w, b).course(t, 1, 1, INSTANT_S).shown)]
        self._motion.restart(b)
        for piece in f.plan:
            motion = self._at(f.start, piece.world, b)
            t = stocks.constrain(self.g.volumes, f.start.stocks, piece.world.targets)
            out.append(Part(piece.world, t, self._rows(motion, t, piece, grid)))
            b = motion.body()
        return out

    def _rows(self, motion: Motion, t: Targets, piece: Piece, grid: Sequence[Span]) -> Shown | None:
        rows = []
        for block in blocks(piece, grid):
            shown = motion.course(t, block.steps // block.stride, block.each // block.stride, self.dt * block.stride).shown
            rows += [shown] if block.told else []
        if not rows:
            return None
        return rows[0] if len(rows) == 1 else Shown(*(np.concatenate(column) for column in zip(*rows, strict=True)))

    def _at(self, start: Start, w: World, b: Body) -> Motion:
        """A motion with the parameters of this world, at `b`."""
        new = (start.known, w.wear)
        if self._motion is None or self._motion.each != b.each or any(x is not y for x, y in zip(self._wear, new, strict=True)):
            self._motion, self._wear = Motion(self.g, worn(self.g.p, start, w), b, self.dt), new
        else:
            self._motion.restart(b)
        return self._motion


class Block(NamedTuple):
    """Steps, steps of each row and of each compiled step, and whether the rows are records."""

    steps: int
    each: int
    stride: int
    told: bool


def blocks(piece: Piece, grid: Sequence[Span]) -> Iterator[Block]:
    """A piece of time, cut where records and strides ask for it."""
    for span in grid:
        at, end = max(piece.first, span.first), min(piece.first + piece.steps, span.first + span.steps)
        while at < end:
            left, due = end - at, span.each - (at - span.first) % span.each
            n = min(left, due) if due < span.each or left < span.each else left // span.each * span.each
            at += n
            each = min(n, span.each)
            told = at == span.first + span.steps or (at - span.first) % span.each == 0
            yield Block(n, each, span.stride if each % span.stride == 0 else 1, told)


def recorded(plan: Sequence[Piece], grid: Sequence[Span], dt: float) -> Array:
    """Times [n] s of the records, the start included."""
    out = [0.0]
    for piece in plan:
        at = piece.first
        for block in blocks(piece, grid):
            out += [(at + i) * dt for i in range(block.each, block.steps + 1, block.each)] if block.told else []
            at += block.steps
    return np.array(out)


def merged(g: Ground, futures: Sequence[Future], found: Sequence[Sequence[Part]], seconds: Array) -> list[Trajectory]:
    """Compiled rows of many futures as their trajectories."""
    pieces = [columns(g, futures[0].start, parts) for parts in zip(*found, strict=True) if parts[0].shown is not None]
    values = {name: np.concatenate([piece[name] for piece in pieces], axis=1) for name in pieces[0]}
    return [Trajectory(seconds, {name: v[i] for name, v in values.items()}, f.start.state) for i, f in enumerate(futures)]


def columns(g: Ground, start: Start, parts: Sequence[Part]) -> dict[str, Array]:
    """Columns [futures, n, rows] of a piece of time."""
    shown = Shown(*(np.stack(column) for column in zip(*(part.shown for part in parts), strict=True)))
    lead, t, w = shown.hottest.shape[:2], heaped([part.targets for part in parts]), parts[0].world
    moved = seen(g, t, np.zeros(lead[1]), shown)
    _, flows = supply.step(g.supply, start.supply, powering(w, asked(g, t, moved)), INSTANT_S)
    out = rows(g, g.p, t, t, moved) | electric(g, flows, start.supply, w.battery_health, *lead)
    for name, held in (("cdu.level_pct", start.stocks.level), ("loop.pressure_kpa", start.stocks.pressure)):
        out[name] = np.broadcast_to(held, (*lead, len(held)))
    return out | totals(out)


def heaped(targets: Sequence[Targets]) -> Targets:
    """Targets of many futures with axes [futures, 1], or [1, 1] where all share a value; the power of a rack's GPUs as its sum."""
    def heap(name: str) -> Array:
        parts = [getattr(t, name) for t in targets]
        shared = all(p is parts[0] for p in parts)
        parts = parts[:1] if shared else parts
        return np.array([p.sum(-1, keepdims=True) for p in parts] if name == "gpu_power" else parts)[:, None]

    return Targets(**{f.name: heap(f.name) for f in fields(Targets)})
