"""What each sensor does by itself: run lengths, noise, spikes, gaps, and the mean of the minute under way.

Every measure is an exponential average over samples or event time, so the state has one size whatever the plant does.
"""
from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from twin.estimate.health.flat import Flat

Array = np.ndarray
Spot = tuple[str, int]  # class and row of an asset
SAMPLES = 60.0  # averaging length of noise and of gaps, samples
RUN_TAUGHT = 60.0  # samples: a longer run is judged, not learned
CHANGES = 2000.0  # of the share of samples that differ from the one before
SPIKES_S = 3600.0  # of the count of spikes, event time
MOTION_S = 2400.0  # of the valves' motion
RIPPLE_S = 600.0  # of the variance within a minute
TINY = 1e-20
LATE_MS = 120_000  # lateness is forgotten when nothing came late for so long
APART_S = 2.0  # stamps nearer to each other may come in any order: the least that the watermark usually waits
DEADBAND, BEYOND = 0.004, 7.0  # of a valve's stroke, and times the noise of its feedback: less is no move
STRANGE = 12.0  # a spike is this many times the usual noise
SURE_CHANGE, LIVELY = 0.5, 0.25  # most that is believed about how often a value changes; values that change less tell nothing by standing
ACQUAINTED = 600.0  # samples after which a sensor's ways are known
CALM = 2e-3  # of a minute into what a sensor's noise usually is, once it is known for longer
KIND = 600.0  # samples that the others of its kind count for in a sensor's scatter


@dataclass(frozen=True, slots=True)
class Watch:
    """Per sensor [N] unless noted."""

    last: Array
    before: Array
    run: Array  # samples without a change
    changes: Array  # share of samples that differ from the one before
    heard: Array  # samples so far
    noise: Array  # variance of a sample about its neighbours, spikes clipped
    calm: Array  # the same as it usually is
    loud: Array  # the same with spikes and bursts, for comparison
    spikes: Array  # decayed count
    missing: Array  # share of messages that lacked this value
    total: Array  # of the minute under way
    count: Array
    first: Array
    square: Array  # of the distance from the first value
    ripple: Array  # log of the variance within a minute, averaged: one lively minute is soon forgotten
    turn: Array  # [valves] position of the last move
    heading: Array  # [valves] its direction
    moves: Array  # [valves] decayed count
    turns: Array  # [valves] decayed count of reversals
    jumps: Array  # [valves] decayed sum of squared moves
    still: Array  # [valves] s since the last move
    scatter: Array  # variance of a sample: first its datasheet's, then what it and others of its kind were seen to have


@dataclass(frozen=True, slots=True)
class Lateness:
    """Messages of one asset that came too late to be used, or too soon: how many of late, how late [s] (negative: ahead), when the last one was heard."""

    count: float
    lag_s: float
    seen_ms: int


def overdue(known: Lateness | None, lag_s: float, now_ms: int) -> Lateness:
    """One more message that came late, or with a negative lag too soon."""
    if known is None or known.count == 0.0 or now_ms - known.seen_ms > LATE_MS or (known.lag_s < 0.0) != (lag_s < 0.0):
        return Lateness(1.0, lag_s, now_ms)
    return Lateness(known.count + 1.0, known.lag_s + 0.2 * (lag_s - known.lag_s), now_ms)


def still_late(late: Mapping[Spot, Lateness], prompt: Collection[Spot], opened_ms: int, now_ms: int) -> dict[Spot, Lateness]:
    """Lateness at the end of a minute that began at `opened_ms`: who was also in time in it has a slow way at times, and begins anew."""
    out = {}
    for spot, known in late.items():
        if spot in prompt and known.lag_s >= 0.0:
            known = Lateness(0.0, 0.0, known.seen_ms)
            forgotten = known.seen_ms < opened_ms
        else:
            forgotten = now_ms - known.seen_ms >= LATE_MS
        if not forgotten:
            out[spot] = known
    return out


def fresh_watch(flat: Flat) -> Watch:
    """Before the first sample."""
    nan, zero = np.full(flat.size, np.nan), np.zeros(flat.size)
    none = np.zeros(len(flat.valves))
    return Watch(nan, nan, zero, zero, zero, nan, nan, nan, zero, zero, zero, zero, nan, zero, zero, np.full(len(none), np.nan), none, none, none, none, none, np.square(flat.hum))


