"""Small studies for tests."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from config.yaml_lines import parse
from twin.sweep.read import planned
from twin.sweep.runners import here
from twin.sweep.study import Planned
from twin.sweep.work import Row, Task, refused

SMALL = """schema: 1
title: A pump trips, sooner or later
asks: How much is left to the GPUs?
run:
  site: valence
  horizon_s: 20s
  step_s: 2
  perturbations:
    - {kind: pump-trip, cdu: first/cdu-03}
vary:
  perturbations.0.count: [1, 2]
  perturbations.0.start_s: {from: 0, to: 10, steps: 6}
"""


def plan(text: str = SMALL, file: str = "study.yaml") -> Planned:
    return planned(parse(text, file))


class Counted:
    """A runner that remembers what it was given; `pretend` answers without running."""

    def __init__(self, pretend: bool = True, stop_after: int | None = None, turned: bool = False):
        self.pretend, self.stop_after, self.turned = pretend, stop_after, turned
        self.ids: list[str] = []

    def __call__(self, tasks: Sequence[Task]) -> Iterator[tuple[str, Row]]:
        for t in reversed(tasks) if self.turned else tasks:
            if self.stop_after is not None and len(self.ids) >= self.stop_after:
                raise KeyboardInterrupt
            self.ids.append(t.id)
            yield from [(t.id, refused(f"pretended {t.id}"))] if self.pretend else here([t])


def ids(out: Path) -> set[str]:
    return {p.stem for p in (out / "runs").glob("*.json")}
