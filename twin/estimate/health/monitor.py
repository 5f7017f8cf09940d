"""The health of the plant as one value: `step` takes in what was measured and says what is wrong.

Every step: sensors by themselves and instant rules. Every minute of event time: channels, their baselines, hypotheses, rules, plates.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from config.classes import CLASSES
from twin.estimate.catalogue import CATALOGUE
from twin.estimate.catalogue.entry import Entry
from twin.estimate.findings import Finding
from twin.estimate.health import baseline, plates, watch
from twin.estimate.health.alone import KINDS, NOISE, STUCK, alone
from twin.estimate.health.baseline import Baseline, Departure, Spread
from twin.estimate.health.candidates import candidates
from twin.estimate.health.facts import Facts
from twin.estimate.health.flat import Flat, flatten
from twin.estimate.health.groups import GROUPS
from twin.estimate.health.hypotheses import Hypothesis, hypotheses, signatures
from twin.estimate.health.plates import Plates
from twin.estimate.health.report import blamed, report
from twin.estimate.health.scene import Group, Scene
from twin.estimate.health.tracks import Candidate, Key, Track, fold
from twin.estimate.health.view import View
from twin.estimate.health.watch import Lateness, Spot, Watch

Array = np.ndarray
MINUTE_MS = 60_000
CLOCK = "clock_skew"
UNREAD = (STUCK, NOISE)  # what gave itself away by its own course is read by no channel: its value says nothing of others
SETTLING = 20  # minutes from the first reading in which nothing is judged by its channels


@dataclass(frozen=True, slots=True)
class Rooms:
    """Compiled once: facts, the layout of sensors and of channels, hypotheses of each group, rules."""

    facts: Facts
    flat: Flat
    groups: Mapping[str, Group]
    spans: Mapping[str, tuple[int, int, int]]  # group -> start, rows, channels
    spread: Spread
    found: Mapping[str, tuple[Hypothesis, ...]]
    instant: tuple[Entry, ...]
    minutely: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """State of the monitor; `excluded` [N] are sensors not to be assimilated."""

    watch: Watch
    baseline: Baseline
    plates: Plates
    tracks: Mapping[Key, Track]
    opened_ms: int
    minutes: int  # closed so far
    now: Mapping[str, Array]
    scene: Scene
    away: Departure
    excluded: Array
    late: Mapping[Spot, Lateness] = field(default_factory=dict)
    prompt: frozenset[Spot] = frozenset()  # assets heard in time in the last minute
    ahead: frozenset[Spot] = frozenset()  # assets whose clock was found ahead: their stamps tell nobody the time
    findings: tuple[Finding, ...] = ()


@lru_cache(maxsize=8)
def _names(group: str) -> tuple[str, ...]:
    return tuple(c.name for c in GROUPS[group].channels)


def rooms(facts: Facts) -> Rooms:
    """Compile the monitor of a site."""
    groups = {name: g for name, g in GROUPS.items() if facts.rows[g.cls]}
    spans, at, spread = {}, 0, []
    for name, g in groups.items():
        rows, k = facts.rows[g.cls], len(g.channels)
        spans[name] = (at, rows, k)
        at += rows * k
        spread += [np.tile([[c.prior, c.quick, c.slow] for c in g.channels], (rows, 1))]
    prior, quick, slow = np.concatenate(spread).T
    plant = {name: [(e.name, e.signature, e.pace) for e in CATALOGUE.values() if e.group == name and e.signature] for name in groups}
    rules = [e for e in CATALOGUE.values() if e.rule and (not e.cls or facts.rows[e.cls])]
    return Rooms(facts, flatten(facts), groups, spans, Spread(prior, quick, slow), {n: hypotheses(g, plant[n]) for n, g in groups.items()},
                 tuple(e for e in rules if e.instant), tuple(e for e in rules if not e.instant))


def begin(r: Rooms) -> Health:
    """Before the first step."""
    flat, size = r.flat, len(r.spread.prior)
    nothing = {c: np.full((n, len(CLASSES[c].measured)), np.nan) for c, n in r.facts.rows.items() if n and CLASSES[c].measured}
    p = plates.fresh_plates(r.facts.rows["rack"], r.facts.gpus)
    none = Departure(*(np.zeros(size), np.full(size, np.inf)) * 3)
    return Health(watch.fresh_watch(flat), baseline.fresh_baseline(r.spread), p, {}, -1, 0, nothing, Scene(r.facts, nothing, nothing, p.gpu), none,
                  np.zeros(flat.size, dtype=bool))


def step(r: Rooms, h: Health, now_ms: int, dt: float, values: Mapping[str, Array], fresh: Mapping[str, Array], gpu: Array, gpu_fresh: Array) -> Health:
    """Health after a step of `dt` s that ended at `now_ms`.

    values, fresh: class -> [rows, measured], SI and whether it was measured in this step; gpu [R, 2, K], gpu_fresh [R].
    """
    x, new = r.flat.join(values), r.flat.join(fresh)
    heard = watch.hear(h.watch, r.flat, x, new, r.flat.asked(new), dt)
    previous, opened = h.now, h.opened_ms if h.opened_ms >= 0 else now_ms - round(dt * 1000)
    h = replace(h, watch=heard, plates=plates.take(h.plates, gpu, gpu_fresh), now=values, opened_ms=opened)
    tracks = _rules(r, h, r.instant, previous, now_ms)
    before = h.tracks
    if now_ms - opened >= MINUTE_MS:
        h, tracks = _minute(r, replace(h, tracks=tracks), previous, now_ms, (now_ms - opened) / 1000.0)
    if tracks is before or not tracks and not before:
        return h
    return replace(h, tracks=tracks, findings=report(r.facts, tracks, _view(r, h, previous, now_ms), now_ms), excluded=blamed(r.flat, tracks))


def spot(cls: str, row: int) -> Spot:
    """The asset that messages of a class are of."""
    return "rack" if cls == "gpu" else cls, row


def late(h: Health, cls: str, row: int, lag_s: float, now_ms: int) -> Health:
    """Health after a message that came too late to be used, or with a negative lag [s] from ahead; `now_ms` is the newest event time."""
    place = spot(cls, row)
    return replace(h, late={**h.late, place: watch.overdue(h.late.get(place), lag_s, now_ms)})


def _minute(r: Rooms, h: Health, previous: Mapping[str, Array], now_ms: int, dt: float) -> tuple[Health, Mapping[Key, Track]]:
    prompt = _prompt(r, h.watch)
    w, mean, rate = watch.close_minute(h.watch, r.flat, dt)
    off = {n: dict(zip(_names(n), _part(r, n, h.baseline.constant).T, strict=True)) for n in r.groups}
    trusted = Scene(r.facts, r.flat.split(np.where(h.excluded, np.nan, mean)), r.flat.split(rate), h.plates.gpu, off)
    raw = replace(trusted, values=r.flat.split(np.where(blamed(r.flat, {k: t for k, t in h.tracks.items() if t.last.name in UNREAD}), np.nan, mean)))
    p = plates.close(h.plates, _inlets(trusted), dt)
    contexts = {n: g.context(trusted) for n, g in r.groups.items()}
    y, doubt, lever = _residuals(r, contexts, raw)
    b, away = baseline.learn(h.baseline, r.spread, y, doubt, lever, dt)
    h = replace(h, watch=w, plates=p, baseline=b, away=away, scene=trusted, opened_ms=now_ms, minutes=h.minutes + 1,
                late=watch.still_late(h.late, prompt, h.opened_ms, now_ms), prompt=prompt)
    found = alone(w, r.flat)
    for name, g in r.groups.items() if h.minutes > SETTLING else ():
        found += _explain(r, name, g, contexts[name], raw, y, away)
    tracks = fold(h.tracks, found, now_ms, lambda t: not _ruled(t))
    tracks = _rules(r, replace(h, tracks=tracks), r.minutely, previous, now_ms)
    return replace(h, ahead=_ahead(tracks)), tracks


def _prompt(r: Rooms, w: watch.Watch) -> frozenset[Spot]:
    """Assets of which the minute under way has a reading that was in time: a clock that is behind allows none."""
    return frozenset((cls, int(row)) for cls, count in r.flat.split(w.count).items() for row in np.flatnonzero(count.any(axis=1)))


def _ahead(tracks: Mapping[Key, Track]) -> frozenset[Spot]:
    return frozenset((p.cls, p.row) for (name, p), t in tracks.items() if name == CLOCK and t.raised and t.last.size < 0.0)


def _inlets(scene: Scene) -> Array:
    """Coolant temperature at each rack's inlet [R]: its CDU's, else its own."""
    supply = scene.of("cdu", "tcs_supply_c")[scene.facts.p.wiring.rack_cdu]
    return np.where(np.isfinite(supply), supply, scene.of("rack", "supply_c"))


def _residuals(r: Rooms, contexts: Mapping[str, Mapping[str, Array]], raw: Scene) -> tuple[Array, Array, Array]:
    """Residuals, doubts and levers of all channels, flat [M] each."""
    parts: tuple[list[Array], ...] = ([], [], [])
    for name, g in r.groups.items():
        seen, none = g.seen(raw), np.zeros(r.facts.rows[g.cls])
        each = g.values(r.facts, contexts[name], seen), g.doubts(r.facts, contexts[name], seen), g.levers(seen)
        for part, of in zip(parts, each, strict=True):
            part.append(np.stack([of.get(c.name, none) + none for c in g.channels], axis=-1).ravel())
    return tuple(np.concatenate(p) for p in parts)


def _part(r: Rooms, name: str, flat: Array) -> Array:
    start, rows, k = r.spans[name]
    return flat[start:start + rows * k].reshape(rows, k)


def departure(r: Rooms, name: str, away: Departure) -> Departure:
    """Departures [rows, channels] of a group."""
    return away.each(lambda x: _part(r, name, x))


def _explain(r: Rooms, name: str, g: Group, context: Mapping[str, Array], raw: Scene, y: Array, away: Departure) -> list[Candidate]:
    part = departure(r, name, away)
    if not ((part.quick**2 > 10.0 * part.quick_var) | (part.slow**2 > 10.0 * part.slow_var)).any():
        return []
    seen = g.seen(raw)
    shift = signatures(g, r.facts, context, seen, r.found[name], _part(r, name, y))
    return candidates(r.facts, g, r.found[name], shift, part, seen, CATALOGUE)


def signatures_now(r: Rooms, h: Health, name: str) -> Array:
    """Shift [hypotheses, rows, channels] of a group's channels per unit of each of its explanations, at the last minute's operating point."""
    g = r.groups[name]
    context, seen = g.context(h.scene), g.seen(h.scene)
    each, none = g.values(r.facts, context, seen), np.zeros(r.facts.rows[g.cls])
    return signatures(g, r.facts, context, seen, r.found[name], np.stack([each[c.name] + none for c in g.channels], axis=-1))


def _ruled(t: Track) -> bool:
    return t.last.name in CATALOGUE and CATALOGUE[t.last.name].rule is not None and t.last.name not in KINDS


def _view(r: Rooms, h: Health, previous: Mapping[str, Array], now_ms: int) -> View:
    return View(r.facts, r.flat, h.scene, h.watch, {n: departure(r, n, h.away) for n in r.groups}, {n: _names(n) for n in r.groups},
                {n: _part(r, n, h.baseline.constant) for n in r.groups}, h.plates, h.now, previous, h.tracks, h.late, h.prompt, now_ms)


def _rules(r: Rooms, h: Health, entries: tuple[Entry, ...], previous: Mapping[str, Array], now_ms: int) -> Mapping[Key, Track]:
    view, found, names = _view(r, h, previous, now_ms), [], {e.name for e in entries}
    for e in entries:
        found += [Candidate(e.name, m.place, m.size, m.std, m.evidence, persist=e.persist, off_ms=120_000 if e.instant else 900_000)
                  for m in e.rule(view)]
    if not found and not any(name in names for name, _ in h.tracks):
        return h.tracks
    return fold(h.tracks, found, now_ms, lambda t: t.last.name in names)
