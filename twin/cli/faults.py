"""Faults that a running twin could tell from the sensors it hears, and those it cannot assess."""
from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from twin.cli.alarms import URL, call


def register(app: typer.Typer) -> None:
    app.command("faults")(faults)


def faults(
    url: Annotated[str, typer.Option(help="Page of the running twin.")] = URL,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Which faults the sensors of a running twin can tell now, from which size on, and which it cannot assess."""
    found = call(f"{url}/api/faults")
    typer.echo(json.dumps(found)) if as_json else show(found["faults"])


def show(rows: list[dict[str, Any]]) -> None:
    """A line a fault, those that cannot be assessed everywhere with the reason below."""
    for f in rows:
        state = "seen" if f["able"] == f["places"] else "cannot assess" if not f["able"] else "partly"
        typer.echo(f"{f['fault']:<20} {state:<14} {f['able']:>4} of {f['places']:<4} {_size(f)}".rstrip())
        if f["why"] and f["able"] < f["places"]:
            names = ", ".join(f["missing"][:8]) + (" ..." if len(f["missing"]) > 8 else "")
            typer.echo(f"        {names + ': ' if names else ''}{f['why']}")


def _size(f: dict[str, Any]) -> str:
    if f["smallest"] is None:
        return ""
    return f"from {100.0 * f['smallest']:.2g} %" if f["unit"].startswith("share") else f"from {f['smallest']:.2g} {f['unit']}"
