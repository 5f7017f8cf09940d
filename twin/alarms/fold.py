"""`update`: findings and time move the alarms. Event time decides everything; the same calls give the same changes."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from twin.alarms import limits
from twin.alarms.grouping import MANY, Grouped, group
from twin.alarms.places import Places
from twin.alarms.rate import FLOOD, FLOOD_ID, admit, budget
from twin.alarms.rules import MOST, PRIORITIES, Rule, priority, rule
from twin.alarms.state import Alarms, Draft
from twin.alarms.table import (
    ACKNOWLEDGED,
    ANNOUNCED,
    CLEAR,
    ESCALATE,
    LATCH,
    NORMAL,
    RAISE,
    RELEASE,
    SHELVED,
    SUPPRESS,
    SUPPRESSED,
    TABLE,
    UNACKNOWLEDGED,
    UNSHELVE,
)
from twin.estimate.findings import Finding, Place
from twin.events import Alarm, AlarmChange

NAN = float("nan")


def update(alarms: Alarms, findings: Iterable[Finding], now_ms: int, places: Places) -> tuple[Alarms, tuple[AlarmChange, ...]]:
    """The alarms at `now_ms`, given every finding present then. Times must not go back."""
    seen = _named(findings, places)
    if not seen and not alarms.alarms and not alarms.pending:
        return alarms, ()
    pending = {id: alarms.pending.get(id, now_ms) for id in seen if not _active(alarms, id)}
    due = {id: _since(f, pending.get(id, f.since_ms)) for id, f in seen.items()
           if id not in pending or now_ms - pending[id] >= rule_of(f.fault).on_ms}
    pending = {id: t for id, t in pending.items() if id not in due}
    present = due | _lingering(alarms, due, now_ms)
    groups = group(present, limits.CONSEQUENCES, limits.EXPLAINS, alarms.alarms, places)
    draft = Draft.of(alarms, now_ms)
    _unshelve(draft)
    _note(draft, _urgent(due | groups.gathered, groups), places)
    _end(draft, present.keys() | groups.gathered.keys(), groups)
    announced, recent = _arrange(draft, groups, alarms.recent)
    dropped = _bound(draft)
    counts = tuple(n + announced.count(p) for n, p in zip(alarms.announced, PRIORITIES, strict=True))
    after = Alarms(draft.alarms, pending, recent, draft.serial, counts, alarms.dropped + dropped)
    return after, tuple(draft.changes)


def rule_of(fault: str) -> Rule:
    """The rule of a fault. One that gathers siblings waits for nothing: its members have."""
    found = rule(fault.removesuffix(MANY), limits.RULES)
    return Rule(0, 0, found.latching) if fault.endswith(MANY) or fault == FLOOD else found


def _named(findings: Iterable[Finding], places: Places) -> dict[str, Finding]:
    """Findings by alarm id, the strongest of each, the most urgent MOST of all."""
    found: dict[str, Finding] = {}
    for f in findings:
        id = places.id(f.fault, f.place)
        if id not in found or f.evidence > found[id].evidence:
            found[id] = f
    if len(found) <= MOST:
        return found
    return dict(sorted(found.items(), key=lambda item: (item[1].consequence_s, item[0]))[:MOST])


def _since(f: Finding, first_ms: int) -> Finding:
    """A finding that knows only of now has been there since it was first seen."""
    return f if f.since_ms <= first_ms else replace(f, since_ms=first_ms)


def _active(alarms: Alarms, id: str) -> bool:
    return id in alarms.alarms and alarms.alarms[id].active


def _lingering(alarms: Alarms, due: Mapping[str, Finding], now_ms: int) -> dict[str, Finding]:
    """Conditions that have gone too short a time ago to count as gone."""
    return {a.id: Finding(a.fault, Place(a.cls, a.row, a.column, a.part), a.since_ms, NAN, NAN, 0.0, a.consequence_s, a.text)
            for a in alarms.alarms.values()
            if a.active and a.id not in due and not a.fault.endswith(MANY) and a.fault != FLOOD and now_ms - a.seen_ms < rule_of(a.fault).off_ms}


def _urgent(present: Mapping[str, Finding], groups: Grouped) -> dict[str, Finding]:
    """What stands for others is as urgent as the most urgent of them."""
    soonest = {id: f.consequence_s for id, f in present.items()}
    for id, f in present.items():
        above = groups.parent.get(id)
        while above is not None:
            if above in soonest:
                soonest[above] = min(soonest[above], f.consequence_s)
            above = groups.parent.get(above)
    return {id: f if soonest[id] == f.consequence_s else replace(f, consequence_s=soonest[id]) for id, f in present.items()}


def _unshelve(draft: Draft) -> None:
    for alarm in sorted_by_id(draft):
        if alarm.state == SHELVED and draft.now_ms >= alarm.until_ms:
            wake(draft, draft.send(alarm, UNSHELVE, until_ms=-1, author=""))


def wake(draft: Draft, alarm: Alarm) -> None:
    """An alarm that came back to normal by an operator, a timer or the design: announced again when there is still reason to."""
    if alarm.active:
        draft.keep(draft.send(alarm, RAISE))
    elif rule_of(alarm.fault).latching:
        draft.send(alarm, LATCH)


def _note(draft: Draft, seen: Mapping[str, Finding], places: Places) -> None:
    """Refresh what is known of each condition. New ones stay NORMAL until `_arrange` says how they come in."""
    for id, f in sorted(seen.items()):
        old = draft.alarms.get(id)
        if old is None:
            draft.alarms[id] = _new(id, f, draft.now_ms, places)
            continue
        urgency = priority(f.consequence_s)
        again = not old.active
        fresh = replace(old, active=True, seen_ms=draft.now_ms, text=f.text, consequence_s=f.consequence_s, suspects=_suspects(f, places),
                        since_ms=f.since_ms if again else old.since_ms)
        if again:
            draft.send(replace(fresh, priority=urgency, times=old.times + 1, raised_ms=draft.now_ms, author=""), RAISE)
        elif urgency < old.priority:  # never less urgent while it lasts
            draft.send(replace(fresh, priority=urgency, author=""), ESCALATE)
        else:
            draft.alarms[id] = fresh


def _new(id: str, f: Finding, now_ms: int, places: Places) -> Alarm:
    p = f.place
    return Alarm(id, f.fault, p.cls, p.row, p.column, p.part, NORMAL, priority(f.consequence_s), True, f.since_ms, now_ms, now_ms, now_ms,
                 f.consequence_s, f.text, _suspects(f, places))


def _suspects(f: Finding, places: Places) -> tuple[str, ...]:
    return tuple(f"{fault} at {places.name(place)}" for fault, place in f.suspects) if len(f.suspects) > 1 else ()


def _end(draft: Draft, present: Iterable[str], groups: Grouped) -> None:
    """Conditions that are over: cleared, or latched where only a reset ends them. A group latches for its members."""
    here = set(present)
    taken_over = {a.parent for a in draft.alarms.values() if a.id in groups.parent and a.id in here}
    for alarm in sorted_by_id(draft):
        if alarm.active and alarm.id not in here and alarm.fault != FLOOD:
            if alarm.fault.endswith(MANY) and alarm.id in taken_over and SUPPRESS in TABLE[alarm.state]:  # its members have a cause now: nothing has returned
                alarm = draft.send(replace(alarm, author=""), SUPPRESS)
            latches = rule_of(alarm.fault).latching and not alarm.parent.partition(MANY)[1]
            draft.send(replace(alarm, active=False, author="", parent=""), LATCH if latches else CLEAR)


def _arrange(draft: Draft, groups: Grouped, recent: tuple[int, ...]) -> tuple[list[int], tuple[int, ...]]:
    """Who stands for whom, then who may be announced. Returns priorities of what was announced, and the times of the last announcements."""
    candidates = []
    for alarm in sorted_by_id(draft):
        parent = groups.parent.get(alarm.id, "")
        if not alarm.active or (parent and parent not in draft.alarms):
            continue
        if parent:
            _hang(draft, alarm, parent)
        elif alarm.state in (NORMAL, SUPPRESSED) and alarm.fault != FLOOD:
            candidates.append(alarm)
    recent = budget(recent, draft.now_ms)
    announced: list[int] = []
    for alarm in sorted(candidates, key=lambda a: (a.priority, a.raised_ms, a.id)):
        if admit(recent, alarm.priority):
            _announce(draft, alarm)
            recent = (*recent, draft.now_ms)
            announced.append(alarm.priority)
        else:
            _hang(draft, alarm, FLOOD_ID)
    announced += _flood(draft)
    return announced, recent


def _hang(draft: Draft, alarm: Alarm, parent: str) -> None:
    """Suppressed by design, or under another parent than before. What an operator has set aside stays so."""
    if alarm.state in (NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED):
        draft.send(replace(alarm, parent=parent, author=""), SUPPRESS)
    elif alarm.state == SUPPRESSED and alarm.parent != parent:
        draft.keep(replace(alarm, parent=parent))


def _announce(draft: Draft, alarm: Alarm) -> None:
    if alarm.state == SUPPRESSED:
        alarm = draft.send(replace(alarm, parent="", author=""), RELEASE)
    draft.send(alarm, RAISE)


def _flood(draft: Draft) -> list[int]:
    """The one alarm that stands for those the rate holds back; as urgent as the most urgent of them."""
    held = [a for a in draft.alarms.values() if a.parent == FLOOD_ID and a.state == SUPPRESSED]
    old = draft.alarms.get(FLOOD_ID)
    if not held:
        if old is not None and old.active:
            draft.send(replace(old, active=False, author=""), CLEAR)
        return []
    worst = min(held, key=lambda a: (a.priority, a.consequence_s, a.id))
    text = f"Alarm flood: {len(held)} more alarms held back; the most urgent: {worst.text}"
    now = draft.now_ms
    fresh = replace(old or Alarm(FLOOD_ID, FLOOD, "site", 0, "", -1, NORMAL, worst.priority, False, now, now, now, now, 0.0, text),
                    text=text, seen_ms=now, consequence_s=worst.consequence_s, active=True)
    if old is None or not old.active:
        draft.send(replace(fresh, priority=worst.priority, raised_ms=now, since_ms=now, times=old.times + 1 if old else 1), RAISE)
        return [worst.priority]
    if worst.priority < old.priority:
        draft.send(replace(fresh, priority=worst.priority), ESCALATE)
    else:
        draft.keep(fresh)
    return []


def _bound(draft: Draft) -> int:
    """Keep MOST: first those go that are over, then those that are least urgent."""
    over = len(draft.alarms) - MOST
    if over <= 0:
        return 0
    order = sorted(draft.alarms.values(), key=lambda a: (a.active, a.state in ANNOUNCED, -a.priority, a.changed_ms, a.id))
    for alarm in order[:over]:
        del draft.alarms[alarm.id]
        draft.changes.append(AlarmChange(draft.now_ms, draft.serial, "drop", alarm.state, replace(alarm, state=NORMAL, changed_ms=draft.now_ms)))
        draft.serial += 1
    return over


def sorted_by_id(draft: Draft) -> list[Alarm]:
    return [draft.alarms[id] for id in sorted(draft.alarms)]
