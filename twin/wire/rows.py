"""What effects leave in a time series: raw readings, snapshots, and the windows they complete, lane by lane."""
from __future__ import annotations

from collections.abc import Iterable

from config.site import Site
from twin.events import ACTUAL, AlarmChange, Effect, Emit, Reading, Record, Score, Snapshot
from twin.wire.alarms import alarm_line
from twin.wire.lines import reading_lines, snapshot_lines
from twin.wire.rollup import Rollup, Window, window_lines
from twin.wire.scores import score_line

Item = Reading | Snapshot


def items(effects: Iterable[Effect]) -> list[Item]:
    """Readings and snapshots among effects, in order."""
    return [e.reading if isinstance(e, Record) else e.snapshot for e in effects if isinstance(e, Record | Emit)]


def changes(effects: Iterable[Effect]) -> list[AlarmChange]:
    """Changes of alarms among effects, in order."""
    return [e for e in effects if isinstance(e, AlarmChange)]


def change_lines(site: Site, effects: Iterable[Effect]) -> list[bytes]:
    """Line protocol of the changes of alarms and the scores of forecasts among effects."""
    return [alarm_line(site, e) if isinstance(e, AlarmChange) else score_line(site, e) for e in effects if isinstance(e, AlarmChange | Score)]


class Lanes:
    """A rollup for each lane; its watermark is the newest row minus the site's lateness and one step."""

    def __init__(self, site: Site):
        self.site = site
        self._wait_ms = int(1000 * (site.model.lateness_s + site.model.step_s))
        self._rollups: dict[str, tuple[Rollup, int]] = {}

    def add(self, lane: str, found: list[Item]) -> list[Window]:
        """Take rows in; returns the windows that are complete by them. Forecasts and what-ifs lie ahead of any watermark and have no windows."""
        found = [i for i in found if not isinstance(i, Snapshot) or i.scenario == ACTUAL]
        if not found:
            return []
        rollup, newest = self._rollups.get(lane) or (Rollup(self.site), found[0].ts_ms)
        newest = max(newest, *(i.ts_ms for i in found)) if len(found) > 1 else max(newest, found[0].ts_ms)
        self._rollups[lane] = rollup, newest
        rollup.add(found)
        return rollup.close(newest - self._wait_ms)

    def finish(self, lane: str) -> list[Window]:
        """The open windows of a lane that has ended, complete or not: their `n` tells."""
        rollup, newest = self._rollups.pop(lane, (None, 0))
        return rollup.close(newest + 2 * 3_600_000) if rollup else []

    def finish_all(self) -> list[Window]:
        return [w for lane in list(self._rollups) for w in self.finish(lane)]

    @property
    def late(self) -> int:
        return sum(r.late for r, _ in self._rollups.values())


def encode(site: Site, found: Iterable[Item], windows: Iterable[Window], gpus: bool = True) -> list[bytes]:
    """Line protocol of rows and windows; `gpus` tells whether a rack's single GPUs are written."""
    lines: list[bytes] = []
    for item in found:
        if isinstance(item, Snapshot):
            kept = snapshot_lines(site, item)
            lines += kept if gpus else [line for line in kept if not line.startswith(b"gpu,")]
        elif gpus or item.cls != "gpu":
            lines += reading_lines(site, item)
    for window in windows:
        lines += window_lines(site, window)
    return lines
