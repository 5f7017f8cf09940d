"""Service, source and page in one event loop until a signal or the time; everything ends within 5 s."""
from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence

import uvicorn

from twin.console.app import create_app
from twin.service.assemble import Assembly
from twin.service.metrics import text
from twin.service.tasks import end
from twin.sources.broker import PortTaken

STOP_S = 3.5  # longest time for the service to drain and close


class Server(uvicorn.Server):
    """uvicorn without its own signal handlers: one place decides when everything ends."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """The page's socket; PortTaken names the port. Port 0 takes any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise PortTaken(port, f"page ({error.strerror})") from None
    return listener


def stop_on_signals(stop: asyncio.Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)


async def serve(assembly: Assembly, listener: socket.socket, store: str, stop: asyncio.Event,
                beside: Sequence[Callable[[], Awaitable[None]]] = (), stopping: Callable[[], None] = lambda: None) -> None:
    """Run until `stop` is set or a part fails; what fails is raised after everything else has been closed."""
    hub, service = assembly.hub, assembly.service
    app = create_app(hub, store, clock_ms=service.clock.now_ms, metrics=lambda: text(hub), ask=service.ask, asker=assembly.asker)
    server = Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1, lifespan="on"))
    parts = [asyncio.create_task(work, name=name) for name, work in (
        ("source", assembly.source.run()), ("page", server.serve([listener])), ("service", service.run()))]
    others = [asyncio.create_task(work()) for work in (assembly.forecaster.run, *beside)]
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([*parts, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    stopping()
    app.state.live.close()
    server.should_exit = True
    service.stop()
    await assembly.door.close()
    assembly.asker.close()
    source, page, fold = parts
    await asyncio.wait([fold, page], timeout=STOP_S)  # the source stays: what is drained is acknowledged on its connection
    await end(source, *others)
    _raise_faults([*parts, *others])


def _raise_faults(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        if not task.done():
            task.cancel()
        elif not task.cancelled() and (error := task.exception()) is not None:
            raise error
