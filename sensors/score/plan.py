"""What a seed decides: the day, the plant's fault, its place, time and size."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from config.classes import CLASSES
from config.site import Site
from sensors.faults import Fault
from sensors.fitted import Fitted, drawn
from sensors.noise import stream
from sensors.score.kinds import FAULTS, Drawn
from sensors.truth.settings import Settings

FIRST_DAY_S, DAYS, DAY_S = 1_735_689_600, 730, 86_400  # a day of 2025 or 2026
HEALTHY_EVERY = 6  # seeds: one in six is a healthy plant
EARLIEST, LATEST = 0.2, 0.3  # of the run: the fault begins when the twin has settled, early enough for slow ones to show
SETTLED_S = 1800.0  # no fault before, in a run that is long enough


@dataclass(frozen=True)
class Plan:
    """One run. `fault` is None in a healthy plant."""

    site: str
    seed: int
    start_ms: int
    hours: float
    step_s: float
    settings: Settings
    fault: Fault | None


def kinds_of(site: Site) -> list[str]:
    """Faults that this site's plant can have, in one order for every seed."""
    return sorted(k for k, how in FAULTS.items() if any(site.count(c) for c in how.classes))


def kind_of_seed(site: Site, seed: int) -> str | None:
    """The fault of a seed: runs through all kinds as seeds go up, one in six healthy."""
    if seed % HEALTHY_EVERY == HEALTHY_EVERY - 1:
        return None
    kinds = kinds_of(site)
    order = stream(0, "order", *kinds).permutation(len(kinds))
    return kinds[order[(seed - seed // HEALTHY_EVERY) % len(kinds)]]


def planned(site: Site, path: str, seed: int, wanted: str | None, hours: float, step_s: float, settings: Settings) -> list[Plan]:
    """The runs of one seed: its own fault, the one asked for, every one ("all") or none."""
    if wanted is not None and wanted not in ("all", "none", *kinds_of(site)):
        raise ValueError(f"fault {wanted!r}: one of all, none, {', '.join(kinds_of(site))}")
    kinds: Sequence[str | None] = {None: [kind_of_seed(site, seed)], "all": kinds_of(site), "none": [None]}.get(wanted, [wanted])
    fitted = drawn(site, seed, settings)
    return [Plan(path, seed, _start_ms(seed, kind), hours, step_s, settings, _fault(site, seed, kind, hours, settings, fitted)) for kind in kinds]


def _start_ms(seed: int, kind: str | None) -> int:
    """Midnight of the run's day, in a month when its fault can show."""
    months = FAULTS[kind].months if kind else range(1, 13)
    days = [t for t in (FIRST_DAY_S + n * DAY_S for n in range(DAYS)) if datetime.fromtimestamp(t, UTC).month in months]
    return 1000 * int(stream(seed, "day").choice(days))


def _fault(site: Site, seed: int, kind: str | None, hours: float, settings: Settings, fitted: Fitted) -> Fault | None:
    if kind is None:
        return None
    rng, how = stream(seed, "plan", kind), FAULTS[kind]
    size = how.size(rng) * (settings.fault_size if how.scales else 1.0)
    start = max(3600.0 * hours * rng.uniform(EARLIEST, LATEST), min(SETTLED_S, 1800.0 * hours))
    return Fault(kind, _target(site, rng, how, fitted), float(start), float(size), start + how.lasts_s)


def _target(site: Site, rng: np.random.Generator, how: Drawn, fitted: Fitted) -> str:
    """A place that has the instruments the fault is seen with."""
    cls, _, rest = str(rng.choice([hit for hit in how.hits if site.count(hit.partition(".")[0])])).partition(".")
    assets = site.assets[cls]
    asset = assets[int(rng.choice(_seen(cls, rest, fitted, len(assets))))]
    part = f"/{_gpu(rng, fitted, asset.row)}" if how.gpu else ""
    return f"{asset.hall}/{asset.cls}/{asset.id}" + (f"/{rest}" if rest else "") + part


def _seen(cls: str, column: str, fitted: Fitted, count: int) -> np.ndarray:
    """Rows with telemetry: a meter in the column, and GPUs that report."""
    rows = np.ones(count, dtype=bool)
    if cls == "rack" and fitted.silent is not None:
        rows &= ~fitted.mute()
    missing = fitted.missing.get(cls)
    for name in filter(None, column.split(",")):
        if missing is not None and name in CLASSES[cls].measured:
            rows &= ~missing[:, CLASSES[cls].column(name)]
    return np.flatnonzero(rows)


def _gpu(rng: np.random.Generator, fitted: Fitted, rack: int) -> int:
    silent = fitted.silent[rack] if fitted.silent is not None else np.zeros(1, dtype=bool)
    return int(rng.choice(np.flatnonzero(~silent)))
