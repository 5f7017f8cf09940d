"""Publish a simulated or recorded plant to a broker, as its instruments would."""
from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from config.site import Site
    from sensors.produce import Producer
    from sensors.publish import Fleet, Pace


@dataclass(frozen=True)
class Options:
    """What the command was asked."""

    site: str | None
    broker: str
    speed: float
    step: float | None
    start: str | None
    seed: int
    for_s: float | None = None
    heat: Path | None = None
    epw: Path | None = None
    faults: tuple[str, ...] = ()
    recorded: str | None = None
    data: Path | None = None
    gpus: bool = True


def start_ms(text: str | None, now: float) -> int:
    """Epoch ms of `text`: ISO 8601 (local time without an offset) or epoch ms; the whole second of `now` without one."""
    if text is None:
        return int(now) * 1000
    if text.isdigit():
        return int(text)
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither a date as 2026-11-24T06:00:00Z nor epoch milliseconds", param_hint="--start") from None


def coarse(speed: float) -> float:
    """Sample period [event s] when none is asked: one second, and at most five rounds of samples a wall second."""
    return float(max(1, round(speed / 5)))


async def publish(options: Options, site: Site | None = None) -> dict[str, object]:
    """Run until the end, the time or an interrupt; returns the report. A `site` that is loaded already stands for the one of the options."""
    from config.load import load_site
    from sensors import publish as out
    from sensors.gateway import Broker

    broker, site = Broker.parse(options.broker), site or load_site(_site(options))
    begin = start_ms(options.start, time.time())
    fleet = out.Fleet.of(site, broker, begin)
    stop, report = asyncio.Event(), out.Report(site.id)
    out.with_signals(stop)
    pace = out.Pace(begin, options.speed, options.step or coarse(options.speed), options.for_s)
    done = await out.run(fleet, _producer(options, site, fleet, pace), stop, report)
    return done.as_dict()


def simulate(site: Site, broker: str, speed: float, seed: int, begin_ms: int) -> None:
    """Publish a site that is loaded already, from `begin_ms` until a signal."""
    asyncio.run(publish(Options(site.id, broker, speed, None, str(begin_ms), seed), site))


def _site(options: Options) -> str:
    """The site asked for, else the one of the map, else Valence."""
    if options.site is None and options.recorded:
        from sensors.recorded.maps import load_map

        return load_map(options.recorded).site
    return options.site or "valence"


def _producer(options: Options, site: Site, fleet: Fleet, pace: Pace) -> Producer:
    from sensors import produce

    if options.recorded:
        if options.data is None:
            raise ValueError("--recorded needs --data, the folder of its files")
        return produce.recorded(site, fleet, pace, options.recorded, options.data)
    return produce.simulation(site, fleet, pace, options.seed, options.faults, options.heat, options.epw, options.gpus)


def command(
    site: Annotated[str | None, typer.Option(help="Site that comes along or path of a site file; valence, or the map's own.")] = None,
    broker: Annotated[str, typer.Option(help="mqtt://[user:password@]host:port, mqtts:// with TLS.")] = "mqtt://127.0.0.1:1883",
    speed: Annotated[float, typer.Option(min=0.01, help="Event seconds a wall second.")] = 1.0,
    step: Annotated[float | None, typer.Option(min=0.1, help="Sample period in event seconds; by default 1, coarser at high speed.")] = None,
    start: Annotated[str | None, typer.Option(help="Event time at start: ISO 8601 or epoch ms; now by default.")] = None,
    seed: Annotated[int, typer.Option(help="Of the hidden plant, its load, weather and instruments.")] = 1,
    for_s: Annotated[float | None, typer.Option("--for", min=0.1, help="End after so many wall seconds.")] = None,
    heat: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="CSV of heat per CDU that drives the load.")] = None,
    epw: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Weather of a typical year (EPW).")] = None,
    fault: Annotated[list[str] | None, typer.Option(help="kind:target:start_s[:size[:stop_s]], again for more.")] = None,
    recorded: Annotated[str | None, typer.Option(help="Column map of recorded telemetry: a name that comes along or a YAML file.")] = None,
    data: Annotated[Path | None, typer.Option(exists=True, file_okay=False, help="Folder of the files the map names.")] = None,
    gpus: Annotated[bool, typer.Option(help="Publish the GPU arrays.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON at the end.")] = False,
) -> None:
    """Publish a simulated or recorded plant to a broker, as its instruments would."""
    options = Options(site, broker, speed, step, start, seed, for_s, heat, epw, tuple(fault or ()), recorded, data, gpus)
    try:
        report = asyncio.run(publish(options))
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    typer.echo(json.dumps(report) if as_json else _text(report))


def _text(report: dict[str, object]) -> str:
    return (f"{report['site']}: {report['messages']} messages in {report['seconds']} s ({report['messages_per_s']}/s), "
            f"{report['dropped']} dropped, {report['waiting']} not sent, {report['reconnections']} reconnections")


def register(app: typer.Typer) -> None:
    app.command("sensors")(command)
