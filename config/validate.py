"""Pydantic's verdict on a tree of `yaml_lines`, with every error back at its file, line and key."""
from __future__ import annotations

import json
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from config.errors import Problem
from config.yaml_lines import where

M = TypeVar("M", bound=BaseModel)
Path = tuple[str | int, ...]


def problem(tree: Any, path: Path, message: str) -> Problem:
    """A problem with the value at `path`."""
    spot, key = where(tree, path)
    return Problem(spot.file, spot.line, key, message)


def validate(model: type[M], tree: Any, root: Any = None, at: Path = ()) -> tuple[M | None, list[Problem]]:
    """`tree` as a `model`, or its problems. `tree` is the part at `at` of `root` (itself by default).

    JSON mode is the strict one that still takes lists for tuples: no "18" for 18, no true for 1.
    """
    try:
        return model.model_validate_json(json.dumps(tree), strict=True), []
    except ValidationError as error:
        root = tree if root is None else root
        return None, [_translate(model, root, at, e) for e in error.errors(include_url=False)]


def _translate(model: type[BaseModel], root: Any, at: Path, error: Any) -> Problem:
    loc: Path = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        message = unknown("key", str(loc[-1]), keys_at(model, loc[:-1]))
    elif error["type"] == "missing":
        message = "missing: this key is needed"
    else:
        message = error["msg"].replace("Input should", "must") + f", got {_short(error['input'])}"
    return problem(root, at + loc, message)


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def unknown(what: str, name: str, known: list[str]) -> str:
    """`unknown key 'suply_c'; did you mean 'supply_c'? allowed: ...`"""
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"unknown {what} {name[:60]!r}{hint} allowed: {', '.join(sorted(known)) or 'none'}".replace("' allowed", "'; allowed")


def keys_at(model: type[BaseModel], loc: Path) -> list[str]:
    """Keys that the model at `loc` inside `model` knows."""
    for step in loc:
        if isinstance(step, str):
            field = next((f for n, f in model.model_fields.items() if step in (n, f.alias)), None)
            model = _model_in(field.annotation if field else None) or model
    return [f.alias or n for n, f in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in get_args(annotation) if (m := _model_in(a))), None)
