"""Measure this machine: messages, lines, memory, plant steps."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

FOLDER = Path(__file__).resolve().parents[1] / "bench"


def register(app: typer.Typer) -> None:
    app.command("bench")(bench)


def names() -> list[str]:
    """Benchmarks there are: files of `twin/bench` without a leading underscore."""
    return sorted(f.stem for f in FOLDER.glob("*.py") if not f.stem.startswith("_"))


def bench(
    what: Annotated[str | None, typer.Argument(help="One benchmark; all of them when left out.")] = None,
    site: Annotated[str, typer.Option(help="Name of a site, or path of a site file.")] = "valence",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure this machine: messages, lines, memory, plant steps."""
    from twin.bench._machine import machine

    if what is not None and what not in names():
        raise typer.BadParameter(f"{what!r}: one of {', '.join(names())}", param_hint="WHAT")
    about = machine()
    results = [_run(name, site) for name in ([what] if what else names())]
    if as_json:
        found = results[0] if what else {"results": results}
        typer.echo(json.dumps({"machine": about, **found}))
    else:
        _print(about, results)


def _run(name: str, site: str) -> dict[str, Any]:
    """In a process of its own: peak memory and pinned cores are no matter of the next one."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return {"bench": name, "site": site, **pool.submit(measure, name, site).result()}


def measure(name: str, site: str) -> dict[str, Any]:
    import importlib

    from twin.cli._logs import to_stderr

    to_stderr("warning")
    return importlib.import_module(f"twin.bench.{name}").run(site)


def _print(about: dict[str, Any], results: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{about['cpu']}, {about['cores']} cores, Python {about['python']}", title_justify="left")
    for column in ("benchmark", "site", "what"):
        table.add_column(column)
    table.add_column("value", justify="right")
    for result in results:
        rows = [(k, v) for k, v in result.items() if k not in ("bench", "site")]
        for n, (key, value) in enumerate(rows):
            table.add_row(result["bench"] if n == 0 else "", result["site"] if n == 0 else "", key, _text(value), end_section=n == len(rows) - 1)
    Console().print(table)


def _text(value: Any) -> str:
    return f"{value:,}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)
