"""The demo: one process for broker, twin, store and page; child processes for the sensors and for the day before, forked from it."""
from __future__ import annotations

import asyncio
import json
import os
import socket
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from config.load import load_site
from config.settings import Settings, load_settings
from config.site import Site
from twin.cli._children import Children
from twin.cli._history import History
from twin.cli._logs import to_stderr
from twin.cli._memory import one_heap, pss_mb
from twin.cli._serving import listen, serve, stop_on_signals
from twin.service.assemble import Assembly, assemble
from twin.service.clock import ScaledClock
from twin.sources.broker import LOOPBACK, free_port, require_free, start_broker
from twin.wire.reasons import LIMITS, Limits

STEPS_A_SECOND = 5
LOOK_S = 1.0  # how often children and memory are looked at


class ChildEnded(Exception):
    """The sensors ended before the demo did."""


@dataclass(frozen=True)
class Demo:
    """What was asked for."""

    site: str
    for_s: float | None
    port: int
    broker_port: int | None
    speed: float
    influx: str | None
    seed: int
    history: bool
    as_json: bool


@dataclass
class Report:
    """What the demo did; `seconds` are since the command began."""

    url: str
    broker: str
    began: float = field(default_factory=time.monotonic)
    first_snapshot_seconds: float | None = None
    history_seconds: float | None = None
    memory_mb: float = 0.0  # highest sum of all processes
    counters: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {k: round(v, 2) if isinstance(v, float) else v for k, v in vars(self).items() if k != "began"}


def run(demo: Demo) -> None:
    """Until the time, Ctrl-C or SIGTERM. PortTaken before anything has started."""
    began = _process_start()
    one_heap()
    site = load_site(demo.site)
    listener = listen(LOOPBACK, demo.port)
    if demo.broker_port is not None:
        require_free(demo.broker_port, "MQTT broker")
    with tempfile.TemporaryDirectory(prefix="boucle-demo-") as folder, (Path(folder) / "children.log").open("w+b") as log:
        children = Children(log)
        try:
            _run(demo, site, listener, Path(folder), children, began)
        except ChildEnded as error:
            raise SystemExit(f"{error}\n{_tail(log)}") from None
        finally:
            children.stop()
            listener.close()


def _run(demo: Demo, site: Site, listener: socket.socket, folder: Path, children: Children, began: float) -> None:
    broker_port = demo.broker_port or free_port()
    settings = _settings(demo, folder, broker_port)
    start_ms = int(time.time()) * 1000
    children.start("sensors", "sensors.cli:simulate", site, f"mqtt://{LOOPBACK}:{broker_port}", demo.speed, demo.seed, start_ms)
    assembly = assemble(paced(site, demo.speed), settings, ScaledClock(demo.speed, start_ms), limits=_limits(demo.speed),
                        twin_every_s=max(1.0, demo.speed))
    assembly.fork()
    history = History(children, site, settings, demo.seed, start_ms) if demo.history else None
    start_broker(broker_port)
    to_stderr(settings.log_level if settings.log_level != "info" else "warning")
    report = Report(f"http://{LOOPBACK}:{listener.getsockname()[1]}", f"mqtt://{LOOPBACK}:{broker_port}", began)
    try:
        asyncio.run(_live(demo, assembly, settings, listener, children, history, report))
    finally:
        assembly.asker.close()
    if demo.as_json:
        typer.echo(json.dumps(report.as_dict()))


async def _live(demo: Demo, assembly: Assembly, settings: Settings, listener: socket.socket, children: Children,
                history: History | None, report: Report) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    console = Console(stderr=True, quiet=demo.as_json)
    _greet(console, assembly.service.site, demo, settings, report)

    async def watch() -> None:
        while not stop.is_set():  # from then on the sensors are told to end
            if not children.running[0].is_alive():
                raise ChildEnded(f"the sensors ended with code {children.running[0].exitcode}")
            report.memory_mb = max(report.memory_mb, await asyncio.to_thread(pss_mb, [os.getpid(), *children.pids(), *assembly.asker.pids()]))
            await asyncio.sleep(LOOK_S)

    async def guarded() -> None:
        try:
            await watch()
        except ChildEnded:
            stop.set()
            raise

    async def first_then_history() -> None:
        async with assembly.hub.changed:
            await assembly.hub.changed.wait_for(lambda: assembly.hub.snapshot is not None)
        report.first_snapshot_seconds = time.monotonic() - report.began
        console.print(f"[green]live[/] after {report.first_snapshot_seconds:.1f} s")
        if history is not None:
            report.history_seconds = await history.follow(console)

    if demo.for_s is not None:
        asyncio.get_running_loop().call_later(demo.for_s, stop.set)
    try:
        await serve(assembly, listener, str(settings.store.path), stop, (guarded, first_then_history), children.ask_to_stop)
    finally:
        report.counters = dict(assembly.hub.counters)


def _settings(demo: Demo, folder: Path, broker_port: int) -> Settings:
    """The demo's own broker and store, whatever the environment says; InfluxDB as asked."""
    influx = {"influx": {"url": demo.influx}} if demo.influx else {}
    return load_settings(mqtt={"url": f"mqtt://{LOOPBACK}:{broker_port}", "client_id": "boucle-demo"}, store={"path": folder / "demo.sqlite"}, **influx)


def paced(site: Site, speed: float) -> Site:
    """The site with the lateness of real time and at most five steps a second, as its sensors send."""
    fast = max(1.0, speed)
    model = site.model
    step_s = max(model.step_s, round(fast / STEPS_A_SECOND))
    return replace(site, model=model.model_copy(update={"lateness_s": model.lateness_s * fast, "step_s": float(step_s)}))


def _limits(speed: float) -> Limits:
    """Clock limits of the wire, stretched: a busy machine's minute is an hour of event time at 60 times its speed."""
    stretch = max(1.0, speed)
    return Limits(future_ms=int(60_000 * stretch), past_ms=int(LIMITS.past_ms * stretch))


def _greet(console: Console, site: Site, demo: Demo, settings: Settings, report: Report) -> None:
    from rich.table import Table

    table = Table(title=f"{site.model.name}: {site.count('rack'):,} racks, {site.count('cdu')} CDUs", title_justify="left", box=None, show_header=False)
    rows = {"page": f"[bold]{report.url}[/]", "broker": f"{report.broker}  (topics {site.model.root}/{site.id}/#)", "store": str(settings.store.path)}
    if demo.influx:
        rows["InfluxDB"] = demo.influx.rsplit("@", 1)[-1]
    rows["speed"] = f"{demo.speed:g} x real time"
    rows["end"] = f"after {demo.for_s:g} s" if demo.for_s else "Ctrl-C"
    for name, value in rows.items():
        table.add_row(name, value)
    console.print(table)


def _tail(log: Any) -> str:
    log.seek(0)
    return log.read().decode(errors="replace")[-2000:]


def _process_start() -> float:
    """Monotonic time at which this process began, from the kernel where it tells (Linux), else now."""
    try:
        ticks = int(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])  # field 22, starttime: proc(5)
        return ticks / os.sysconf("SC_CLK_TCK") + time.monotonic() - time.clock_gettime(time.CLOCK_BOOTTIME)
    except (OSError, ValueError, AttributeError):
        return time.monotonic()
