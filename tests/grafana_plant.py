"""What the store holds after a run: simulated instruments over the wire, the twin behind them, lines as the service writes."""
from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

import numpy as np

from config.site import Site
from sensors.simulate import simulated
from sensors.station import Station
from twin.engine import advance, start
from twin.engine.ahead import present
from twin.events import ACTUAL, AlarmChange, Effect, Emit, Event, Record, Score, Snapshot, Tick
from twin.forecast.ahead import Forecast, ahead
from twin.forecast.outlook import Outlook
from twin.forecast.quantities import columns, shown, width
from twin.forecast.scores import came, said, unscored
from twin.forecast.show import shown as finished
from twin.forecast.show import snapshots
from twin.service.assemble import compiled
from twin.wire.alarms import alarm_line
from twin.wire.lines import reading_lines, snapshot_lines
from twin.wire.native import decode
from twin.wire.rollup import Rollup, window_lines
from twin.wire.scores import score_line

SEED = 7
STEP_MS = 150_000
FORECAST_EVERY_MS = 1_200_000
GPU_EVERY = 12  # steps between two readings of a rack's GPUs: they are most of the bytes


def events(site: Site, start_ms: int, end_ms: int) -> Iterator[Event]:
    """Every message of the run, decoded, then the tick that lets the last ones through."""
    truth = simulated(site, SEED, start_ms)
    station = Station.of(truth, SEED, periods={"gpu": GPU_EVERY * STEP_MS / 1000})
    for ts_ms in range(start_ms + STEP_MS, end_ms, STEP_MS):
        truth.step(STEP_MS / 1000)
        for topic, payload in station.frames(STEP_MS / 1000):
            yield decode(site, topic, payload, ts_ms)
    yield Tick(end_ms)


def effects(site: Site, start_ms: int, end_ms: int) -> Iterator[Effect]:
    """What the fold causes, and the forecasts that are made beside it."""
    twin = start(site)
    ground, due_ms, scores = compiled(site, twin), start_ms + FORECAST_EVERY_MS // 2, None
    for event in events(site, start_ms, end_ms):
        twin, out = advance(site, twin, event)
        yield from out
        for now in (e.snapshot for e in out if isinstance(e, Emit)):
            found = columns(ground)
            scores = came(scores or unscored(width(found)), now.ts_ms, shown(found, now.values))
            if now.ts_ms >= due_ms:
                due_ms += FORECAST_EVERY_MS
                forecast = exhausted(ahead(ground, present(ground, twin), now, Outlook()))
                told, scores = finished(forecast, scores), said(scores, forecast)
                yield from (Emit(s) for s in snapshots(ground, told))
                yield from told.scores


def exhausted(work: Generator[None, None, Forecast]) -> Forecast:
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def thinned(snapshot: Snapshot) -> Snapshot:
    """Without the twin's own value of each GPU, which no panel reads."""
    return replace(snapshot, gpu_c=np.empty((0, 0)), gpu_w=np.empty((0, 0)))


def lines(site: Site, start_ms: int, end_ms: int) -> Iterator[bytes]:
    """Line protocol of readings, snapshots and finished rollup windows; of the snapshots one a step of the run."""
    rollup, written = Rollup(site), -STEP_MS
    for effect in effects(site, start_ms, end_ms):
        if isinstance(effect, Record):
            rollup.add([effect.reading])
            yield from reading_lines(site, effect.reading)
        elif isinstance(effect, Score):
            yield score_line(site, effect)
        elif isinstance(effect, AlarmChange):
            yield alarm_line(site, effect)
        elif isinstance(effect, Emit):
            if effect.snapshot.scenario != ACTUAL:
                yield from snapshot_lines(site, effect.snapshot)
                continue
            rollup.add([effect.snapshot])
            if effect.snapshot.ts_ms - written >= STEP_MS:
                written = effect.snapshot.ts_ms
                yield from snapshot_lines(site, thinned(effect.snapshot))
    for window in rollup.close(end_ms):
        yield from window_lines(site, window)
