"""`advance(site, twin, event) -> (twin, effects)`: the whole service as one fold over events.

Readings wait behind a watermark and are released in event-time order, step by step, so the order of arrival within the
lateness changes nothing: not the state, not one byte of the effects.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

import numpy as np

from config.classes import CLASSES
from config.site import Site
from twin.engine.commands import answer
from twin.engine.tick import take_step
from twin.engine.twin import Key, Twin, Waiting
from twin.estimate.health.monitor import late, spot
from twin.estimate.health.watch import APART_S
from twin.events import GOOD, Command, DeadLetter, Effect, Event, Gateway, Reading, Record, Rejected, Tick

REMEMBERED = 120  # steps whose readings are remembered, to know a repeated one
SILENCE_STEPS = 10  # a longer silence is crossed in long steps
LONG_STEP_MS = 60_000
key: Callable[[Reading], Key] = attrgetter("ts_ms", "cls", "row", "seq")


def advance(site: Site, twin: Twin, event: Event) -> tuple[Twin, tuple[Effect, ...]]:
    """Take in one event. Pure: the same twin and event give the same twin and effects."""
    after, effects = twin, []
    for after, some in unroll(site, twin, event):
        effects += some
    return after, tuple(effects)


def unroll(site: Site, twin: Twin, event: Event) -> Iterator[tuple[Twin, tuple[Effect, ...]]]:
    """`advance` in parts of at most one step, for a caller with other things to do when an event is worth hours of steps."""
    twin, effects = _take_in(site, twin, event)
    yield twin, effects
    while _due(twin):
        twin, of_step = _release(twin if twin.next_ms >= 0 else replace(twin, next_ms=_end(twin)))
        yield twin, tuple(of_step)


def rehearse(twin: Twin) -> None:
    """Take steps that nobody sees, so that whatever is loaded or compiled at the first ones is so before a live one, or before a fork."""
    readings: list[Reading] = []
    for _ in range(3):
        twin, _ = take_step(replace(twin, next_ms=max(twin.next_ms, 0) + twin.model.step_ms), readings)
        readings = _echo(twin)


def _echo(twin: Twin) -> list[Reading]:
    """Readings at the end of the next step that say what the twin has just shown."""
    shown = twin.snapshot
    assert shown is not None
    found = [Reading(twin.next_ms, cls, row, 0, GOOD, values[: len(CLASSES[cls].measured)])
             for cls, rows in shown.values.items() if CLASSES[cls].measured for row, values in enumerate(rows)]
    return found + [Reading(twin.next_ms, "gpu", row, 0, GOOD, np.stack(pair)) for row, pair in enumerate(zip(shown.gpu_c, shown.gpu_w, strict=True))]


def listen(site: Site, twin: Twin, events: Iterable[Event]) -> Iterator[tuple[Twin, tuple[Effect, ...]]]:
    """`unroll` over many events, the same effects: readings that only wait for the watermark share one new twin."""
    kept: list[Reading] = []
    late, due = _quiet(twin)
    for event in events:
        if isinstance(event, Reading) and late < event.ts_ms < due:
            kept.append(event)
            continue
        if kept:
            twin, kept = _kept(twin, kept), []
        for after in unroll(site, twin, event):
            yield after
        twin = after[0]
        late, due = _quiet(twin)
    if kept:
        yield _kept(twin, kept), ()


def _quiet(twin: Twin) -> tuple[int, int]:
    """Readings from between these times only wait: not late, and no step is due when they have come. Nothing is before the first step."""
    return (twin.next_ms - twin.model.step_ms, twin.next_ms + twin.model.lateness_ms) if twin.next_ms > 0 and not twin.health.ahead else (0, 0)


def _kept(twin: Twin, readings: Sequence[Reading]) -> Twin:
    times = [r.ts_ms for r in readings]
    return _heard(twin, Waiting(readings, twin.waiting), max(twin.newest_ms, *times), min(twin.oldest_ms, *times))


def _take_in(site: Site, twin: Twin, event: Event) -> tuple[Twin, tuple[Effect, ...]]:
    if isinstance(event, Reading):
        return _reading(twin, event)
    if isinstance(event, Tick):
        return replace(twin, newest_ms=max(twin.newest_ms, event.ts_ms - twin.model.lateness_ms)), ()
    if isinstance(event, Rejected):
        return _misdated(site, twin, event), (DeadLetter(event),)
    if isinstance(event, Gateway):
        return replace(twin, gateways={**twin.gateways, event.name: event.online}), ()
    if isinstance(event, Command):
        return answer(twin, event)
    raise TypeError(f"not an event: {event!r}")


def _reading(twin: Twin, r: Reading) -> tuple[Twin, tuple[Effect, ...]]:
    if twin.next_ms > 0 and r.ts_ms <= twin.next_ms - twin.model.step_ms:
        return _late(twin, r)
    oldest = r.ts_ms if twin.oldest_ms < 0 else min(twin.oldest_ms, r.ts_ms)
    if twin.health.ahead and spot(r.cls, r.row) in twin.health.ahead:
        return _heard(_led(twin, r), Waiting((r,), twin.waiting), twin.newest_ms, oldest), ()
    return _heard(twin, Waiting((r,), twin.waiting), max(twin.newest_ms, r.ts_ms), oldest), ()


def _led(twin: Twin, r: Reading) -> Twin:
    """A clock found ahead moves no watermark, or all others would be late by it; whether it is still ahead shows against theirs."""
    lag_s = (twin.newest_ms - r.ts_ms) / 1000.0
    return replace(twin, health=late(twin.health, r.cls, r.row, lag_s, twin.newest_ms)) if lag_s <= -APART_S else twin


def _misdated(site: Site, twin: Twin, event: Rejected) -> Twin:
    """A reading refused for its stamp tells of its asset's clock."""
    parts = event.topic.split("/")
    row = site.at.get(tuple(parts[2:5])) if event.ahead_s and parts[-1] in ("tele", "gpu") else None
    return twin if row is None else replace(twin, health=late(twin.health, parts[3], row, -event.ahead_s, twin.newest_ms))


