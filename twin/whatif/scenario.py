"""A scenario file as a question, with every error at its file, line and key."""
from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.errors import ConfigError, Problem
from config.validate import problem, unknown, validate
from config.yaml_lines import Map, Seq
from twin.whatif.perturbations import KINDS
from twin.whatif.question import Question, asked


class Frame(BaseModel):
    """What stands in a scenario beside its perturbations."""

    model_config = ConfigDict(extra="forbid")

    schema_version: Literal[1] = Field(alias="schema")
    title: str = Field(min_length=3, max_length=120)
    asks: str = Field(min_length=3, max_length=400)
    horizon_s: Any = 3600.0
    step_s: float = 1.0
    members: int | None = None
    seed: int = 0
    at: Any = None
    perturbations: list[Any] = Field(min_length=1)


def scenario(tree: Map) -> Question:
    """The question written in a scenario file. Raises ConfigError with every problem."""
    frame, problems = validate(Frame, tree)
    parts = tree.get("perturbations")
    for i, part in enumerate(parts if isinstance(parts, Seq) else []):
        problems += perturbation_problems(tree, ("perturbations", i), part)
    if problems or frame is None:
        raise ConfigError(sorted(dict.fromkeys(problems), key=lambda p: p.line))
    try:
        return asked({k: v for k, v in tree.items() if k != "schema"})
    except ValueError as error:
        field = getattr(error, "field", "")
        raise ConfigError([problem(tree, keys(field), getattr(error, "why", str(error)))]) from None


def keys(field: str) -> tuple[str | int, ...]:
    """The path that a dotted field means: numbers count items of a list."""
    return tuple(int(word) if word.isdecimal() else word for word in field.split(".")) if field else ()


def perturbation_problems(tree: Map, at: tuple[str | int, ...], part: Any) -> list[Problem]:
    """What is wrong with the perturbation that stands at `at` of a file."""
    if not isinstance(part, Map):
        return [problem(tree, at, "a perturbation is a mapping: {kind: pump-trip, cdu: cdu-03}")]
    kind = part.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        return [problem(tree, (*at, "kind"), unknown("kind", str(kind), list(KINDS)))]
    try:
        KINDS[kind].model_validate({k: v for k, v in part.items() if k != "kind"})
    except ValidationError as error:
        return [_told(tree, at, kind, e) for e in error.errors(include_url=False)]
    return []


def _told(tree: Map, at: tuple[str | int, ...], kind: str, error: Any) -> Problem:
    path = at + tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        return problem(tree, path, unknown("key", str(error["loc"][-1]), ["kind", *KINDS[kind].model_fields]))
    if error["type"] == "missing":
        return problem(tree, path, "missing: this key is needed")
    return problem(tree, path, error["msg"].removeprefix("Value error, ").replace("Input should", "must"))
