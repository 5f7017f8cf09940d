"""How a typed question becomes an answer on the terminal."""
from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import typer
from pydantic import ValidationError

from config.load import load_site
from config.scenarios import known_scenarios, scenario_tree
from config.settings import load_settings
from config.site import Site
from twin.cli._epw import weather_day
from twin.service.advice_request import AdviceRequest
from twin.service.moments import stored
from twin.service.request import Request, question
from twin.whatif.answer import encode
from twin.whatif.ask import ask
from twin.whatif.ground import ground
from twin.whatif.moments import spelled
from twin.whatif.perturbations import KINDS
from twin.whatif.question import plain
from twin.whatif.refusal import Refused
from twin.whatif.scenario import scenario
from twin.whatif.start import designed

KNOCK_S, ANSWER_S = 0.5, 330.0
REFUSED = 2  # exit code


@dataclass(frozen=True, slots=True)
class Asked:
    """The command line."""

    words: str
    site: str
    horizon: str | None
    step: float | None
    members: int | None
    seed: int | None
    load: float | None
    outdoor: float | None
    epw: Path | None
    day: str
    here: bool
    as_json: bool
    at: str | None = None


def request(a: Asked) -> Request:
    """What would be sent to a service. A scenario's file is read here: a service takes names alone."""
    given = {"horizon_s": a.horizon, "step_s": a.step, "members": a.members, "seed": a.seed, "load": a.load, "outdoor_c": a.outdoor, "at": a.at}
    what: dict[str, Any] = {"ask": a.words}
    if a.words.endswith((".yaml", ".yml")):
        saved = plain(scenario(scenario_tree(a.words)))
        what = {k: v for k, v in saved.items() if k in Request.model_fields}
    if a.epw is not None:
        named = plain(question(checked(what)))["perturbations"] if a.words.strip() else []
        what = {k: v for k, v in what.items() if k != "ask"} | {"perturbations": [*named, weather_day(a.epw, a.day)]}
    return checked(what | {k: v for k, v in given.items() if v is not None})


def checked(given: dict[str, Any]) -> Request:
    """Raises Refused with the field at fault."""
    try:
        return Request.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Refused(".".join(map(str, first["loc"])), first["msg"]) from None


def answer(a: Asked) -> None:
    """Ask the service that runs the site; where none answers, work it out here from the designed plant."""
    from twin.cli._answer import show

    site = load_site(a.site)
    try:
        r = request(a)
        now = None if a.here or a.load is not None or a.outdoor is not None else from_service(site.id, r)
        found = local(site, r) if now is None else now
    except Refused as error:
        refuse(error, a.as_json)
    if a.as_json:
        typer.echo(found)
        return
    plainly = json.loads(found)
    typer.echo(f"{site.model.name}, {begins(plainly, now is None)}", err=True)
    show(plainly)


def begins(answer: dict[str, Any], here: bool) -> str:
    """Where an answer began, in words."""
    if answer["question"].get("at") is not None:
        return f"from the moment kept at {spelled(answer['start_ms'])}"
    return "from the plant at rest as designed" if here else "from its present state"


def local(site: Site, r: Request) -> bytes:
    """From the site's designed steady state."""
    g, q = ground(site), question(r)
    return encode(ask(g, designed(g, r.load, r.outdoor_c) if q.at is None else stored(g, load_settings().store.path, q.at), q))


def from_service(site: str, r: Request | AdviceRequest, path: str = "/api/whatif") -> bytes | None:
    """The answer of the service that runs this site; None where none does. Raises Refused with what it says."""
    http = load_settings().http
    base = f"http://{http.host}:{http.port}"
    try:
        with urlopen(f"{base}/api/site", timeout=KNOCK_S) as found:
            if json.load(found).get("id") != site:
                return None
    except (OSError, ValueError):
        return None
    body = r.model_dump_json(exclude_none=True, exclude_defaults=True).encode()
    try:
        with urlopen(HttpRequest(f"{base}{path}", body, {"Content-Type": "application/json"}), timeout=ANSWER_S) as found:
            return found.read()
    except HTTPError as error:
        raise Refused("", str(json.loads(error.read() or b"{}").get("error", error))) from None
    except OSError as error:
        raise Refused("", f"{base}: {error}; ask with --here to work it out on this machine") from None


def refuse(error: Refused, as_json: bool) -> None:
    """Say what cannot be asked, and stop."""
    if as_json:
        typer.echo(json.dumps({"error": error.why, "field": error.field}))
    else:
        from rich.console import Console

        Console(stderr=True).print(f"[red]Not asked:[/] {error}", highlight=False, soft_wrap=True)
    raise typer.Exit(REFUSED)


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