def _heard(t: Twin, waiting: Waiting, newest_ms: int, oldest_ms: int) -> Twin:
    """As `replace`, which is ten times slower and would be most of a message's cost."""
    return Twin(t.model, t.belief, t.follow, t.layout, t.designed, t.latest, t.quality, t.health, waiting, newest_ms, oldest_ms, t.next_ms, t.released, t.answered,
                t.gateways, t.counts, t.snapshot, t.alarms, t.inputs, t.nis, t.watched)


def watermark(twin: Twin) -> int:
    """Event time up to which everything is taken to have arrived."""
    return twin.newest_ms - twin.model.lateness_ms


def _late(twin: Twin, r: Reading) -> tuple[Twin, tuple[Effect, ...]]:
    """Too late to be assimilated: stored and counted, unless it is a repetition."""
    if any(key(r) in step for step in twin.released):
        return replace(twin, counts=replace(twin.counts, duplicate=twin.counts.duplicate + 1)), ()
    health = late(twin.health, r.cls, r.row, (twin.newest_ms - r.ts_ms) / 1000.0, twin.newest_ms)
    return replace(twin, health=health, counts=replace(twin.counts, late=twin.counts.late + 1)), (Record(r),)


def _due(twin: Twin) -> bool:
    """Whether the watermark has passed the end of the next step."""
    return 0 <= _end(twin) <= watermark(twin)


def _end(twin: Twin) -> int:
    """End of the next step; the first is that of the oldest reading. -1 before any."""
    if twin.next_ms >= 0 or twin.oldest_ms < 0:
        return twin.next_ms
    return -(-twin.oldest_ms // twin.model.step_ms) * twin.model.step_ms


def _release(twin: Twin) -> tuple[Twin, list[Effect]]:
    waiting = _arrived(twin.waiting)
    twin = _cross_silence(twin, waiting)
    end = twin.next_ms
    due = [r for r in reversed(waiting) if r.ts_ms <= end]
    once = dict(zip(map(key, due), due, strict=True))  # of a repeated one the first that came
    readings = [once[k] for k in sorted(once)]
    rest = [r for r in waiting if r.ts_ms > end]
    counts = replace(twin.counts, duplicate=twin.counts.duplicate + len(due) - len(readings)) if len(due) > len(readings) else twin.counts
    released = (*twin.released, frozenset(once))[-REMEMBERED:]
    twin, emitted = take_step(replace(twin, waiting=Waiting(rest, None) if rest else None, counts=counts, released=released), readings)
    return twin, [*map(Record, readings), *emitted]


def _arrived(waiting: Waiting | None) -> list[Reading]:
    """In the order of arrival."""
    batches = []
    while waiting is not None:
        batches.append(waiting.readings)
        waiting = waiting.before
    return [r for batch in reversed(batches) for r in batch]


def _cross_silence(twin: Twin, waiting: list[Reading]) -> Twin:
    """Move the end of the next step out when nothing was heard for long: the implicit step is stable at any length."""
    step = twin.model.step_ms
    ahead = min([r.ts_ms for r in waiting] + [watermark(twin)]) - twin.next_ms
    if ahead <= SILENCE_STEPS * step:
        return twin
    extra = min(ahead // step * step, max(LONG_STEP_MS, step))
    counts = replace(twin.counts, skipped_ms=twin.counts.skipped_ms + extra)
    return replace(twin, next_ms=twin.next_ms + extra, counts=counts)
