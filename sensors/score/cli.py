"""Score the twin against a hidden plant: faults found and named, errors of what no sensor shows."""
from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sensors.score.plan import Plan
    from sensors.score.run import Result


def seeds_of(text: str) -> list[int]:
    """`100-119`, `7`, or both joined by commas."""
    out: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdigit() or (last and not last.isdigit()):
            raise ValueError(f"seeds {text!r}: write numbers or ranges as in 100-119,7")
        out += range(int(first), int(last or first) + 1)
    if not out:
        raise ValueError(f"seeds {text!r}: the range is empty")
    return out


def plans(site: str, seeds: str, fault: str | None, hours: float, step: float, truth: list[str]) -> list[Plan]:
    from config.load import load_site
    from sensors.score.plan import planned
    from sensors.truth.settings import parsed

    found, settings = load_site(site), parsed(truth)
    return [plan for seed in seeds_of(seeds) for plan in planned(found, site, seed, fault, hours, step, settings)]


def played(todo: list[Plan], jobs: int) -> Iterator[Result]:
    """Results in order, `jobs` runs at a time."""
    from sensors.score.run import run

    if jobs <= 1:
        yield from map(run, todo)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(run, todo)


def command(
    site: Annotated[str, typer.Option(help="Site that comes along or path of a site file.")] = "valence",
    seeds: Annotated[str, typer.Option(help="As 100-119. Below 100 are for tuning, from 100 on for reporting.")] = "100-119",
    fault: Annotated[str | None, typer.Option(help="A fault, all, or none; by default each seed has its own.")] = None,
    hours: Annotated[float, typer.Option(min=0.01, help="Event time of a run.")] = 24.0,
    step: Annotated[float, typer.Option(min=0.1, help="The twin's step, event seconds.")] = 5.0,
    jobs: Annotated[int, typer.Option(min=1, help="Runs at a time.")] = 1,
    truth: Annotated[list[str] | None, typer.Option(help="Setting of the hidden plant, key=value, again for more; docs/score.md.")] = None,
    runs: Annotated[bool, typer.Option(help="List every run.")] = False,
    keep: Annotated[Path | None, typer.Option(dir_okay=False, help="File of runs, a line each: those it has are not played again.")] = None,
    write: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Document whose section of figures is written anew.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as JSON.")] = False,
) -> None:
    """Score the twin against a hidden plant: faults found and named, errors of what no sensor shows."""
    from sensors.score.report import summary

    try:
        todo = plans(site, seeds, fault, hours, step, truth or [])
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    results = list(_shown(_results(todo, jobs, keep), len(todo)))
    figures = summary(results, runs)
    if write:
        _written(write, figures)
    if as_json:
        typer.echo(json.dumps(figures, indent=1))
        return
    from sensors.score.table import show

    show(figures)


def _results(todo: list[Plan], jobs: int, keep: Path | None) -> Iterator[Result]:
    """Results in order; those of the file `keep` are not played again."""
    from sensors.score.kept import continued

    if keep is None:
        yield from played(todo, jobs)
        return
    try:
        yield from continued(todo, keep, lambda rest: played(list(rest), jobs))
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _shown(results: Iterator[Result], count: int) -> Iterator[Result]:
    """The same, counted on a terminal."""
    for n, result in enumerate(results, 1):
        if sys.stderr.isatty():
            typer.echo(f"\r{n}/{count}", nl=n == count, err=True)
        yield result


ASIDE = ("--write", "--keep", "--jobs", "--json")  # change no figure


def _written(file: Path, figures: dict[str, Any]) -> None:
    from sensors.score.markdown import write

    words = sys.argv[1:]
    asked = [w for before, w in zip(["", *words], words, strict=False) if w not in ("score", *ASIDE) and before not in ASIDE]
    try:
        write(file, figures, " ".join(asked))
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def register(app: typer.Typer) -> None:
    app.command("score")(command)
