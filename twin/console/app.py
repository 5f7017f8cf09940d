"""The web application: page, charts library from its installed package, and the HTTP API."""
from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from twin.api import errors
from twin.api.alarms import Ask
from twin.api.headers import SecurityHeaders
from twin.api.history import Reader
from twin.api.live import Live
from twin.api.routes import Context, router
from twin.service.asker import Asker
from twin.service.hub import Hub

STATIC = Path(__file__).parent / "static"
CHARTS = {"uplot.js": "youplot/vendor/uplot.iife.min.js", "uplot.css": "youplot/vendor/uplot.min.css"}
_ABOUT = "Live state, history and health of the twin of a liquid-cooled data center. Every number is in the unit its name carries."


def create_app(hub: Hub, store_path: str | None, *, clock_ms: Callable[[], int], metrics: Callable[[], str] | None = None,
               history: Reader | None = None, ask: Ask | None = None, asker: Asker | None = None) -> FastAPI:
    """The application over one hub. `app.state.live.close()` ends its streams so that a server can stop at once."""
    live = Live(hub, clock_ms)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        live.close()

    app = FastAPI(title="Boucle", description=_ABOUT, version="1", openapi_url="/api/openapi.json", docs_url=None,
                  redoc_url=None, lifespan=lifespan)
    app.state.live = live
    app.add_middleware(GZipMiddleware, minimum_size=1024)  # leaves event streams alone
    app.add_middleware(SecurityHeaders)
    errors.install(app)
    app.include_router(router(Context(hub, live, store_path, clock_ms, metrics, history or _stored, ask, asker)))
    _pages(app)
    return app


def _stored(*query: object) -> tuple[np.ndarray, np.ndarray]:
    """The local store's history; imported at first use, for a service without a store needs none."""
    from twin.sinks.local import history

    return history(*query)


def _pages(app: FastAPI) -> None:
    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @app.get("/charts/{name}", include_in_schema=False)
    async def chart_library(name: str) -> FileResponse:
        """Located without importing the package: only its browser files are used."""
        wanted = errors.one_of("file", name, list(CHARTS))
        return FileResponse(str(distribution("youplot").locate_file(CHARTS[wanted])), headers={"Cache-Control": "max-age=86400"})

    app.mount("/static", StaticFiles(directory=STATIC), name="static")
