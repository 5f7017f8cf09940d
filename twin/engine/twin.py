"""The twin as a value: what it believes, what it waits for, what it has counted."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from config.site import Site
from twin.alarms.state import NO_ALARMS, Alarms
from twin.engine.compiled_follow import Follow
from twin.engine.compiled_moment import Layout
from twin.engine.follow import following
from twin.engine.latest import Latest, nothing
from twin.engine.model import Model, compile_site
from twin.engine.moment import layout
from twin.estimate import slow
from twin.estimate.belief import Belief, doubtful
from twin.estimate.findings import Finding
from twin.estimate.health.monitor import Health, begin
from twin.estimate.sheet import Sheet
from twin.events import UNSEEN, Reading, Snapshot
from twin.plant.live import template
from twin.plant.operate import settle
from twin.plant.types import Inputs

Key = tuple[int, str, int, int]  # ts_ms, class, row, seq


@dataclass(frozen=True, slots=True)
class Waiting:
    """Readings behind the watermark in the order of arrival: those that came last, and all before them. Taking in costs the same at any length."""

    readings: Sequence[Reading]
    before: Waiting | None


@dataclass(frozen=True, slots=True)
class Counts:
    duplicate: int = 0
    late: int = 0
    steps: int = 0
    skipped_ms: int = 0  # silence crossed in longer steps


@dataclass(frozen=True, slots=True)
class Twin:
    """Everything the fold carries from event to event."""

    model: Model
    belief: Belief
    follow: Follow  # the designed plant fills what no sensor reports
    layout: Layout  # where columns are shown
    designed: Inputs
    latest: Latest
    quality: Sheet
    health: Health
    waiting: Waiting | None = None
    newest_ms: int = -1  # newest event time heard of
    oldest_ms: int = -1  # oldest event time heard of before the first step
    next_ms: int = -1  # end of the next step; -1 before the first reading
    released: tuple[frozenset[Key], ...] = ()  # recent steps' readings, to tell late ones from repeated ones
    answered: Mapping[str, object] | None = None
    gateways: Mapping[str, bool] | None = None
    counts: Counts = Counts()
    snapshot: Snapshot | None = None
    alarms: Alarms = NO_ALARMS
    inputs: Inputs | None = None  # of the last step
    nis: Mapping[str, np.ndarray] | None = None  # squared normalised innovations of the last step, by block
    watched: bool = True  # whether faults are looked for and alarms raised

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Faults held present."""
        return self.health.findings


def start(site: Site, watched: bool = True) -> Twin:
    """A twin of a site before its first event: the designed plant at average load in mean weather, widely doubted.

    One that is not `watched` looks for no faults: for pasts that nobody can act upon.
    """
    model = compile_site(site)
    d = model.design
    state, designed = settle(model.parameters, d, d.average_load, d.mean_outdoor, d.mean_outdoor - 3.0)
    latest = nothing(model)
    quality = model.measured.full(UNSEEN, np.uint8)
    belief = doubtful(model.parameters, state, slow.new(model.facts, template(model.parameters, state)))
    return Twin(model, belief, following(model, designed), layout(model), designed, latest, quality, begin(model.health), answered={}, gateways={}, watched=watched)
