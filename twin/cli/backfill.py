"""Fill the past of a store from frames on the standard input."""
from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

if TYPE_CHECKING:
    from config.settings import Settings
    from config.site import Site


def register(app: typer.Typer) -> None:
    app.command("backfill")(backfill)


def backfill(
    end: Annotated[int, typer.Option(help="Last event time, epoch ms.")],
    store: Annotated[Path, typer.Option(help="SQLite file of the service.")],
    site: Annotated[str, typer.Option(help="Name of a site, or path of a site file.")] = "valence",
    hours: Annotated[float, typer.Option(min=0.01, help="How far back the frames go.")] = 24.0,
    step: Annotated[float, typer.Option(min=1.0, help="Step of the twin, s.")] = 60.0,
    influx: Annotated[str | None, typer.Option(help="URL of an InfluxDB; BOUCLE_INFLUX__URL.")] = None,
) -> None:
    """Fill the past of a store (and InfluxDB) from frames on the standard input; prints progress as JSON lines."""
    import asyncio

    from config.load import load_site
    from config.settings import load_settings

    given = {"influx": {"url": influx}} if influx else {}
    settings = load_settings(store={"path": store}, **given)
    try:
        rejected = asyncio.run(fill_from(sys.stdin.buffer, load_site(site), settings, end, hours, step, _tell))
    except EOFError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if rejected:
        typer.echo(f"{rejected} messages could not be used", err=True)


async def fill_from(frames: BinaryIO, site: Site, settings: Settings, end_ms: int, hours: float, step_s: float,
                    tell: Callable[[float], object]) -> int:
    """Follow the frames of a stream into the stores of the settings; hours done go to `tell`. Returns how many messages could not be used."""
    from twin.service.assemble import stores
    from twin.service.backfill import coarse, effects, fill
    from twin.wire.frames import unpack

    slow = coarse(site, step_s)
    sinks = stores(slow, settings, "influx-history", past=True)
    for sink in sinks:
        await sink.open()
    try:
        return await fill(effects(slow, unpack(frames), end_ms, hours), sinks, end_ms, hours, tell)
    finally:
        for sink in sinks:
            await sink.close()


def progress(hours: float) -> str:
    """A line of progress."""
    return json.dumps({"hours": round(hours, 2)}) + "\n"


def _tell(hours: float) -> None:
    typer.echo(progress(hours), nl=False)
    sys.stdout.flush()
