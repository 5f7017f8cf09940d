"""How advice is asked for and shown on the terminal."""
from __future__ import annotations

import json
from typing import Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from config.load import load_site
from config.site import Site
from twin.advise.advice import encode
from twin.advise.advise import advise
from twin.cli._asking import from_service, refuse
from twin.service.advice_request import AdviceRequest, wish
from twin.whatif.ground import ground
from twin.whatif.phrase import number
from twin.whatif.refusal import Refused
from twin.whatif.start import designed

MONEY = (("net cost", "net_eur", "EUR"), ("site energy", "facility_kwh", "kWh"), ("heat sold", "sold_kwh", "kWh"), ("CO2 of electricity", "co2_kg", "kg"),
         ("CO2 avoided by heat sold", "avoided_kg", "kg"))


def answer(name: str, given: dict[str, Any], here: bool, as_json: bool) -> None:
    """Ask the service that runs the site; where none answers, work it out here from the designed plant."""
    site = load_site(name)
    try:
        request = checked(given)
        now = None if here else from_service(site.id, request, "/api/advise")
        found = local(site, request) if now is None else now
    except Refused as error:
        refuse(error, as_json)
    if as_json:
        typer.echo(found)
        return
    typer.echo(f"{site.model.name}, {'from the plant at rest as designed' if now is None else 'from its present state'}", err=True)
    show(json.loads(found))


def checked(given: dict[str, Any]) -> AdviceRequest:
    """Raises Refused with the field at fault."""
    try:
        return AdviceRequest.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Refused(".".join(map(str, first["loc"])), first["msg"]) from None


def local(site: Site, r: AdviceRequest) -> bytes:
    """From the site's designed steady state."""
    g = ground(site)
    return encode(advise(g, designed(g, r.load, r.outdoor_c), wish(r)))


def show(a: dict[str, Any]) -> None:
    """Print advice, as its JSON says it."""
    console = Console(highlight=False)
    console.print(Text(a["headline"], style="green" if a["changes"] else "yellow"), soft_wrap=True)
    if a["changes"]:
        console.print(changes(a["changes"]))
    console.print()
    console.print(kept(a))
    console.print()
    console.print(prices(a["prices"]))
    if a["changes"]:
        console.print(f"\nTry it: boucle whatif \"{a['words']}\" --for 2h", soft_wrap=True)
        console.print(f"Searched {a['tried']:,} points; net of {a['hours']:g} h after the transition:", soft_wrap=True)
        console.print(money(a["difference"]))


def changes(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name, justify in (("hall", "left"), ("set point", "left"), ("now", "right"), ("to", "right"), ("", "left")):
        table.add_column(name, justify=justify)
    for c in rows:
        table.add_row(c["hall"], c["title"], f"{c['now']:g}", f"{c['to']:g}", c["unit"])
    return table


def kept(a: dict[str, Any]) -> Table:
    """What GPUs keep below throttling: in operation, and after each loss."""
    table = Table(box=None, pad_edge=False, title="Hottest GPU below throttling", title_justify="left", title_style="bold", show_header=False)
    table.add_column("")
    table.add_column("", justify="right")
    table.add_row("in operation", f"{number(a['margin_k'])} K, today {number(a['present_margin_k'])} K")
    for c in a["checks"]:
        table.add_row(f"{c['title']} lost", Text(f"{number(c['margin_k'])} K" + ("" if c["powered"] else ", racks lose power"), style="" if c["safe"] else "bold red"))
    return table


def prices(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, title="What each limit costs", title_justify="left", title_style="bold")
    for name, justify in (("limit", "left"), ("eased", "left"), ("gain", "right")):
        table.add_column(name, justify=justify, overflow="fold")
    for p in rows:
        table.add_row(p["title"], p["eased"], f"{p['gain']:,.1f} {p['unit']}" if p["binds"] else "nothing")
    return table


def money(d: dict[str, float]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("")
    table.add_column("", justify="right")
    for name, key, unit in MONEY:
        table.add_row(name, f"{d[key]:+,.1f} {unit}" if abs(d[key]) >= 0.05 else "none")
    return table
