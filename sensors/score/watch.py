"""Findings against the fault that was there: when found, how named, and what was cried for nothing."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from config.classes import CLASSES
from config.site import Site
from sensors.faults import Fault
from sensors.faults.target import resolve
from sensors.score.kinds import FAULTS
from twin.estimate.findings import Finding, Place
from twin.events import Alarm

ASIDE_MS = 600_000  # a finding that comes back within ten minutes is the same one
Key = tuple[str, Place]


@dataclass(frozen=True)
class Where:
    """The fault's asset, its sensors or GPU, and every asset that hangs on it or carries it."""

    cls: str
    row: int
    columns: tuple[str, ...]
    part: int
    related: frozenset[tuple[str, int]]

    @classmethod
    def of(cls, site: Site, fault: Fault) -> Where:
        asset_cls, row, rest = resolve(site, fault.target)
        columns = tuple(c for c in rest.split(",") if c in CLASSES[asset_cls].measured)
        part = int(rest) if rest.isdigit() else -1
        return cls(asset_cls, row, columns, part, _related(site, asset_cls, row))

    def same(self, place: Place) -> bool:
        """Whether `place` is the fault's asset; for one sensor or one GPU, that one."""
        if (place.cls, place.row) != (self.cls, self.row):
            return False
        if self.part >= 0 and place.part >= 0 and place.part != self.part:
            return False
        return not (self.columns and place.column) or place.column in self.columns


def _related(site: Site, cls: str, row: int) -> frozenset[tuple[str, int]]:
    """Ancestors and descendants of an asset; a machine of the plant room reaches all of its loop, a feed everything on it."""
    here = site.assets[cls][row]
    if cls in ("feed", "ups", "genset"):
        return frozenset((c, a.row) for c, assets in site.assets.items() for a in assets if set(here.feeds) & set(a.feeds) or c in ("site", "loop"))
    top = here.parent if here.parent and here.parent[0] == "loop" and cls not in ("cdu", "rack") else (cls, row)
    found = {top, (cls, row)}
    for assets in (site.assets["cdu"], *(site.assets[c] for c in ("rack", "pump", "tank", "cooler", "tower", "heatpump", "district"))):
        found |= {(a.cls, a.row) for a in assets if a.parent in found}
    up = here.parent
    while up:
        found.add(up)
        up = site.assets[up[0]][up[1]].parent
    return frozenset(found)


def never(alarm: Alarm) -> bool:
    """No limit is passed."""
    return False


OURS, CAUSED, STRAY = "ours", "caused", "stray"


@dataclass
class Watch:
    """Follows the findings and alarms of one run. Times are event ms; None where it never came."""

    where: Where | None
    names: tuple[str, ...]
    begins_ms: float
    ends_ms: float
    detected_ms: int | None = None
    named_ms: int | None = None
    suspected_ms: int | None = None
    alarmed_ms: int | None = None
    false: list[str] = field(default_factory=list)  # findings
    secondary: list[str] = field(default_factory=list)
    false_alarms: list[str] = field(default_factory=list)
    more_alarms: list[str] = field(default_factory=list)  # beside the first one of the fault, or of a limit truly passed
    last: dict[Key, int] = field(default_factory=dict)

    @classmethod
    def of(cls, site: Site, fault: Fault | None, start_ms: int) -> Watch:
        if fault is None:
            return cls(None, (), float("inf"), float("inf"))
        return cls(Where.of(site, fault), FAULTS[fault.kind].names, start_ms + 1000 * fault.start_s, start_ms + 1000 * fault.stop_s)

    def see(self, now_ms: int, findings: Iterable[Finding]) -> None:
        """The findings present at `now_ms`."""
        for finding in findings:
            key = (finding.fault, finding.place)
            new = now_ms - self.last.get(key, -ASIDE_MS) >= ASIDE_MS
            self.last[key] = now_ms
            suspects = finding.suspects or ((finding.fault, finding.place),)
            kind = self._kind(now_ms, tuple(place for _, place in suspects))
            if kind == OURS:
                self._found(now_ms, finding, suspects)
            elif new:
                (self.secondary if kind == CAUSED else self.false).append(_text(now_ms, finding.fault, finding.place))

    def hear(self, now_ms: int, alarms: Iterable[Alarm], real: Callable[[Alarm], bool] = never) -> None:
        """Alarms announced at `now_ms`; `real` tells whether the limit one is about is passed in the plant."""
        for alarm in alarms:
            place = Place(alarm.cls, alarm.row, alarm.column, alarm.part)
            kind = self._kind(now_ms, (place,))
            if kind == OURS and self.alarmed_ms is None:
                self.alarmed_ms = now_ms
            else:
                nothing = kind == STRAY and not real(alarm)
                (self.false_alarms if nothing else self.more_alarms).append(_text(now_ms, alarm.fault, place))

    def _kind(self, now_ms: int, places: tuple[Place, ...]) -> str:
        """Whether something said of `places` is about the fault, about what it touches, or about nothing."""
        if self.where is None or now_ms < self.begins_ms:
            return STRAY
        if any(self.where.same(place) for place in places):
            return OURS
        return CAUSED if (places[0].cls, places[0].row) in self.where.related else STRAY

    def _found(self, now_ms: int, finding: Finding, suspects: tuple[tuple[str, Place], ...]) -> None:
        self.detected_ms = self.detected_ms or now_ms
        if finding.fault in self.names and self.where.same(finding.place):
            self.named_ms = self.named_ms or now_ms
        if any(name in self.names and self.where.same(place) for name, place in suspects):
            self.suspected_ms = self.suspected_ms or now_ms


def _text(now_ms: int, fault: str, place: Place) -> str:
    return f"{fault} {place.cls}[{place.row}]{'.' + place.column if place.column else ''} at {now_ms}"
