"""Readings of a steady Valence for tests of the fold."""
from __future__ import annotations

from functools import cache

import numpy as np

from config.classes import CLASSES
from config.load import load_site
from config.site import Site
from twin.engine import Twin, advance, start
from twin.events import GOOD, Effect, Emit, Event, Reading, Snapshot

T0 = 1_700_000_000_000


@cache
def site() -> Site:
    return load_site("valence")


@cache
def fresh() -> Twin:
    return start(site())


def run(events: list[Event], twin: Twin | None = None) -> tuple[Twin, list[Effect]]:
    twin, out = twin or fresh(), []
    for event in events:
        twin, effects = advance(site(), twin, event)
        out += effects
    return twin, out


def snapshots(effects: list[Effect]) -> list[Snapshot]:
    return [e.snapshot for e in effects if isinstance(e, Emit)]


def reading(cls: str, row: int, second: float, seq: int | None = None, q: int = GOOD, **columns: float) -> Reading:
    """A reading at `second` after T0; columns by name in SI, the rest missing."""
    spec = CLASSES[cls]
    values = np.full(len(spec.measured), np.nan)
    for name, value in columns.items():
        values[spec.column(name)] = value
    return Reading(T0 + round(second * 1000), cls, row, round(second) if seq is None else seq, q, values)


def loop(second: float, **columns: float) -> Reading:
    return reading("loop", 0, second, **({"supply_c": 38.0, "return_c": 48.0} | columns))


def steady(seconds: int, rng: np.random.Generator) -> list[Event]:
    """Loop and CDU readings each second with jitter below the step."""
    out: list[Event] = []
    for s in range(seconds):
        out.append(loop(s + rng.uniform(0, 0.9), supply_c=38.0 + rng.normal(0, 0.1)))
        out += [reading("cdu", row, s + rng.uniform(0, 0.9), seq=s, tcs_supply_c=42.0 + rng.normal(0, 0.1), tcs_return_c=50.0)
                for row in range(6)]
    return out
