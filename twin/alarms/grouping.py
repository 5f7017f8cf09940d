"""One cause, one alarm: which present condition stands for which.

A consequence (a limit passed, a sensor gone silent) hangs on the nearest fault upstream of it, or on a limit that explains it. What is left and is alike at
several places of one parent is gathered into one alarm there, and those again one step higher.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite

from twin.alarms.places import GATEWAY, Places, Spot
from twin.alarms.table import OUT_OF_SERVICE
from twin.estimate.findings import Finding, Place
from twin.events import Alarm

ALIKE = 4  # from so many on, siblings are one alarm
MANY = "_many"  # ends the fault of an alarm that gathers siblings
_LEVELS = 5  # GPU or sensor, asset, CDU, loop, site

NAN, _WORST, _ANY = float("nan"), "; the most urgent: ", ""

_Level = dict[str, tuple[Finding, Spot]]  # a condition and the place it may be gathered at


@dataclass(slots=True)
class Grouped:
    """`parent`: id -> id of what stands for it. `gathered`: id -> finding of an alarm that gathers siblings."""

    parent: dict[str, str] = field(default_factory=dict)
    gathered: dict[str, Finding] = field(default_factory=dict)


def group(present: Mapping[str, Finding], consequences: frozenset[str], explains: Mapping[str, frozenset[str]], held: Mapping[str, Alarm],
          places: Places) -> Grouped:
    """Parents of the present conditions. `held`: alarms so far, so that a group that exists is not given up for one member less."""
    out = Grouped(_under_causes(present, consequences, explains, held, places))
    level = _stand((f for f in present.items() if f[0] not in out.parent), places)
    for _ in range(_LEVELS):
        level = _gather(level, held, places, out)
    return out


def _stand(found: Iterable[tuple[str, Finding]], places: Places) -> _Level:
    """Conditions with the place one step above each; the site itself has none."""
    return {id: (f, spot) for id, f in found if (spot := places.above(f.place)) is not None}


def _under_causes(present: Mapping[str, Finding], consequences: frozenset[str], explains: Mapping[str, frozenset[str]],
                  held: Mapping[str, Alarm], places: Places) -> dict[str, str]:
    causes: dict[tuple[str, Spot], str] = {}  # explained fault, or any, and where from
    for id, f in sorted(present.items()):
        if f.fault.endswith(MANY) or (id in held and held[id].state == OUT_OF_SERVICE):
            continue
        if f.fault not in consequences and (spot := _acts_on(f, places)):
            causes.setdefault((_ANY, spot), id)
        elif isfinite(f.consequence_s):
            causes |= {(below, (f.place.cls, f.place.row)): id for below in explains.get(f.fault, ())}
    if not causes:
        return {}
    found = ((id, _nearest(causes, f, places)) for id, f in present.items() if f.fault in consequences)
    return {id: cause for id, cause in found if cause}


def _acts_on(f: Finding, places: Places) -> Spot | None:
    """Where a fault acts: a gateway on its hall; a sensor that errs acts on nothing."""
    if f.place.cls == GATEWAY:
        return places.above(f.place)
    return None if f.place.column or f.place.part >= 0 else (f.place.cls, f.place.row)


def _nearest(causes: Mapping[tuple[str, Spot], str], f: Finding, places: Places) -> str:
    """A fault from the asset upwards, or a limit passed further up that explains this one; none is the empty text."""
    own = (f.place.cls, f.place.row)
    for spot in places.upstream(f.place):
        if (_ANY, spot) in causes:
            return causes[(_ANY, spot)]
        if spot != own and (f.fault, spot) in causes:
            return causes[(f.fault, spot)]
    return ""


def _gather(level: _Level, held: Mapping[str, Alarm], places: Places, out: Grouped) -> _Level:
    """Gather siblings into alarms of the place above; returns those, and sensors and GPUs that were alone at their asset, one step higher."""
    buckets: dict[tuple[str, Spot], dict[str, Finding]] = {}
    for id, (f, spot) in sorted(level.items()):
        buckets.setdefault((f.fault.removesuffix(MANY), spot), {})[id] = f
    higher: dict[str, Finding] = {}
    alone: _Level = {}
    for (fault, spot), members in buckets.items():
        place = Place(*spot)
        id = places.id(fault + MANY, place)
        if len(members) >= ALIKE or (id in held and held[id].active):
            higher[id] = out.gathered[id] = _as_one(fault, place, members, places)
            out.parent |= dict.fromkeys(members, id)
        elif (up := places.above(place)) is not None:
            alone |= {m: (f, up) for m, f in members.items() if spot == (f.place.cls, f.place.row)}
    return _stand(higher.items(), places) | alone


def _as_one(fault: str, place: Place, members: Mapping[str, Finding], places: Places) -> Finding:
    worst = min(members.values(), key=lambda f: (f.consequence_s, f.place))
    count = sum(int(f.size) if f.fault.endswith(MANY) else 1 for f in members.values())
    text = f"{fault.replace('_', ' ')} at {count} places of {places.name(place)}{_WORST}{worst.text.rpartition(_WORST)[2]}"
    return Finding(fault + MANY, place, min(f.since_ms for f in members.values()), float(count), NAN,
                   max(f.evidence for f in members.values()), worst.consequence_s, text)
