"""One cause, one alarm: which present condition stands for which.

A consequence (a limit passed, a sensor gone silent) hangs on the nearest fault upstream of it. What is left and is alike at
several places of one parent is gathered into one alarm there, and those again one step higher.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from twin.alarms.places import GATEWAY, Places, Spot
from twin.alarms.table import OUT_OF_SERVICE
from twin.estimate.findings import Finding, Place
from twin.events import Alarm

ALIKE = 4  # from so many on, siblings are one alarm
MANY = "_many"  # ends the fault of an alarm that gathers siblings
_LEVELS = 4  # GPU or sensor, asset, CDU, loop, site

NAN, _WORST = float("nan"), "; the most urgent: "


@dataclass(slots=True)
class Grouped:
    """`parent`: id -> id of what stands for it. `gathered`: id -> finding of an alarm that gathers siblings."""

    parent: dict[str, str] = field(default_factory=dict)
    gathered: dict[str, Finding] = field(default_factory=dict)


def group(present: Mapping[str, Finding], consequences: frozenset[str], held: Mapping[str, Alarm], places: Places) -> Grouped:
    """Parents of the present conditions. `held`: alarms so far, so that a group that exists is not given up for one member less."""
    out = Grouped(_under_causes(present, consequences, held, places))
    level = {id: f for id, f in present.items() if id not in out.parent}
    for _ in range(_LEVELS):
        level = _gather(level, held, places, out)
    return out


def _under_causes(present: Mapping[str, Finding], consequences: frozenset[str], held: Mapping[str, Alarm], places: Places) -> dict[str, str]:
    causes: dict[Spot, str] = {}
    for id, f in sorted(present.items()):
        idle = id in held and held[id].state == OUT_OF_SERVICE
        if f.fault not in consequences and not f.fault.endswith(MANY) and not idle and (spot := _acts_on(f, places)):
            causes.setdefault(spot, id)
    if not causes:
        return {}
    found = ((id, _nearest(causes, places.upstream(f.place))) for id, f in present.items() if f.fault in consequences)
    return {id: cause for id, cause in found if cause}


def _acts_on(f: Finding, places: Places) -> Spot | None:
    """Where a fault acts: a gateway on its hall; a sensor that errs acts on nothing."""
    if f.place.cls == GATEWAY:
        return places.above(f.place)
    return None if f.place.column or f.place.part >= 0 else (f.place.cls, f.place.row)


def _nearest(causes: Mapping[Spot, str], upstream: tuple[Spot, ...]) -> str:
    return next((causes[spot] for spot in upstream if spot in causes), "")


def _gather(level: Mapping[str, Finding], held: Mapping[str, Alarm], places: Places, out: Grouped) -> dict[str, Finding]:
    """Gather siblings into alarms of their parent; returns those, to be gathered again."""
    buckets: dict[tuple[str, Spot], dict[str, Finding]] = {}
    for id, f in sorted(level.items()):
        if (spot := places.above(f.place)) is not None:
            buckets.setdefault((f.fault.removesuffix(MANY), spot), {})[id] = f
    made: dict[str, Finding] = {}
    for (fault, spot), members in buckets.items():
        place = Place(*spot)
        id = places.id(fault + MANY, place)
        if len(members) >= ALIKE or (id in held and held[id].active):
            made[id] = out.gathered[id] = _as_one(fault, place, members, places)
            out.parent |= {m: id for m in members if m != id}
    return made


def _as_one(fault: str, place: Place, members: Mapping[str, Finding], places: Places) -> Finding:
    worst = min(members.values(), key=lambda f: (f.consequence_s, f.place))
    count = sum(int(f.size) if f.fault.endswith(MANY) else 1 for f in members.values())
    text = f"{fault.replace('_', ' ')} at {count} places of {places.name(place)}{_WORST}{worst.text.rpartition(_WORST)[2]}"
    return Finding(fault + MANY, place, min(f.since_ms for f in members.values()), float(count), NAN,
                   max(f.evidence for f in members.values()), worst.consequence_s, text)
