"""From tracks to findings: names by course, symptoms of an explained cause left out, a sentence for the operator."""
from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from config.quantities import QUANTITIES
from twin.estimate.catalogue import CATALOGUE
from twin.estimate.catalogue.entry import CREEP, STEP, Entry
from twin.estimate.findings import Finding, Place
from twin.estimate.health.alone import DROPOUT, KINDS, NOISE
from twin.estimate.health.facts import Facts
from twin.estimate.health.flat import Flat
from twin.estimate.health.tracks import Key, Track
from twin.estimate.health.view import View

Array = np.ndarray
KEEPS = ("sensor_spike", "sensor_dropout")  # single values are good or absent: the gate and the gaps see to them
RELATIVE = ("lpm", "kw", "v")
COMMON = 0.5  # the same at more than this share of alike assets is not theirs
FEW = 4
BEFORE_MS = 600_000  # a symptom may be noticed this long before its cause


def blamed(flat: Flat, tracks: Mapping[Key, Track]) -> Array:
    """Sensors [N] not to be assimilated."""
    out = np.zeros(flat.size, dtype=bool)
    for t in tracks.values():
        if t.raised and t.last.name not in KEEPS:
            for _, p in ((t.last.name, t.last.place), *t.last.rivals):
                if p.column:
                    out[flat.index(p.cls, p.row, p.column)] = True
    return out


def named(name: str, place: Place, gradual: bool) -> str:
    """An offset is a drift, a bias, or on meters that err in proportion a gain."""
    if name != "offset":
        return name
    if gradual:
        return "sensor_drift"
    return "sensor_gain" if place.column.rsplit("_", 1)[1] in RELATIVE else "sensor_bias"


def suspects(t: Track) -> tuple[tuple[str, Place], ...]:
    """All explanations that the data leave, those that came the way this one did first; one place and name once."""
    all_ = [(t.last.name, t.last.place), *t.last.rivals]
    fitting = [(n, p) for n, p in all_ if n not in CATALOGUE or CATALOGUE[n].pace in ("any", CREEP if t.gradual else STEP)]
    out: dict[tuple[str, Place], None] = {}
    for n, p in fitting or all_:
        out[named(n, p, t.gradual), p] = None
    if t.last.name == "offset" and not t.gradual:
        for other in ("sensor_bias", "sensor_gain"):
            out[other, t.last.place] = None
    return tuple(out)


def report(facts: Facts, tracks: Mapping[Key, Track], view: View, now_ms: int) -> tuple[Finding, ...]:
    """Findings, the gravest evidence first."""
    raised = sorted((t for t in tracks.values() if t.raised), key=lambda t: (-t.last.evidence, t.last.name, t.last.place))
    kept = _common(facts, _one_per_sensor(_explained(facts, raised)))
    return tuple(_finding(t, view, now_ms) for t in kept)


def _one_per_sensor(tracks: Iterable[Track]) -> list[Track]:
    """A sensor that gave itself away (stuck, noisy, ...) needs no second name; nor does one in a wrong unit or under another's name."""
    tracks = list(tracks)
    own = {t.last.place for t in tracks if t.last.name in KINDS}
    gaps = {t.last.place for t in tracks if t.last.name == DROPOUT}
    exact = {t.last.place for t in tracks if t.last.name == "sensor_unit"} - own
    swapped = {(t.last.place.cls, t.last.place.row) for t in tracks if t.last.name == "sensor_swapped"}

    def said(t: Track) -> bool:
        p = t.last.place
        if t.last.name in KINDS:
            return t.last.name == NOISE and p in gaps
        return p in own or (p in exact or (p.cls, p.row) in swapped) and t.last.name == "offset"
    return [t for t in tracks if not said(t)]


