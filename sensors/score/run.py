"""One run: the hidden plant of a plan, its messages through the wire into the twin, and what the referee counted."""
from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from config.load import load_site
from config.site import Site
from sensors.faults import SensorFaults
from sensors.fitted import Fitted, drawn
from sensors.score import view
from sensors.score.limits import passed
from sensors.score.nis import Nis
from sensors.score.plan import Plan
from sensors.score.virtual import VIRTUAL, Errors, compare, truths
from sensors.score.watch import Watch
from sensors.simulate import simulated
from sensors.station import Station
from sensors.truth.plant import Truth
from twin.engine import listen, start
from twin.events import Effect, Event, Rejected
from twin.wire.native import codec

SETTLE_S = 1800.0  # the twin's first half hour is not held against its estimates
COMPARE_S = 60.0  # between two comparisons of the virtual sensors


@dataclass
class Result:
    """What one run gave. Seconds are of the processor, by stage, and of the wall."""

    plan: Plan
    watch: Watch
    errors: dict[str, Errors] = field(default_factory=dict)
    nis: dict[str, Nis] = field(default_factory=dict)
    detectable: bool | None = None  # whether the sensors could tell the fault of the plan, as the twin said when it began; None of a healthy plant
    messages: int = 0
    refused: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    wall_s: float = 0.0


@dataclass
class Match:
    """The truth and the twin side by side."""

    site: Site
    truth: Truth
    station: Station
    twin: object
    result: Result
    masks: dict[str, np.ndarray | None]
    waiting: dict[int, dict[str, np.ndarray]] = field(default_factory=dict)  # true values until the twin's snapshot of that time


def site_of(plan: Plan) -> Site:
    """The site with the plan's step."""
    site = load_site(plan.site)
    return replace(site, model=site.model.model_copy(update={"step_s": plan.step_s}))


def run(plan: Plan) -> Result:
    """Play the plan to its end."""
    began, match = time.perf_counter(), _arranged(plan)
    for _ in range(round(plan.hours * 3600 / plan.step_s)):
        _step(match)
    match.result.wall_s = time.perf_counter() - began
    return match.result


def _arranged(plan: Plan) -> Match:
    site, seed, settings = site_of(plan), plan.seed, plan.settings
    faults = [plan.fault] if plan.fault else []
    fitted: Fitted = drawn(site, seed, settings)
    truth = simulated(site, seed, plan.start_ms, faults, settings=settings)
    station = Station.of(truth, seed, True, SensorFaults.of(site, faults, plan.start_ms / 1000.0, seed), fitted, settings)
    result = Result(plan, Watch.of(site, plan.fault, plan.start_ms), {v.name: Errors() for v in VIRTUAL}, seconds=dict.fromkeys(STAGES, 0.0))
    masks = {v.name: v.mask(fitted, truth) if v.mask else None for v in VIRTUAL}
    return Match(site, truth, station, start(site), result, masks)


STAGES = ("truth", "instruments", "decode", "fold", "referee")


def _step(m: Match) -> None:
    """One step of the plant, its messages, and the twin's answers."""
    spent, clock = m.result.seconds, time.process_time
    marks = [clock()]
    m.truth.step(m.result.plan.step_s)
    marks.append(clock())
    now = round(m.truth.state.t * 1000)
    frames = list(m.station.frames(m.result.plan.step_s))
    marks.append(clock())
    heard = codec(m.site).hear(frames, now)
    marks.append(clock())
    seen = list(_told(m, heard))
    marks.append(clock())
    for effects in seen:
        _judge(m, effects)
    _remember(m, now)
    marks.append(clock())
    m.result.messages += len(frames)
    m.result.refused += sum(isinstance(event, Rejected) for event in heard)
    for name, a, b in zip(STAGES, marks, marks[1:], strict=False):
        spent[name] += b - a


def _remember(m: Match, now_ms: int) -> None:
    """Keep the true values of a moment that will be compared."""
    since = (now_ms - m.result.plan.start_ms) / 1000.0
    if since >= SETTLE_S and since % COMPARE_S < m.result.plan.step_s - 1e-6:
        m.waiting[now_ms] = truths(m.truth)


def _told(m: Match, heard: Iterable[Event]) -> Iterator[tuple[Effect, ...]]:
    """Tell the twin what messages gave; yields the effects where it took a step."""
    for twin, effects in listen(m.site, m.twin, heard):
        stepped = twin.snapshot is not m.twin.snapshot
        m.twin = twin
        if stepped:
            yield effects


def _judge(m: Match, effects: tuple[Effect, ...]) -> None:
    """The twin's newest snapshot against the truth of its time, and what it said."""
    now, watch = m.twin.snapshot.ts_ms, m.result.watch
    if m.result.detectable is None and now + 1000 * m.result.plan.step_s >= watch.begins_ms:
        m.result.detectable = view.detectable(m.twin, watch, m.result.plan)
    watch.see(now, view.findings(m.twin))
    watch.hear(now, view.announced(effects), lambda alarm: passed(m.truth, alarm))
    if SETTLE_S * 1000 <= now - m.result.plan.start_ms and now < watch.begins_ms:
        for block, squares in view.normalised(m.twin).items():
            m.result.nis.setdefault(block, Nis()).add(np.ravel(squares))
    true = m.waiting.pop(now, None)
    if true is not None:
        for name, error, std in compare(true, m.twin, m.masks):
            m.result.errors[name].add(error, std)
