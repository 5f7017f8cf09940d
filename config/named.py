"""Files of one kind that come with the package by name, or are the user's by path: scenarios, studies."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError, Problem
from config.shelf import PACKAGE, Shelf
from config.validate import unknown
from config.yaml_lines import read

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Named:
    """A `kind` of file in `folder` of the package; only its files have the key `mark`."""

    kind: str
    folder: str
    mark: str

    def known(self) -> list[str]:
        """Names of those that come with the package."""
        return Shelf((PACKAGE,)).names(self.folder)

    def path(self, path_or_name: str | Path) -> Path:
        """The file meant: a path when it looks like one, else one of the package. Raises ConfigError."""
        text = str(path_or_name)
        if "/" in text or Path(text).suffix in SUFFIXES or Path(text).is_file():
            return Path(text)
        found = Shelf((PACKAGE,)).find(self.folder, text)
        if found is None:
            raise ConfigError([Problem(text[:80], 1, self.kind, unknown(self.kind, text, self.known()) + ", or a path to a .yaml file")])
        return found

    def holds(self, path_or_name: str | Path) -> bool:
        """Whether a name or a file is of this kind."""
        path = Path(path_or_name)
        try:
            return str(path_or_name) in self.known() or (path.is_file() and path.suffix in SUFFIXES and self.mark in read(path))
        except ConfigError:
            return False
