"""One run: a task that any process or machine with this program can do, and the row that comes of it."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from config.site import Site
from twin import kernels
from twin.sweep.case import Case
from twin.sweep.variant import equipped, variant
from twin.whatif.accounts import Account
from twin.whatif.answer import DIGITS, Answer
from twin.whatif.ask import ask
from twin.whatif.ground import Ground, ground
from twin.whatif.question import asked, plain
from twin.whatif.refusal import Refused
from twin.whatif.start import Start, designed

DONE, REFUSED = "done", "refused"
Row = dict[str, Any]
FIRST = {"first": "", "first_asset": "", "first_at_s": None, "first_plus_minus_s": None}


class OtherProgram(Exception):
    """A worker runs other code than the one that asks: its numbers are not to be mixed with ours."""


@dataclass(frozen=True, slots=True)
class Place:
    """A site, known by its content."""

    digest: str
    site: Site = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Task:
    """All that a run needs. `id` is a digest of it, the program included: equal tasks have equal results."""

    id: str
    program: str
    place: Place
    load: float | None
    dry_bulb: float | None
    wet_bulb: float | None
    question: Mapping[str, Any]


def task(c: Case) -> Task:
    """The task of a case. Raises ConfigError or Refused where its site or its weather cannot be."""
    if c.dry_bulb is not None and c.wet_bulb is not None and c.wet_bulb > c.dry_bulb:
        raise Refused("wet_bulb_c", f"a wet bulb of {c.wet_bulb:g} degC above a dry bulb of {c.dry_bulb:g} degC")
    place = placed(equipped(variant(c.site, c.changes), c.sheets))
    asks = plain(c.question)
    content = [program(), place.digest, c.load, c.dry_bulb, c.wet_bulb, asks]
    return Task(sha(json.dumps(content, sort_keys=True)), program(), place, c.load, c.dry_bulb, c.wet_bulb, asks)


def placed(site: Site) -> Place:
    sheets = {name: sheet.model_dump() for name, sheet in sorted(site.sheets.items())}
    factors = sorted([*key, *values] for key, values in site.factors.items())
    return Place(sha(json.dumps([site.model.model_dump(mode="json"), sheets, factors], sort_keys=True)), site)


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@cache
def program() -> str:
    """Digest of the code that makes a result: the plant's, the what-if's and this file's."""
    here = Path(__file__)
    files = sorted((here.parents[1] / "whatif").rglob("*.py"))
    return sha("".join([kernels.digest(here.parents[2]), *(f"\0{f.name}\0{f.read_text()}" for f in [*files, here])]))


@lru_cache(maxsize=4)
def grounded(place: Place) -> Ground:
    return ground(place.site)


@lru_cache(maxsize=8)
def started(place: Place, load: float | None, dry_bulb: float | None, wet_bulb: float | None) -> Start:
    """The designed start; runs that differ in their question alone share it."""
    return designed(grounded(place), load, dry_bulb, wet_bulb)


def work(t: Task) -> Row:
    """The row of a run. A question that cannot be asked there is a result as well. Raises OtherProgram."""
    if t.program != program():
        raise OtherProgram(f"this worker runs the program {program()[:8]}, the study comes from {t.program[:8]}: install the same version on all")
    try:
        start = started(t.place, t.load, t.dry_bulb, t.wet_bulb)
        return row(ask(grounded(t.place), start, asked(t.question)))
    except Refused as error:
        return refused(str(error))


def refused(why: str) -> Row:
    """The row of a run that could not be."""
    none = dict.fromkeys(Account.__dataclass_fields__)
    return ({"status": REFUSED, "why": why, "headline": "", **FIRST, "reached": [], "gpu_margin_k": None, "base_gpu_margin_k": None}
            | none | {f"change_{k}": None for k in none})


def row(a: Answer) -> Row:
    """An answer in a line: the first consequence, margins, sums, and their difference to the same future without the perturbations."""
    first = FIRST if a.first is None else {
        "first": a.first.name, "first_asset": a.first.asset, "first_at_s": a.first.at_s, "first_plus_minus_s": a.plus_minus_s}
    found = {"status": DONE, "why": "", "headline": a.headline, **first, "reached": sorted({r.name for r in a.reached}),
             "gpu_margin_k": a.margin.gpu_k, "base_gpu_margin_k": a.base_margin.gpu_k,
             **asdict(a.account), **{f"change_{k}": v for k, v in asdict(a.difference).items()}}
    return {k: rounded(v) for k, v in found.items()}


def rounded(value: Any) -> Any:
    """As many digits as an answer is sent with; None where there is no finite number."""
    if not isinstance(value, float):
        return value
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
