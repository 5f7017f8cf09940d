"""A data center on this machine: simulated sensors, broker, twin, page and a day of history."""
from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    site: Annotated[str, typer.Option(help="Name of a site, or path of a site file.")] = "valence",
    for_s: Annotated[float | None, typer.Option("--for", min=0.1, help="End after so many seconds.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0 takes a free one.")] = 8090,
    broker_port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the broker; a free one by default.")] = None,
    speed: Annotated[float, typer.Option(min=0.1, max=600.0, help="Event seconds a second.")] = 1.0,
    influx: Annotated[str | None, typer.Option(help="URL of an InfluxDB that gets everything too.")] = None,
    seed: Annotated[int, typer.Option(help="Of the hidden plant.")] = 1,
    history: Annotated[bool, typer.Option(help="Fill the past 24 h.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON at the end.")] = False,
) -> None:
    """A data center on this machine: simulated sensors, broker, twin, page and a day of history."""
    from twin.cli._demo import Demo, run
    from twin.sources.broker import PortTaken

    try:
        run(Demo(site, for_s, port, broker_port, speed, influx, seed, history, as_json))
    except PortTaken as error:
        typer.echo(f"{error}; choose another with {'--broker-port' if 'broker' in error.what else '--port'}", err=True)
        raise typer.Exit(2) from None