def parents(facts: Facts, p: Place) -> tuple[tuple[str, int], ...]:
    """The assets that a place hangs on, itself included."""
    w = facts.p.wiring
    if p.cls == "rack":
        cdu = int(w.rack_cdu[p.row])
        return ("rack", p.row), ("cdu", cdu), ("loop", int(w.cdu_loop[cdu]))
    if p.cls == "cdu":
        return ("cdu", p.row), ("loop", int(w.cdu_loop[p.row]))
    if p.cls in facts.loop_of:
        return (p.cls, p.row), ("loop", int(facts.loop_of[p.cls][p.row]))
    return ((p.cls, p.row),)


def _explained(facts: Facts, tracks: list[Track]) -> list[Track]:
    causes = [(t, CATALOGUE[t.last.name]) for t in tracks if t.last.name in CATALOGUE and CATALOGUE[t.last.name].explains]
    below = {(name, *parent) for t in tracks if not t.last.place.column for parent in parents(facts, t.last.place)[1:] for name in _mirrors(t.last.name)}
    return [t for t in tracks if (t.last.place.column or (t.last.name, t.last.place.cls, t.last.place.row) not in below) and not any(_covers(facts, c, e, t) for c, e in causes)]


def _mirrors(name: str) -> tuple[str, ...]:
    """Names that this fault has when seen from the asset above."""
    return (name, *CATALOGUE[name].mirrors) if name in CATALOGUE else (name,)


def _stands(t: Track) -> bool:
    return t.last.name in CATALOGUE and CATALOGUE[t.last.name].stands


def _covers(facts: Facts, cause: Track, entry: Entry, t: Track) -> bool:
    if t is cause or _stands(t) or t.last.place.cls not in entry.explains or t.since_ms < cause.since_ms - BEFORE_MS:
        return False
    if t.last.name in CATALOGUE and CATALOGUE[t.last.name].explains and t.last.place.cls == cause.last.place.cls and t.last.evidence > cause.last.evidence:
        return False
    place = cause.last.place
    root = (place.cls, place.row) if place.cls in ("rack", "cdu", "feed") else ("loop", int(facts.loop_of[place.cls][place.row]))
    return place.cls == "feed" or root in parents(facts, t.last.place)


def _common(facts: Facts, tracks: list[Track]) -> list[Track]:
    """The same explanation at most of the alike assets at once has a cause above them."""
    counts: dict[tuple[str, str, str], int] = {}
    for t in tracks:
        key = (t.last.name, t.last.place.cls, t.last.place.column)
        counts[key] = counts.get(key, 0) + 1

    def own(t: Track) -> bool:
        rows = facts.rows[t.last.place.cls]
        return rows <= FEW or counts[t.last.name, t.last.place.cls, t.last.place.column] <= COMMON * rows
    return [t for t in tracks if own(t)]


def shown(column: str, size: float) -> str:
    """A size with its unit."""
    q = QUANTITIES[column]
    unit = "K" if q.unit == "degC" else q.unit
    return f"{size / q.factor:+.3g} {unit}"


def _finding(t: Track, view: View, now_ms: int) -> Finding:
    found = suspects(t)
    name, place = found[0]
    entry = CATALOGUE[name]
    size = float(-np.expm1(-t.last.size)) if entry.share else t.last.size
    std = t.last.std * (1.0 - size) if entry.share else t.last.std
    grown = max((now_ms - t.since_ms) / 1000.0, 1.0)
    text = entry.sentence.format(place=_where(view.facts, place), size=_size(entry, place, size), column=place.column)
    return Finding(name, place, t.since_ms, size, std, t.last.evidence, float(entry.consequence(view, place, size, grown)), text, found)


def _where(facts: Facts, p: Place) -> str:
    return facts.ids[p.cls][p.row] + (f" GPU {p.part}" if p.part >= 0 else "")


def _size(entry: Entry, place: Place, size: float) -> str:
    if entry.sensor and entry.unit == "column":
        return shown(place.column, size)
    if entry.share or entry.unit == "share":
        return f"{100.0 * size:.0f} %"
    if entry.unit == "s":
        return f"{abs(size):.3g} s {'ahead' if size < 0.0 else 'behind'}"
    return f"{size:.3g} {entry.unit}"

