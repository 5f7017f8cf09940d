"""List the alarms of a running twin; acknowledge, shelve or reset one."""
from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Annotated, Any

import typer

URL = "http://127.0.0.1:8080"
TIMEOUT_S = 15.0


def register(app: typer.Typer) -> None:
    app.command("alarms")(alarms)


def alarms(
    verb: Annotated[str | None, typer.Argument(help="ack, reset, shelve, unshelve, remove or restore; the list when left out.")] = None,
    id: Annotated[str | None, typer.Argument(help="Id of the alarm, as the list shows it.")] = None,
    author: Annotated[str | None, typer.Option(help="Who you are; needed to change an alarm.")] = None,
    minutes: Annotated[float | None, typer.Option(help="How long to shelve.")] = None,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    url: Annotated[str, typer.Option(help="Page of the running twin.")] = URL,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the alarms of a running twin; acknowledge, shelve or reset one."""
    from twin.alarms.table import VERBS

    if verb is None:
        found = call(f"{url}/api/alarms")
        typer.echo(json.dumps(found)) if as_json else show(found)
        return
    if verb not in VERBS or not id or not author:
        typer.echo(f"give one of {', '.join(VERBS)}, an id and --author NAME", err=True)
        raise typer.Exit(2)
    body = {"author": author, "note": note} | ({"minutes": minutes} if minutes is not None else {})
    done = call(f"{url}/api/alarms/{urllib.parse.quote(id, safe='')}/{verb}", body)
    typer.echo(json.dumps(done) if as_json else f"{done['alarm']}: {done['state'].replace('_', ' ')}")


def call(url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """JSON of a request; a refusal or a twin that is not there ends the command with a plain sentence."""
    data = None if body is None else json.dumps(body).encode()
    try:
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:
            return dict(json.loads(reply.read()))
    except urllib.error.HTTPError as error:
        typer.echo(_said(error.read()) or f"{url}: {error}", err=True)
        raise typer.Exit(1) from None
    except (OSError, ValueError) as error:
        typer.echo(f"{url}: {error}", err=True)
        raise typer.Exit(1) from None


def _said(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return ""


def show(found: dict[str, Any]) -> None:
    """Two lines an alarm, so that an id can be copied on any width; then how the priorities are used."""
    for a in found["alarms"]:
        more = f" (stands for {a['children']} more)" if a["children"] else ""
        typer.echo(f"{a['priority']:<7} {a['state'].replace('_', ' '):<24} {_age(found['ts'], a['raised']):>8}  {a['id']}")
        typer.echo(f"        {a['text']}{more}")
    announced = ", ".join(f"{s['announced']} {s['priority']}" for s in found["shares"])
    typer.echo(f"{len(found['alarms']) or 'No'} alarms, {found['suppressed']} suppressed; announced since the start: {announced}")


def _age(now_ms: int | None, raised_ms: int) -> str:
    minutes = max(0, (now_ms or raised_ms) - raised_ms) // 60_000
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
