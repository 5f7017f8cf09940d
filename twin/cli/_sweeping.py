"""How a study is run from the terminal."""
from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from config.studies import study_path
from config.yaml_lines import read
from twin.sweep.read import planned
from twin.sweep.runners import Lost, Runner, dask, here, processes
from twin.sweep.sweep import Outcome, sweep
from twin.sweep.table import INSTALL
from twin.sweep.work import OtherProgram

FAILED, BROKEN_OFF = 1, 130  # exit codes


@dataclass(frozen=True, slots=True)
class Swept:
    """The command line."""

    study: str
    jobs: int
    dask: str | None
    out: Path | None
    as_json: bool


def swept(s: Swept) -> None:
    """Run a study and say what came of it."""
    path = study_path(s.study)
    plan = planned(read(path))
    equipped(s)
    out = s.out or Path(f"sweep-{path.stem}")
    try:
        with progress(s.as_json) as tell:
            found = sweep(plan, out, runner(s), tell)
    except (Lost, OtherProgram, OSError) as error:
        fail(s, f"{error}. Finished runs are kept in {out}: the same command goes on.", FAILED)
    except KeyboardInterrupt:
        fail(s, f"broken off. Finished runs are kept in {out}: the same command goes on.", BROKEN_OFF)
    show(s, found)


def equipped(s: Swept) -> None:
    """Stop before the first run where a package is missing."""
    for package in ("pyarrow", *(["distributed"] if s.dask else [])):
        if find_spec(package) is None:
            fail(s, INSTALL, FAILED)


def runner(s: Swept) -> Runner:
    if s.dask is not None:
        return dask(s.dask)
    return here if s.jobs == 1 else processes(s.jobs)


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on the standard error; nothing where JSON is asked for."""
    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as bar:
        task = bar.add_task("runs", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def fail(s: Swept, why: str, code: int) -> Any:
    if s.as_json:
        typer.echo(json.dumps({"error": why}))
    else:
        Console(stderr=True).print(Text.assemble(("Not finished: ", "red"), why), soft_wrap=True)
    raise typer.Exit(code)


def show(s: Swept, o: Outcome) -> None:
    if s.as_json:
        typer.echo(json.dumps({"runs": o.runs, "ran": o.ran, "kept": o.kept, "refused": o.refused, "table": str(o.table), "report": str(o.page)}))
        return
    margins = [r["gpu_margin_k"] for r in o.rows if r["gpu_margin_k"] is not None]
    typer.echo(f"{o.runs:,} runs: {o.ran:,} done now, {o.kept:,} found finished, {o.refused:,} refused.")
    if margins:
        typer.echo(f"Least GPU margin {min(margins):.1f} .. {max(margins):.1f} K.")
    typer.echo(f"Table {o.table}, report {o.page}")
