"""From departures to candidates: for each asset the explanations that its channels ask for, the strongest first."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from twin.estimate.catalogue.entry import Entry
from twin.estimate.findings import Place
from twin.estimate.health import hypotheses as hyp
from twin.estimate.health.baseline import Departure
from twin.estimate.health.facts import Facts
from twin.estimate.health.scene import Group, Sensor
from twin.estimate.health.tracks import BEGIN, BELIEVE, Candidate

Array = np.ndarray
FREE_SIZE = (hyp.OFFSET, hyp.PLANT)
PERSIST = 6  # minutes: averages over five of them are a new witness after as long; what must fit in height as well needs none
MOST = 4  # explanations of one asset at a time
NEXT = 0.15  # a further one must hold this share of the first one's evidence: no shadow of a misfit
EXACT = 0.5  # of an offset's evidence, for the same sensor in another unit to be named instead
APART = 3.0  # evidence by which the best must lead to be named alone
ORDER = {hyp.PLANT: 0, hyp.SWAP: 1, hyp.FAHRENHEIT: 1, hyp.PSI: 1, hyp.OFFSET: 2}  # of what cannot be told apart: the plant cannot wait; no free size is simpler
LEAST = {"c": 0.25, "lpm": 0.02, "kpa": 0.02, "pct": 0.015, "kw": 0.02, "v": 0.02, "hz": 0.05}  # K, share, share of stroke, Hz: smaller errors are tolerance
RELATIVE = ("lpm", "kpa", "kw", "v")


def owner(facts: Facts, group: Group, row: int, sensor: Sensor) -> Place:
    """Where a sensor of a group's row stands: groups of a hall read assets of other classes."""
    cls, column = sensor
    if cls == group.cls or cls not in facts.loop_of or group.cls != "loop":
        return Place(cls, row, column)
    return Place(cls, int(np.flatnonzero(facts.loop_of[cls] == row)[0]), column)


def name_of(h: hyp.Hypothesis) -> str:
    """Name of the explanation as tracked; an offset is named by its course later."""
    return h.fault or {hyp.OFFSET: "offset", hyp.FAHRENHEIT: "sensor_unit", hyp.PSI: "sensor_unit", hyp.SWAP: "sensor_swapped"}[h.kind]


def candidates(facts: Facts, group: Group, found: Sequence[hyp.Hypothesis], shift: Array, away: Departure, seen: Mapping[Sensor, Array],
               catalogue: Mapping[str, Entry]) -> list[Candidate]:
    """Explanations of every row of a group, [rows, K] departures; rows that are well cost one comparison."""
    loud = ((away.quick**2 / away.quick_var).max(-1) > 2 * BEGIN) | ((away.slow**2 / away.slow_var).max(-1) > 2 * BEGIN)
    rows = np.flatnonzero(loud)
    out: list[Candidate] = []
    for row in rows:
        part = away.each(lambda x, row=row: x[row:row + 1].copy())
        out += _row(facts, group, found, shift[:, row:row + 1], part, {s: v[row] for s, v in seen.items()}, catalogue, int(row))
    return out


def _row(facts: Facts, group: Group, found: Sequence[hyp.Hypothesis], shift: Array, away: Departure, seen: Mapping[Sensor, float],
         catalogue: Mapping[str, Entry], row: int) -> list[Candidate]:
    out: list[Candidate] = []
    first, used = 0.0, set()
    for _ in range(MOST):
        f = hyp.both(shift, found, away)
        evidence = np.where(np.isin(np.arange(len(found)), list(used)), 0.0, f.evidence[:, 0])
        best = int(evidence.argmax())
        if evidence[best] < max(BEGIN, NEXT * first):
            break
        first = first or float(evidence[best])
        used.add(best)
        near = [int(h) for h in np.argsort(-evidence, kind="stable") if evidence[h] > max(evidence[best] - APART, 0.6 * BEGIN)]
        near += [h for h in _exact(found, best, evidence) if h not in near]
        best, *rivals = sorted(near, key=lambda h: ORDER[found[h].kind])
        small = not worth(found[best], f.size[best, 0], seen, catalogue)
        out.append(_candidate(facts, group, found, f, best, rivals, row, small))
        explained = f.size[best, 0] * np.nan_to_num(shift[best])
        away = away.without(np.abs(explained) > 0)
    return out


def _exact(found: Sequence[hyp.Hypothesis], best: int, evidence: Array) -> list[int]:
    """Wrong units of the sensor whose offset fits best: a map without a free number that explains most of it is no chance."""
    if found[best].kind != hyp.OFFSET:
        return []
    return [h for h, x in enumerate(found) if x.kind in (hyp.FAHRENHEIT, hyp.PSI) and x.sensors == found[best].sensors
            and evidence[h] > max(EXACT * evidence[best], BELIEVE)]


def _candidate(facts: Facts, group: Group, found: Sequence[hyp.Hypothesis], f: hyp.Fit, best: int, rivals: list[int], row: int,
               small: bool) -> Candidate:
    def at(h: int) -> tuple[str, Place]:
        x = found[h]
        return name_of(x), owner(facts, group, row, x.sensors[0]) if x.sensors else Place(_home(x, group), _home_row(facts, x, group, row))

    name, place = at(best)
    evidence = min(float(f.evidence[best, 0]), 0.99 * BELIEVE) if small else float(f.evidence[best, 0])  # watched, not told
    return Candidate(name, place, float(f.size[best, 0]), float(f.std[best, 0]), evidence, tuple(at(h) for h in rivals), persist=PERSIST if found[best].kind in FREE_SIZE else 3,
                     off_ms=1_800_000, slow=bool(f.slow[best, 0]))


def _home(h: hyp.Hypothesis, group: Group) -> str:
    from twin.estimate.catalogue import CATALOGUE
    return CATALOGUE[h.fault].cls


def _home_row(facts: Facts, h: hyp.Hypothesis, group: Group, row: int) -> int:
    cls = _home(h, group)
    if group.cls != "loop" or cls == "loop":
        return row
    found = np.flatnonzero(facts.loop_of[cls] == row)
    return int(found[0]) if len(found) else row


def worth(h: hyp.Hypothesis, size: float, seen: Mapping[Sensor, float], catalogue: Mapping[str, Entry]) -> bool:
    """Whether an explanation of this size is worth telling: above tolerance, and for a wrong unit or a swap always."""
    if h.kind == hyp.PLANT:
        entry = catalogue[h.fault]
        return size >= (-np.log1p(-entry.least) if entry.share else entry.least)
    if h.kind != hyp.OFFSET:
        return True
    unit = h.sensors[0][1].rsplit("_", 1)[1]
    scale = abs(seen[h.sensors[0]]) if unit in RELATIVE else 1.0
    return abs(size) >= LEAST.get(unit, 0.0) * (scale if np.isfinite(scale) else np.inf)
