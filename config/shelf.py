"""Where named files are found (beside the user's site file, then in the package) and how a datasheet is read."""
from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from config import equipment
from config.equipment import Frozen
from config.errors import ConfigError, Problem
from config.validate import problem, unknown, validate
from config.yaml_lines import Map, read

PACKAGE = Path(__file__).parent
KINDS: dict[str, type[Frozen]] = {
    get_args(m.model_fields["kind"].annotation)[0]: m for m in get_args(get_args(equipment.Equipment)[0])
}


@dataclass(frozen=True)
class Quote:
    """A number of a datasheet and where it comes from."""

    value: float
    source: str


@dataclass(frozen=True)
class Sheet:
    """A datasheet: its numbers, and the source of each."""

    name: str
    model: Frozen
    quotes: dict[str, Quote] = field(default_factory=dict)


@dataclass(frozen=True)
class Shelf:
    """Folders that hold `equipment/`, `halls/` and `sites/`, nearest first."""

    roots: tuple[Path, ...]

    def find(self, folder: str, name: str) -> Path | None:
        """Path of `folder/name.yaml`; sites may also stand right in a root."""
        if not name.replace("-", "").replace("_", "").replace(".", "").isalnum():
            return None
        places = [r / folder / f"{name}.yaml" for r in self.roots]
        places += [r / f"{name}.yaml" for r in self.roots] if folder == "sites" else []
        return next((p for p in places if p.is_file()), None)

    def names(self, folder: str) -> list[str]:
        return sorted({p.stem for r in self.roots for p in (r / folder).glob("*.yaml")})


def shelf_for(path: Path) -> Shelf:
    """The shelf of a site file: its own folder, the one above when it stands in `sites/`, the package."""
    beside = path.resolve().parent
    roots = [beside, *([beside.parent] if beside.name == "sites" else []), PACKAGE]
    return Shelf(tuple(dict.fromkeys(roots)))


@lru_cache(maxsize=256)
def _read_sheet(path: Path, _changed_ns: int) -> Sheet:
    tree = read(path)
    model = KINDS.get(tree.get("kind")) if isinstance(tree.get("kind"), str) else None
    if model is None:
        raise ConfigError([problem(tree, ("kind",), unknown("kind of equipment", str(tree.get("kind")), list(KINDS)))])
    plain, quotes, problems = _unwrap(tree, model)
    sheet, more = validate(model, plain)
    if problems or more:
        raise ConfigError(problems + [p for p in more if (p.line, p.key) not in {(q.line, q.key) for q in problems}])
    return Sheet(path.stem, sheet, quotes)


def read_sheet(path: Path) -> Sheet:
    """The datasheet at `path`. Raises ConfigError; read anew when the file has changed."""
    return _read_sheet(path, path.stat().st_mtime_ns)


def _unwrap(tree: Map, model: type[BaseModel]) -> tuple[Map, dict[str, Quote], list[Problem]]:
    """Numbers out of their `{value, source}` pairs; whatever lacks a source is a problem."""
    plain, quotes, problems = Map(tree.spot), {}, []
    for key, value in tree.items():
        if key in model.model_fields and key not in ("kind", "title"):
            problems += _pair_problems(tree, key, value)
            if isinstance(value, Map) and "value" in value:
                quotes[key] = Quote(value["value"], str(value.get("source", "")))
                value = value["value"]
        plain.put(key, value, tree.spots[key])
    return plain, quotes, problems


def _pair_problems(tree: Map, key: str, value: Any) -> list[Problem]:
    if not isinstance(value, Map):
        return [problem(tree, (key,), "a number without its source: write {value: NUMBER, source: WHERE IT IS PUBLISHED}")]
    found = [problem(tree, (key, k), unknown("key", k, ["value", "source"])) for k in value if k not in ("value", "source")]
    if "value" not in value:
        found.append(problem(tree, (key, "value"), "missing: this key is needed"))
    source = value.get("source")
    if not isinstance(source, str) or len(source.strip()) < 3:
        found.append(problem(tree, (key, "source"), "missing: say where the number is published, or `assumption: why`"))
    return found
