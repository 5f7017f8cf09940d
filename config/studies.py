"""Study files: many what-ifs at once, in `config/studies` or beside the user's own files."""
from __future__ import annotations

from pathlib import Path

from config.errors import ConfigError, Problem
from config.shelf import PACKAGE, Shelf
from config.validate import unknown
from config.yaml_lines import read


def known_studies() -> list[str]:
    """Names of the studies that come with the package."""
    return Shelf((PACKAGE,)).names("studies")


def study_path(path_or_name: str | Path) -> Path:
    """The file meant: a path when it looks like one, else a study of the package. Raises ConfigError."""
    text = str(path_or_name)
    if "/" in text or Path(text).suffix in (".yaml", ".yml") or Path(text).is_file():
        return Path(text)
    found = Shelf((PACKAGE,)).find("studies", text)
    if found is None:
        raise ConfigError([Problem(text[:80], 1, "study", unknown("study", text, known_studies()) + ", or a path to a .yaml file")])
    return found


def is_study(path_or_name: str | Path) -> bool:
    """Whether a name or a file is a study's: a study has `vary`."""
    path = Path(path_or_name)
    try:
        return str(path_or_name) in known_studies() or (path.is_file() and path.suffix in (".yaml", ".yml") and "vary" in read(path))
    except ConfigError:
        return False
