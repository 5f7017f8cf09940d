"""A run of a study, in words and numbers: what each axis changes."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twin.sweep.study import Run, Scalar
from twin.whatif.question import Question, asked, plain, spelled

PLACES = ("site", "load", "outdoor_c", "wet_bulb_c", "words")
ASKED = ("horizon_s", "step_s", "members", "seed")
HOW = f"{', '.join(PLACES + ASKED)}, site.KEY, equipment.SHEET.KEY or perturbations.NUMBER.FIELD"


@dataclass(frozen=True, slots=True)
class Case:
    """One run. `changes` are keys of the site, `sheets` keys of datasheets, with their values."""

    site: str
    changes: tuple[tuple[str, Scalar], ...]
    sheets: tuple[tuple[str, str, Scalar], ...]
    load: float | None
    dry_bulb: float | None
    wet_bulb: float | None
    question: Question


def case(run: Run, settings: Mapping[str, Scalar]) -> Case:
    """The run with these settings of the axes. Raises Refused where its question cannot be asked, ValueError where a value is no such thing."""
    place = {name: settings.get(name, getattr(run, name)) for name in PLACES}
    changes = tuple((k.removeprefix("site."), v) for k, v in settings.items() if k.startswith("site."))
    sheets = tuple((*k.split(".")[1:], v) for k, v in settings.items() if k.startswith("equipment."))
    Run.model_validate({"site": place["site"], **{k: place[k] for k in PLACES[1:]}})
    return Case(place["site"], changes, sheets, place["load"], place["outdoor_c"], place["wet_bulb_c"], question(run, settings, place["words"]))


def question(run: Run, settings: Mapping[str, Scalar], words: str) -> Question:
    """What is asked in a run. Raises Refused."""
    typed = plain(Question(perturbations=spelled(words)))["perturbations"]
    base: dict[str, Any] = {name: settings.get(name, getattr(run, name)) for name in ASKED}
    return asked(base | {"perturbations": [*perturbations(run.perturbations, settings), *typed]})


def perturbations(parts: list[Any], settings: Mapping[str, Scalar]) -> list[dict[str, Any]]:
    """The written perturbations with the fields that are varied."""
    out = [dict(p) for p in parts]
    for key, value in settings.items():
        if key.startswith("perturbations."):
            _, number, field = key.split(".")
            out[int(number)][field] = value
    return out


def fault(name: str, parts: int) -> str | None:
    """Why nothing is called so, or None. `parts` perturbations are written."""
    head, _, rest = name.partition(".")
    if name in PLACES + ASKED or (head == "site" and rest):
        return None
    words = rest.split(".")
    if head == "equipment" and len(words) == 2 and all(words):
        return None
    if head == "perturbations" and len(words) == 2 and words[0].isdecimal():
        return None if int(words[0]) < parts else f"there are {parts} perturbations, counted from 0"
    return f"nothing is called so: vary {HOW}"