def hear(w: Watch, flat: Flat, x: Array, fresh: Array, asked: Array, dt: float) -> Watch:
    """Take in one step: x [N] SI, fresh [N] measured in this step, asked [N] its asset sent a message. dt in s."""
    seen = fresh & np.isfinite(x)
    known = seen & (w.heard > 0)
    same = known & (x == w.last)
    second = seen & (w.heard > 1)
    bend = np.where(second, w.last - 0.5 * (x + w.before), 0.0)
    square = bend * bend / 1.5  # a white sample about the mean of its neighbours has 1.5 times its variance
    usual = np.maximum(np.where(np.isfinite(w.noise), w.noise, square), flat.still)
    back = np.abs(x - w.before) < 0.5 * np.abs(bend)
    spike = second & back & (np.abs(bend) > np.maximum(flat.jump, STRANGE * np.sqrt(usual))) & (w.heard > SAMPLES)
    pace = np.where(second, np.maximum(1.0 / SAMPLES, 1.0 / np.maximum(w.heard, 1.0)), 0.0)
    noise = usual + pace * (np.minimum(square, 16.0 * usual + 1e-30) - usual)
    slow = np.where(known & (w.run < RUN_TAUGHT), np.maximum(1.0 / CHANGES, 1.0 / np.maximum(w.heard, 1.0)), 0.0)
    miss = np.where(asked, 1.0 / SAMPLES, 0.0)
    loud = np.where(np.isfinite(w.loud), w.loud, square)
    opening = seen & (w.count == 0)
    return _move(replace(
        w,
        last=np.where(seen, x, w.last), before=np.where(seen, w.last, w.before),
        run=np.where(same, w.run + 1.0, np.where(seen, 0.0, w.run)),
        changes=w.changes + slow * (~same - w.changes),
        heard=w.heard + seen, noise=np.where(second, noise, w.noise), loud=np.where(second, loud + pace * (square - loud), w.loud),
        spikes=w.spikes * np.exp(-dt / SPIKES_S) + spike,
        missing=w.missing + miss * (~seen - w.missing),
        total=w.total + np.where(seen, x, 0.0), count=w.count + seen, first=np.where(opening, x, w.first),
        square=w.square + np.where(seen & ~opening, np.square(x - w.first), 0.0),
    ), flat, x, seen, dt)


def _move(w: Watch, flat: Flat, x: Array, seen: Array, dt: float) -> Watch:
    """Moves of the valves: changes beyond the dead band, counted with their reversals."""
    if not len(flat.valves):
        return w
    now = x[flat.valves]
    step = np.where(seen[flat.valves], now - w.turn, 0.0)
    strange = w.heard[flat.valves] <= 2 * SAMPLES  # what its feedback's noise is shows first
    moved = (np.abs(step) > deadband(w, flat)) & ~strange
    turned = moved & (step * w.heading < 0)
    keep = np.exp(-dt / MOTION_S)
    start = ~np.isfinite(w.turn)
    return replace(
        w, turn=np.where(moved | start | strange & seen[flat.valves], now, w.turn), heading=np.where(moved, np.sign(step), w.heading),
        moves=w.moves * keep + moved, turns=w.turns * keep + turned, jumps=w.jumps * keep + np.where(moved, step * step, 0.0), still=np.where(moved, 0.0, w.still + dt),
    )


def deadband(w: Watch, flat: Flat) -> Array:
    """[valves] Change of a position that is no noise of its feedback."""
    return np.maximum(DEADBAND, BEYOND * np.sqrt(np.nan_to_num(w.calm[flat.valves])))


def close_minute(w: Watch, flat: Flat, dt: float) -> tuple[Watch, Array, Array]:
    """Mean [N] and mean rate of change [N] 1/s of the minute, NaN where nothing was heard; the next one begins."""
    heard = w.count > 0
    mean = np.divide(w.total, w.count, out=np.full(len(w.total), np.nan), where=heard)
    rate = np.where(heard, (w.last - w.first) / dt, 0.0)
    learned = np.where(np.isfinite(w.calm), w.calm, w.noise)
    ordinary = (w.noise < 4.0 * learned) & (w.heard > SAMPLES)
    pace = np.maximum(CALM, w.count / np.maximum(w.heard, 1.0))
    calm = np.where(w.heard <= 2 * SAMPLES, w.noise, learned + np.where(ordinary, pace, 0.0) * (w.noise - learned))
    several = w.count > 1
    inside = np.where(several, w.square / np.maximum(w.count, 1.0) - np.square(np.where(several, mean - w.first, 0.0)), 0.0)
    ripple = w.ripple + np.where(several, -np.expm1(-dt / RIPPLE_S), 0.0) * (np.log(np.maximum(inside, TINY)) - w.ripple)
    zero = np.zeros(len(w.total))
    return replace(w, total=zero, count=zero, square=zero, first=np.full(len(zero), np.nan), calm=calm, ripple=ripple, scatter=_scatter(w, calm, flat)), mean, rate


def _scatter(w: Watch, calm: Array, flat: Flat) -> Array:
    """Variance of a sample [N]. The second differences of a reading's own course tell it whatever the plant does and whatever is fixed in the error."""
    known = (w.heard > 2 * SAMPLES) & np.isfinite(calm)
    own = np.where(known, calm, flat.granted(w.last))
    kind = own.copy()
    for start, rows, columns in flat.spans.values():
        if rows > 1:
            span = slice(start, start + rows * columns)
            kind[span] = np.tile(np.median(own[span].reshape(rows, columns), axis=0), rows)
    return kind + np.where(known, w.heard / (w.heard + KIND), 1.0) * (own - kind)


def stuck_evidence(w: Watch, flat: Flat) -> Array:
    """Log likelihood ratio [N] that a value stands still, against one that changes as often as it used to.

    A run of n unchanged samples has the chance (1 - r) ** n where a share r of samples differs from the one before, so a coarse
    display earns patience by itself. Values at a bound or at nothing stand still with their machine and tell nothing.
    """
    resting = (w.last <= flat.low) | (w.last >= flat.high) | (w.last == 0.0) | ~flat.lively
    rate = np.clip(w.changes, 0.0, SURE_CHANGE)
    return np.where(resting | (w.heard < ACQUAINTED) | (w.changes < LIVELY), 0.0, -w.run * np.log1p(-rate))
