"""A served page over a moving hub, and Chromium to look at it."""
from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from config.load import load_site
from tests import servers
from tests.browser import console_feeder as feeder
from twin.console.app import create_app
from twin.service.hub import Hub

PERIOD_S = 0.25
ARGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync")


class Served:
    """A page on a free port of loopback. `alive = False` silences the twin; `stop()` takes the server away, `start()` brings it back."""

    def __init__(self, site_name: str, hub: Hub | None = None, alive: bool = True):
        self.site = load_site(site_name)
        self.hub = hub or feeder.make_hub(self.site)
        self.asker = feeder.asker(self.site)
        self.alive, self.now_ms, self.port = alive, feeder.T0_MS, 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def clock_ms(self) -> int:
        self.now_ms += 250
        return self.now_ms

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self.hub.changed = asyncio.Condition()
        self._app = app = create_app(self.hub, ":fake:", clock_ms=lambda: self.now_ms, history=feeder.history(self.site),
                                            ask=feeder.desk(self.hub), asker=self.asker)
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        feeding = asyncio.create_task(feeder.run(self.hub, PERIOD_S, lambda: self.alive, self.clock_ms))
        await self._server.serve(sockets=[self._listener])
        feeding.cancel()

    def stop(self) -> None:
        self._server.should_exit = True
        self._loop.call_soon_threadsafe(self._app.state.live.close)
        self._thread.join(20)
        self.asker.close()
        self._listener.close()


@pytest.fixture(scope="module")  # not longer: its event loop stands in the way of asynchronous tests
def chromium() -> Iterator:
    path = servers.require("chromium")
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def valence() -> Iterator[Served]:
    served = Served("valence")
    yield served
    served.stop()


@pytest.fixture
def look(chromium) -> Iterator:
    """Open a page; whatever it complains about or asks of another host is kept on it."""
    contexts = []

    def open_page(url: str, width: int = 1440, height: int = 900, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints, page.hosts = [], set()
        page.on("console", lambda m: page.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: page.complaints.append(str(e)))
        page.on("request", lambda r: page.hosts.add(r.url.split("/")[2]))
        page.goto(url)
        return page
    yield open_page
    for context in contexts:
        context.close()
