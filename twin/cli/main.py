"""The `boucle` command. Commands are files beside this one; each is imported only when it is asked for.

A file `check.py` with `register(app)` is the command `check`; the first line of its docstring is its help. Other packages
add commands through the entry-point group `boucle.commands` ("module:register"). Neither is imported to print the help.
"""
from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from config.errors import ConfigError

GROUP = "boucle.commands"
BAD_CONFIG = 2  # exit code


@dataclass(frozen=True, slots=True)
class Entry:
    """A command that is known but not imported. `file` holds its help, where it can be found."""

    name: str
    module: str
    function: str
    file: Path | None

    def help(self) -> str:
        return first_line(self.file) if self.file else ""

    def load(self) -> Any:
        """Import the module and build its command."""
        app = typer.Typer(name="boucle", add_completion=False)
        app.callback()(_nothing)  # a callback keeps one command a group, so that it can be found by name
        register: Callable[[typer.Typer], None] = getattr(importlib.import_module(self.module), self.function)
        register(app)
        return typer.main.get_command(app).commands.get(self.name)


def _nothing() -> None:
    """A group needs a callback."""


def first_line(file: Path) -> str:
    """First line of a module's docstring, without importing it."""
    with file.open(encoding="utf-8") as lines:
        head = next(lines, "").strip()
    text = head.strip('"').strip()
    return text if head.startswith('"""') and text else _docstring(file)


def _docstring(file: Path) -> str:
    return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def entries() -> dict[str, Entry]:
    """Commands by name: files of this folder, then entry points."""
    found = {}
    for file in sorted(Path(__file__).parent.glob("*.py")):
        if file.stem not in ("main", "__init__") and not file.stem.startswith("_"):
            name = file.stem.replace("_", "-")
            found[name] = Entry(name, f"twin.cli.{file.stem}", "register", file)
    return found | {e.name: e for e in _entry_points() if e.name not in found}


def _entry_points() -> list[Entry]:
    from importlib.metadata import entry_points  # 20 ms, needed here only

    return [Entry(p.name, p.module, p.attr, _source(p.module)) for p in entry_points(group=GROUP)]


def _source(module: str) -> Path | None:
    """File of a module, found along the path without importing its package."""
    parts = module.split(".")
    for root in map(Path, sys.path):
        for file in (root.joinpath(*parts).with_suffix(".py"), root.joinpath(*parts, "__init__.py")):
            if file.is_file():
                return file
    return None


class Commands(TyperGroup):
    """A group that knows its commands' names and helps, and loads the one that runs."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(entries())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = entries().get(cmd_name)
        return entry.load() if entry else None

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Plain text: drawing it with rich costs more than all the rest."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        with formatter.section("Commands"):
            formatter.write_dl([(e.name, e.help()) for e in sorted(entries().values(), key=lambda e: e.name)])

    def invoke(self, ctx: Any) -> Any:
        """Run; a configuration that cannot be used is told plainly."""
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            show(error)
            raise typer.Exit(BAD_CONFIG) from None


def show(error: ConfigError) -> None:
    """Every problem on a line of its own, on the standard error."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True)
    for problem in error.problems:
        place = f"{problem.file}:{problem.line}: " if problem.line else f"{problem.file}: "
        console.print(Text.assemble((place, "dim"), (f"{problem.key}: " if problem.key else "", "bold"), problem.message))
    count = len(error.problems)
    console.print(Text(f"{count} problem{'s' if count != 1 else ''} in the configuration", "red"))


cli = Commands(name="boucle", help="Digital twin of liquid-cooled AI data centers.", no_args_is_help=True)


def main() -> None:
    """Entry point of the distribution."""
    cli(prog_name="boucle")
