"""What the sensors that report now can tell of each fault of the catalogue: where it would show and from which size on, and where it cannot be assessed.

A fault with a signature shows when the channels it moves say something; the smallest size told is the one whose likelihood ratio
reaches belief at the doubt that those channels have at this moment. A fault that a rule finds needs its columns. A sensor's own course
tells of its standing still, hissing, jumping and gaps; an error of its value needs a channel that reads it.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from config.classes import CLASSES
from twin.estimate.catalogue import CATALOGUE
from twin.estimate.catalogue.entry import CREEP, STEP, Entry
from twin.estimate.findings import Place
from twin.estimate.health import hypotheses as hyp
from twin.estimate.health.alone import DROPOUT, KINDS, NOISE, SPIKE, STUCK
from twin.estimate.health.baseline import Departure
from twin.estimate.health.candidates import owner
from twin.estimate.health.monitor import SETTLING, Health, Rooms, departure, signatures_now
from twin.estimate.health.tracks import BELIEVE
from twin.estimate.health.watch import ACQUAINTED, LIVELY, SAMPLES
from twin.estimate.residuals import BANK

Array = np.ndarray
NEVER = float("inf")
SIGNS = {hyp.OFFSET: ("sensor_bias", "sensor_drift", "sensor_gain"), hyp.FAHRENHEIT: ("sensor_unit",), hyp.PSI: ("sensor_unit",), hyp.SWAP: ("sensor_swapped",)}
EVIDENCE = BELIEVE + hyp.FREE


@dataclass(frozen=True, slots=True)
class Assessed:
    """One fault: places (assets, or sensors) where it would show, of how many there are; `smallest` size told at a typical one of them, in the
    fault's own measure, NaN where it has none; `missing` names the assets where it cannot be assessed and `why` says what that takes.
    """

    fault: str
    cls: str
    able: int
    places: int
    smallest: float
    missing: tuple[str, ...]
    why: str


def assess(r: Rooms, h: Health) -> tuple[Assessed, ...]:
    """Every fault of the catalogue that this site's machines can have."""
    seen, heard = _errors(r, h), _heard(r, h)
    found = (_sensor(r, h, e, seen) if e.sensor else _plant(r, h, e, heard) for e in CATALOGUE.values() if not e.cls or r.facts.rows[e.cls])
    return tuple(found)


def tells(r: Rooms, h: Health, name: str, place: Place) -> float:
    """Smallest size of one fault told at one place, in the fault's own measure (sensors' SI); NaN of one without a size, infinite where it cannot be assessed."""
    e = CATALOGUE[name]
    if e.sensor:
        if e.name not in KINDS:
            return _errors(r, h).get(name, {}).get((place.cls, place.row, place.column), NEVER)
        able = r.flat.split(_alone(r, h, name) & (h.watch.heard > 0))[place.cls][place.row, CLASSES[place.cls].column(place.column)]
        return float("nan") if able else NEVER
    heard = _heard(r, h)
    if not e.cls:
        return float("nan")
    rows = slice(None) if place.cls != e.cls else slice(place.row, place.row + 1)
    if _ruled(r, e, heard)[rows].any():
        return float("nan")
    size = (_least(r, h, e) if e.signature else np.full(r.facts.rows[e.cls], NEVER))[rows]
    least = float(size.min(initial=NEVER))
    if least > (e.most or NEVER) or least == NEVER:
        return NEVER
    return float(-np.expm1(-least)) if e.share else least


def _plant(r: Rooms, h: Health, e: Entry, heard: Mapping[str, Array]) -> Assessed:
    if not e.cls:  # of any asset: its clock
        every = [x for x in heard.values() if len(x)]
        return Assessed(e.name, "", sum(int(x.any(1).sum()) for x in every), sum(len(x) for x in every), float("nan"), (), e.blind)
    size = _least(r, h, e) if e.signature else np.full(r.facts.rows[e.cls], NEVER)
    able = np.isfinite(size) & (size <= (e.most or NEVER)) | _ruled(r, e, heard)
    told = size[np.isfinite(size) & able]
    smallest = float(np.median(told)) if len(told) else float("nan")
    names = tuple(r.facts.ids[e.cls][i] for i in np.flatnonzero(~able))
    return Assessed(e.name, e.cls, int(able.sum()), len(able), float(-np.expm1(-smallest)) if e.share else smallest, names, _why(r, e, heard, able))


def _least(r: Rooms, h: Health, e: Entry) -> Array:
    """Smallest size [rows of the fault's class] that its channels would tell, infinite where they say nothing."""
    g = r.groups[e.group]
    shift = np.array([e.signature.get(c.name, 0.0) for c in g.channels]) * _scale(r, h, e)[:, None]
    part, out = departure(r, e.group, h.away), np.full(r.facts.rows[e.cls], NEVER)
    fits = {STEP: (part.quick_var,), CREEP: (part.slow_var,)}.get(e.pace, (part.quick_var, part.slow_var))
    power = np.max([(shift**2 / var).sum(-1) for var in fits], axis=0)
    size = np.divide(np.sqrt(2.0 * EVIDENCE), np.sqrt(power), out=np.full(len(power), NEVER), where=power > 1e-12)
    if h.minutes <= SETTLING:
        return out
    return size if e.cls == g.cls or g.cls == "feed" else size[r.facts.loop_of[e.cls]] if e.cls in r.facts.loop_of else out


