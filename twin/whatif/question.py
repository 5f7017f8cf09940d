"""What is asked: perturbations, how far to look, how sure to be. Typed words, mappings and files all become one `Question`."""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, ValidationError, field_validator

from twin.whatif.moments import when
from twin.whatif.perturbation import Perturbation
from twin.whatif.perturbations import KINDS
from twin.whatif.refusal import Refused
from twin.whatif.span import seconds

MOST_PERTURBATIONS = 20
TIMES = {"start": "start_s", "for": "duration_s", "ramp": "ramp_s"}


class Question(BaseModel):
    """A future that may happen, beside the same future without it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    title: Annotated[str, Field(max_length=120)] = ""
    asks: Annotated[str, Field(max_length=400, description="the operator's question")] = ""
    perturbations: Annotated[tuple[SerializeAsAny[Perturbation], ...], Field(max_length=MOST_PERTURBATIONS)] = ()
    horizon_s: Annotated[float, Field(gt=0, le=366 * 86400, description="how far to look")] = 3600.0
    step_s: Annotated[float, Field(ge=0.1, le=60, description="s of one step")] = 1.0
    members: Annotated[int | None, Field(ge=0, le=10_000, description="of the ensemble that gives the bands; 0: no bands; left out: 24 where they take little")] = None
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    at: Annotated[int | None, Field(ge=0, le=2**53, description="event time to begin at, epoch ms or 2026-11-24T10:00Z; now when left out")] = None

    @field_validator("at", mode="before")
    @classmethod
    def _at(cls, value: Any) -> Any:
        return when(value)

    @field_validator("horizon_s", mode="before")
    @classmethod
    def _time(cls, value: Any) -> Any:
        return seconds(value)

    @field_validator("perturbations", mode="before")
    @classmethod
    def _kinds(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple) or len(value) > MOST_PERTURBATIONS:
            return value
        return tuple(v if isinstance(v, Perturbation) else perturbation(v) for v in value)


def perturbation(value: Any) -> Perturbation:
    """A perturbation from a mapping with its `kind`. Raises ValidationError or ValueError."""
    kind = value.get("kind") if isinstance(value, Mapping) else value
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"unknown kind {str(kind)[:40]!r}: one of {', '.join(sorted(KINDS))}")
    return KINDS[kind].model_validate({k: v for k, v in value.items() if k != "kind"})


def kind_of(p: Perturbation) -> str:
    return next(name for name, kind in KINDS.items() if kind is type(p))


def plain(q: Question) -> dict[str, Any]:
    """The question as it would be sent: only what differs from the defaults."""
    out = q.model_dump(exclude_defaults=True, exclude={"perturbations"})
    return out | {"perturbations": [{"kind": kind_of(p), **p.model_dump(exclude_defaults=True)} for p in q.perturbations]}


def asked(value: Mapping[str, Any]) -> Question:
    """A question from a mapping. Raises Refused naming the first field at fault."""
    try:
        for i, p in enumerate(value.get("perturbations") or ()):
            _checked(f"perturbations.{i}", p)
        return Question.model_validate(dict(value))
    except ValidationError as error:
        raise _refusal(error, "") from None


def _checked(where: str, value: Any) -> Perturbation:
    try:
        return value if isinstance(value, Perturbation) else perturbation(value)
    except ValidationError as error:
        raise _refusal(error, where) from None
    except ValueError as error:
        raise Refused(where, str(error)) from None


def _refusal(error: ValidationError, where: str) -> Refused:
    first = error.errors(include_url=False)[0]
    path = ".".join([*filter(None, [where]), *map(str, first["loc"])])
    return Refused(path, first["msg"].removeprefix("Value error, ").replace("Input should", "must"))


def spelled(text: str) -> tuple[Perturbation, ...]:
    """Perturbations from words: `pump-trip cdu-03 + heat-wave peak_c=41 start=10min for=2h`. Raises Refused."""
    if len(text) > 4000:
        raise Refused("question", f"{len(text)} characters: at most 4000")
    return tuple(_spelled(part.split()) for part in re.split(r"\s\+\s|;", text) if part.strip())


def _spelled(words: list[str]) -> Perturbation:
    kind, *rest = words
    if kind not in KINDS:
        raise Refused("kind", f"unknown kind {kind[:40]!r}: one of {', '.join(sorted(KINDS))}")
    fields: dict[str, Any] = {}
    places = iter(KINDS[kind].words)
    for word in rest:
        name, eq, value = word.partition("=")
        name = TIMES.get(name, name) if eq else next(places, "")
        if not name:
            raise Refused(kind, f"what is {word[:40]!r}? Say it as name=value: {', '.join(KINDS[kind].model_fields)}")
        fields[name] = _plain(value if eq else word)
    return _checked(kind, {"kind": kind, **fields})


def _plain(text: str) -> Any:
    """Numbers as numbers; a percentage as its share."""
    try:
        return float(text[:-1]) / 100.0 if text.endswith("%") else int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)
    except ValueError:
        return text
