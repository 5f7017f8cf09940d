"""Run the twin of a site: broker in, page, store and InfluxDB out."""
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("run")(run)


def run(
    site: Annotated[str, typer.Option(help="Name of a site, or path of a site file.")] = "valence",
    broker: Annotated[str | None, typer.Option(help="mqtt://[user:password@]host:port, mqtts:// with TLS; BOUCLE_MQTT__URL.")] = None,
    influx: Annotated[str | None, typer.Option(help="URL of an InfluxDB; BOUCLE_INFLUX__URL. Token, bucket ... by environment.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port of the page; BOUCLE_HTTP__PORT.")] = None,
    log: Annotated[Path | None, typer.Option(help="File for the event log, to replay later.")] = None,
    parameters: Annotated[Path | None, typer.Option(help="Parameter file of `boucle calibrate`, in place of the one that the site names.")] = None,
) -> None:
    """Run the twin of a site: broker in, page, store and InfluxDB out."""
    import asyncio

    from config.load import load_site
    from config.settings import load_settings
    from twin.cli._serving import listen
    from twin.service.assemble import assemble, need_broker
    from twin.service.clock import WallClock
    from twin.sources.broker import PortTaken
    from twin.sources.log import LogError

    loaded = load_site(site, parameters)
    settings = load_settings(**_given(mqtt=broker, influx=influx, port=port))
    need_broker(settings)
    try:
        listener = listen(settings.http.host, settings.http.port)
        assembly = assemble(loaded, settings, WallClock(), log)
        assembly.fork()
        asyncio.run(_live(assembly, settings, listener))
    except (PortTaken, LogError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _given(mqtt: str | None, influx: str | None, port: int | None) -> dict[str, dict[str, object]]:
    """Options as settings: what was not given is left to the environment."""
    found = {"mqtt": ("url", mqtt), "influx": ("url", influx), "http": ("port", port)}
    return {part: {key: value} for part, (key, value) in found.items() if value is not None}


async def _live(assembly, settings, listener) -> None:
    import asyncio

    from twin.cli._logs import to_stderr
    from twin.cli._serving import serve, stop_on_signals

    to_stderr(settings.log_level)
    stop = asyncio.Event()
    stop_on_signals(stop)
    host, port = listener.getsockname()[:2]
    typer.echo(f"{assembly.service.site.model.name}: page on http://{host}:{port}, broker {assembly.source.address}", err=True)
    await serve(assembly, listener, str(settings.store.path), stop)