def _scale(r: Rooms, h: Health, e: Entry) -> Array:
    """How strongly the parameter that fails moves its channel now: a coil whose air is heated through follows its conductance little [rows of the group]."""
    rows = r.facts.rows[r.groups[e.group].cls]
    if not e.through:
        return np.ones(rows)
    channel, name = e.through
    law = BANK[channel]
    columns = {t: _spread(r, law.cls, t, h) for t in law.terms}
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = law.sees[name](r.facts.of, columns)
    out = np.zeros(rows)
    out[r.facts.loop_of[law.cls]] = np.nan_to_num(slope)
    return out


def _spread(r: Rooms, cls: str, term: str, h: Health) -> Array:
    owner_cls, column = term.split(".")
    x = h.scene.of(owner_cls, column)
    if owner_cls == "weather":
        return np.full(r.facts.rows[cls], x[0] if len(x) else np.nan)
    per_loop = np.full(len(r.facts.d.fws_supply), np.nan)
    per_loop[r.facts.loop_of[owner_cls]] = x
    return per_loop[r.facts.loop_of[cls]]


def _heard(r: Rooms, h: Health) -> dict[str, Array]:
    """Columns that report [rows, measured], by class."""
    return r.flat.split((h.watch.heard > 0) & (h.watch.missing < 0.5) & np.isfinite(h.watch.last))


def _ruled(r: Rooms, e: Entry, heard: Mapping[str, Array]) -> Array:
    """Assets whose rule has every column that it reads; of other classes, any that reports will do."""
    able = np.full(r.facts.rows[e.cls], bool(e.reads) and e.rule is not None)
    for name in e.reads:
        able &= _there(heard, e.cls, name)
    return able


def _there(heard: Mapping[str, Array], cls: str, name: str) -> Array | bool:
    owner_cls, column = name.split(".")
    if owner_cls not in heard or column not in CLASSES[owner_cls].measured:
        return False
    known = heard[owner_cls][:, CLASSES[owner_cls].column(column)]
    return known if owner_cls == cls else bool(known.any())


def _why(r: Rooms, e: Entry, heard: Mapping[str, Array], able: Array) -> str:
    """What is silent at the places that cannot be assessed, else when the fault shows nothing."""
    if able.all():
        return ""
    silent = [n for n in e.reads if not np.all(_there(heard, e.cls, n) | able)]
    return f"no {', '.join(silent)}" if silent else e.blind


def _errors(r: Rooms, h: Health) -> dict[str, dict[tuple[str, int, str], float]]:
    """Smallest error told of every sensor that a channel reads, SI, by the name of the fault: class, row, column -> size."""
    out: dict[str, dict[tuple[str, int, str], float]] = {}
    for name, g in r.groups.items() if h.minutes > SETTLING else ():
        away, shift = departure(r, name, h.away), signatures_now(r, h, name)
        for hypothesis, moved in zip(r.found[name], shift, strict=True):
            for fault in SIGNS.get(hypothesis.kind, ()):
                for row, size in _told(hypothesis.kind, moved, away):
                    for cls, column in hypothesis.sensors:
                        place = owner(r.facts, g, row, (cls, column))
                        kept = out.setdefault(fault, {})
                        kept[place.cls, place.row, column] = min(size, kept.get((place.cls, place.row, column), NEVER))
    return out


def _told(kind: str, moved: Array, away: Departure) -> Iterator[tuple[int, float]]:
    """Rows that tell an error, and its smallest size; of one without a size, one that is large enough already."""
    with np.errstate(invalid="ignore"):
        power = np.nansum(np.where(np.isfinite(away.quick_var), moved**2 / away.quick_var, 0.0), axis=-1)
    for row in np.flatnonzero(power > (1e-12 if kind == hyp.OFFSET else 2.0 * BELIEVE)):
        yield int(row), float(np.sqrt(2.0 * EVIDENCE / power[row])) if kind == hyp.OFFSET else float("nan")


def _sensor(r: Rooms, h: Health, e: Entry, seen: Mapping[str, Mapping[tuple[str, int, str], float]]) -> Assessed:
    reporting = (h.watch.heard > 0) & np.isfinite(h.watch.last)
    if e.name in KINDS:
        able = int((_alone(r, h, e.name) & reporting).sum())
    else:
        able = len(seen.get(e.name, {}))
    return Assessed(e.name, "", able, int(reporting.sum()), float("nan"), (), e.blind)


def _alone(r: Rooms, h: Health, name: str) -> Array:
    """Sensors [N] whose own course would give the fault away."""
    known = h.watch.heard > 2 * SAMPLES
    return {STUCK: (h.watch.heard >= ACQUAINTED) & (h.watch.changes >= LIVELY) & r.flat.lively, NOISE: known & np.isfinite(r.flat.hiss),
            SPIKE: known & np.isfinite(r.flat.jump), DROPOUT: known}[name]
