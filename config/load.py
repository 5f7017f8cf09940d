"""`load_site`: a name or a path becomes a checked `Site`, or a ConfigError with every problem found."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from config import rules
from config.assets import build_assets
from config.calibration import read_factors
from config.compose import Composer
from config.equipment import Frozen
from config.errors import ConfigError, Problem
from config.model import Hall, SiteModel
from config.shelf import PACKAGE, Shelf, read_sheet, shelf_for
from config.site import Site
from config.validate import unknown, validate
from config.yaml_lines import Map


def known_sites() -> list[str]:
    """Names of the sites that come with the package."""
    return Shelf((PACKAGE,)).names("sites")


def site_path(path_or_name: str | Path) -> Path:
    """The file meant: a path when it looks like one, else a site of the package."""
    text = str(path_or_name)
    path = Path(text)
    if "/" in text or path.suffix in (".yaml", ".yml") or path.is_file():
        return path
    found = Shelf((PACKAGE,)).find("sites", text)
    if found is None:
        raise ConfigError([Problem(text, 1, "site", unknown("site", text, known_sites()) + ", or a path to a .yaml file")])
    return found


def load_site(path_or_name: str | Path, parameters: Path | None = None, calibrated: bool = True, alter: Callable[[Map], Map] = lambda tree: tree) -> Site:
    """The site called or at `path_or_name`. Raises ConfigError with all problems at once, and nothing else.

    `parameters`: a parameter file in place of the one that the site names; `calibrated=False` takes none.
    `alter` changes the spelt-out tree before it is checked.
    """
    path = site_path(path_or_name)
    composer = Composer(shelf_for(path))
    tree = composer.site(path)
    if tree is None:
        raise ConfigError(_sorted(composer.problems))
    tree = alter(tree)
    model, problems = validate(SiteModel, tree)
    sheets, more = _sheets(composer.shelf, tree)
    problems = composer.problems + problems + more + _cross_problems(tree)
    if problems or model is None:
        raise ConfigError(_sorted(problems))
    assets = build_assets(model)
    at = {(a.hall, a.cls, a.id): a.row for rows in assets.values() for a in rows}
    site = Site(model, sheets, assets, at)
    file = parameters or _named(tree)
    return replace(site, factors=read_factors(file, site)) if file and calibrated else site


def _named(tree: Map) -> Path | None:
    """The parameter file that a site names, beside the file that says so."""
    name = tree.get("calibration")
    return Path(tree.spots["calibration"].file).parent / name if name else None


def _sorted(problems: list[Problem]) -> list[Problem]:
    """Each problem once, in the order of the files: copies of a template repeat theirs."""
    files = {p.file: i for i, p in reversed(list(enumerate(problems)))}
    return sorted(dict.fromkeys(problems), key=lambda p: (files[p.file], p.line, p.key))


def _cross_problems(tree: Map) -> list[Problem]:
    found: list[Problem] = []
    for rule in (rules.duplicate_ids, rules.unknown_feeds, rules.sizes, rules.timezone):
        found += rule(tree)
    halls: Any = tree.get("halls")
    for i, part in enumerate(halls if isinstance(halls, list) else []):
        hall, _ = validate(Hall, part, tree, ("halls", i))
        if hall is not None:
            found += rules.hall_rules(tree, ("halls", i), hall, tree.get("network") is not None)
    return found


def _sheets(shelf: Shelf, tree: Map) -> tuple[Mapping[str, Frozen], list[Problem]]:
    """Datasheets by name, each of the kind its place needs."""
    sheets: dict[str, Frozen] = {}
    problems: list[Problem] = []
    broken: set[str] = set()
    for at, name, kind in rules.equipment_places(tree):
        if not isinstance(name, str) or name in broken:
            continue
        if name not in sheets:
            problems += _load_sheet(shelf, tree, at, name, sheets, broken)
        if name in sheets:
            problems += rules.sheet_rules(tree, at, name, kind, sheets[name])
    return sheets, problems + list(rules.one_rack_size(tree, sheets))


def _load_sheet(shelf: Shelf, tree: Map, at: Any, name: str, sheets: dict[str, Frozen], broken: set[str]) -> list[Problem]:
    path = shelf.find("equipment", name)
    if path is None:
        return [rules.problem(tree, at, unknown("equipment", name, shelf.names("equipment")))]
    try:
        sheets[name] = read_sheet(path).model
    except ConfigError as error:
        broken.add(name)
        return error.problems
    return []
