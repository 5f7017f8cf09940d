"""How a typed question becomes an answer on the terminal."""
from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import typer

from config.load import load_site
from config.scenarios import is_scenario, known_scenarios, scenario_tree
from twin.whatif.answer import Answer, encode
from twin.whatif.ask import ask
from twin.whatif.ground import ground
from twin.whatif.perturbations import KINDS
from twin.whatif.question import Question, asked, plain, spelled
from twin.whatif.refusal import Refused
from twin.whatif.scenario import scenario
from twin.whatif.start import designed

REFUSED = 2  # exit code


@dataclass(frozen=True, slots=True)
class Asked:
    """The command line."""

    words: str
    site: str
    horizon: str | None
    step: float | None
    load: float | None
    outdoor: float | None
    as_json: bool


def question(a: Asked) -> Question:
    """The question meant by the command line. Raises Refused or ConfigError."""
    given = {"horizon_s": a.horizon, "step_s": a.step}
    base: dict[str, Any] = plain(scenario(scenario_tree(a.words)) if is_scenario(a.words) or looks_like_a_file(a.words)
                                 else Question(perturbations=spelled(a.words)))
    return asked(base | {k: v for k, v in given.items() if v is not None})


def looks_like_a_file(words: str) -> bool:
    return words.endswith((".yaml", ".yml"))


def local(a: Asked) -> None:
    """Answer from the site's designed steady state."""
    from twin.cli._answer import show

    site = load_site(a.site)
    try:
        g = ground(site)
        found = ask(g, designed(g, a.load, a.outdoor), question(a))
    except Refused as error:
        refuse(error, a.as_json)
    written(found, a.as_json, lambda: show(found))


def refuse(error: Refused, as_json: bool) -> None:
    """Say what cannot be asked, and stop."""
    if as_json:
        typer.echo(json.dumps({"error": error.why, "field": error.field}))
    else:
        from rich.console import Console

        Console(stderr=True).print(f"[red]Not asked:[/] {error}", highlight=False, soft_wrap=True)
    raise typer.Exit(REFUSED)


def written(found: Answer, as_json: bool, show: Any) -> None:
    if as_json:
        typer.echo(encode(found))
    else:
        show()


def catalogue(as_json: bool) -> None:
    """Every kind of perturbation with its fields."""
    if as_json:
        typer.echo(json.dumps({"kinds": {name: kind.model_json_schema() for name, kind in sorted(KINDS.items())},
                               "scenarios": {name: plain(scenario(scenario_tree(name))) for name in known_scenarios()}}))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("example", "what happens", "fields"):
        table.add_column(column, overflow="fold")
    for _, kind in sorted(KINDS.items()):
        own = [f for f in kind.model_fields if f not in ("start_s", "duration_s", "ramp_s")]
        table.add_row(kind.example, (kind.__doc__ or "").partition("\n")[0], " ".join(own))
    Console().print(table)
    saved = Table(box=None, pad_edge=False)
    for column in ("scenario", "what it asks"):
        saved.add_column(column, overflow="fold")
    for name in known_scenarios():
        q = scenario(scenario_tree(name))
        saved.add_row(name, f"{q.title}. {q.asks}")
    Console().print(saved)
    Console().print("Kinds take start=, for= and ramp= (90s, 10min, 1h30m). Join several with ' + '.", style="dim")
