"""Replay an event log through the twin and write line protocol: the same log gives the same bytes."""
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from config.site import Site
    from twin.sources.inbox import Message


def register(app: typer.Typer) -> None:
    app.command("replay")(replay)


def replay(
    log: Annotated[Path, typer.Argument(help="Event log, as written by `boucle run --log`.")],
    site: Annotated[str, typer.Option(help="Name of a site, or path of a site file.")] = "valence",
    lines: Annotated[Path | None, typer.Option(help="File for the line protocol.")] = None,
    parameters: Annotated[Path | None, typer.Option(help="Parameter file of `boucle calibrate`, in place of the one that the site names.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Replay an event log through the twin and write line protocol."""
    from config.load import load_site
    from twin.sources.log import LogError, read_log

    loaded = load_site(site, parameters)
    try:
        report = write_lines(loaded, read_log(log), lines)
    except LogError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps(report))
    else:
        typer.echo("\n".join(f"{name:>12}  {value}" for name, value in report.items()))


def write_lines(site: Site, messages: Iterator[Message], path: Path | None) -> dict[str, Any]:
    """Fold the messages, write their lines; how many of what, and the lines' SHA-256."""
    import hashlib

    counts: Counter[str] = Counter()
    digest = hashlib.sha256()
    out = path.open("wb") if path else None
    try:
        for line in _lines(site, messages, counts):
            digest.update(line)
            if out:
                out.write(line)
    finally:
        if out:
            out.close()
    return {k: counts[k] for k in ("messages", "readings", "snapshots", "alarms", "rejected", "lines")} | {"sha256": digest.hexdigest()}


def _lines(site: Site, messages: Iterator[Message], counts: Counter[str]) -> Iterator[bytes]:
    from twin.engine import listen, start
    from twin.events import AlarmChange, DeadLetter, Emit, Record
    from twin.service.fold import replay as fold
    from twin.wire.alarms import alarm_line
    from twin.wire.lines import reading_lines, snapshot_lines
    from twin.wire.native import codec

    for effect in fold(site, start(site), listen, codec(site).decode, _counted(messages, counts)):
        if isinstance(effect, Record):
            counts["readings"] += 1
            found = reading_lines(site, effect.reading)
        elif isinstance(effect, Emit):
            counts["snapshots"] += 1
            found = snapshot_lines(site, effect.snapshot)
        elif isinstance(effect, AlarmChange):
            counts["alarms"] += 1
            found = [alarm_line(site, effect)]
        else:
            counts["rejected"] += isinstance(effect, DeadLetter)
            continue
        counts["lines"] += len(found)
        yield from (line + b"\n" for line in found)


def _counted(messages: Iterator[Message], counts: Counter[str]) -> Iterator[Message]:
    for message in messages:
        counts["messages"] += 1
        yield message
