"""Study files: many what-ifs at once, in `config/studies` or beside the user's own files."""
from __future__ import annotations

from pathlib import Path

from config.errors import ConfigError, Problem
from config.shelf import PACKAGE, Shelf
from config.validate import unknown


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
