"""Scenario files: what-if questions saved by name, in `config/scenarios` or beside the user's own files."""
from __future__ import annotations

from pathlib import Path

from config.errors import ConfigError, Problem
from config.shelf import PACKAGE, Shelf
from config.validate import unknown
from config.yaml_lines import Map, read


def known_scenarios() -> list[str]:
    """Names of the scenarios that come with the package."""
    return Shelf((PACKAGE,)).names("scenarios")


def scenario_path(path_or_name: str | Path) -> Path:
    """The file meant: a path when it looks like one, else a scenario of the package. Raises ConfigError."""
    text = str(path_or_name)
    if "/" in text or Path(text).suffix in (".yaml", ".yml") or Path(text).is_file():
        return Path(text)
    found = Shelf((PACKAGE,)).find("scenarios", text)
    if found is None:
        raise ConfigError([Problem(text[:80], 1, "scenario", unknown("scenario", text, known_scenarios()) + ", or a path to a .yaml file")])
    return found


def is_scenario(path_or_name: str | Path) -> bool:
    """Whether a name or a file is a scenario's and no site's: a scenario has `perturbations`."""
    text = str(path_or_name)
    if text in known_scenarios():
        return True
    path = Path(text)
    try:
        return path.is_file() and path.suffix in (".yaml", ".yml") and "perturbations" in read(path)
    except ConfigError:
        return False


def scenario_tree(path_or_name: str | Path) -> Map:
    """A scenario as written, each value with its line. Raises ConfigError."""
    return read(scenario_path(path_or_name))
