"""The routes under `/api` and `/metrics`."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from twin.api import advise, alarms, faults, forecast, history, metrics, whatif
from twin.api.describe import describe
from twin.api.errors import Refused, one_of
from twin.api.live import Live
from twin.api.rack import rack
from twin.api.schemas import HealthAnswer, HistoryAnswer, Part, Problem, RackAnswer, RejectedAnswer, RejectedExample, SiteInfo
from twin.api.view import halls
from twin.service.asker import Asker
from twin.service.hub import Hub

_PROBLEMS: dict[int | str, dict[str, Any]] = {404: {"model": Problem}, 422: {"model": Problem}}
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Context:
    """What the routes read from."""

    hub: Hub
    live: Live
    store_path: str | None
    clock_ms: Callable[[], int]
    metrics: Callable[[], str] | None
    history: history.Reader
    ask: alarms.Ask | None = None
    asker: Asker | None = None


def router(context: Context) -> APIRouter:
    """All routes over one context."""
    routes = APIRouter()
    _structure(routes, context)
    _stream(routes, context)
    _past(routes, context)
    _state(routes, context)
    faults.add_routes(routes, context.hub)
    alarms.add_routes(routes, context.hub, context.clock_ms, context.ask)
    whatif.add_routes(routes, context.asker)
    advise.add_routes(routes, context.asker)
    forecast.add_routes(routes, context.hub)
    return routes


def _structure(routes: APIRouter, context: Context) -> None:
    site = context.hub.site
    encoded = describe(site).model_dump_json().encode()

    @routes.get("/api/site", tags=["site"], summary="What is installed", response_model=SiteInfo)
    async def get_site() -> Response:
        """Halls, assets, columns, units and titles. Does not change while the service runs."""
        return Response(encoded, media_type="application/json")

    @routes.get("/api/rack/{hall}/{id}", tags=["live"], summary="One rack with its GPUs", responses=_PROBLEMS)
    async def get_rack(hall: str, id: str) -> RackAnswer:
        """Measured beside modelled for every column, and the temperature and power of each GPU."""
        one_of("hall", hall, list(halls(site)))
        one_of("id", id, [a.id for a in site.assets["rack"] if a.hall == hall])
        return rack(context.hub, site.at[(hall, "rack", id)])


def _stream(routes: APIRouter, context: Context) -> None:
    names = list(halls(context.hub.site))

    @routes.get("/api/live", tags=["live"], summary="Live frames as server-sent events", responses=_PROBLEMS,
                response_class=StreamingResponse)
    async def get_live(hall: Annotated[str | None, Query(description="hall to show in full; the first when left out")] = None) -> Response:
        """About one frame a second: `c[class]` holds rows of `v` (modelled), `s` (one standard deviation), `m` (measured), `r` (residual),
        `q` (verdict digits: 0 unseen, 1 believed, 2 suspect, 3 stale) and `age` in seconds, rows and columns as in `/api/site` for the
        hall and the site level. `racks.state`: 0 fine, 1 unseen, 2 suspect, 3 stale, 4 leak. A `beat` event comes when nothing changed."""
        if context.live.full:
            raise Refused(503, "too many live readers", "try again later")
        chosen = one_of("hall", hall or names[0], names)
        return StreamingResponse(context.live.stream(chosen), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _past(routes: APIRouter, context: Context) -> None:
    @routes.get("/api/history", tags=["history"], summary="Measured and modelled history of one column", responses=_PROBLEMS)
    async def get_history(
        cls: Annotated[str, Query(alias="class", description="asset class, e.g. loop")],
        hall: Annotated[str, Query(description="hall, or `site`")],
        id: Annotated[str, Query(description="asset")],
        field: Annotated[str, Query(description="column, e.g. supply_c")],
        start_ms: Annotated[int | None, Query(ge=0, le=2**53, description="epoch ms; a day before the end when left out")] = None,
        end_ms: Annotated[int | None, Query(ge=0, le=2**53, description="epoch ms; the twin's now when left out")] = None,
        max_points: Annotated[int, Query(ge=2, le=10_000)] = 720,
    ) -> HistoryAnswer:
        """From the local store, decimated evenly. Values are in the unit of the column."""
        snapshot = context.hub.snapshot
        end = end_ms if end_ms is not None else (snapshot.ts_ms if snapshot else context.clock_ms())
        query = history.Query(cls, hall, id, field, max(0, end - DAY_MS) if start_ms is None else start_ms, end, max_points)
        history.check(context.hub.site, query)
        if context.store_path is None:
            raise Refused(503, "this service keeps no local store", "start it with a store")
        return await history.read(context.history, context.store_path, query)


def _state(routes: APIRouter, context: Context) -> None:
    hub = context.hub

    @routes.get("/api/health", tags=["service"], summary="Health of the service and its parts", responses={503: {"model": HealthAnswer}})
    async def get_health(response: Response) -> HealthAnswer:
        """503 when a part is not well, so that a supervisor needs no JSON."""
        parts = {name: Part(ok=bool(p.get("ok")), detail=str(p.get("detail", ""))) for name, p in hub.health.items()}
        ok = all(p.ok for p in parts.values())
        response.status_code = 200 if ok else 503
        ts = None if hub.snapshot is None else hub.snapshot.ts_ms
        lag = None if ts is None else context.clock_ms() - ts
        return HealthAnswer(ok=ok, event_time_ms=ts, lag_ms=lag, parts=parts, counters=dict(hub.counters))

    @routes.get("/api/rejected", tags=["service"], summary="Input that could not be used")
    async def get_rejected() -> RejectedAnswer:
        """Counts by reason since the start and the last examples, newest first."""
        counts = metrics.rejected_by_reason(hub)
        last = [RejectedExample(**_example(asdict(r))) for r in reversed(hub.rejected)]
        return RejectedAnswer(total=sum(counts.values()), by_reason=counts, last=last)

    @routes.get("/metrics", tags=["service"], summary="Prometheus metrics", response_class=PlainTextResponse)
    async def get_metrics() -> str:
        """Counters, rejections by reason, health and event time."""
        return context.metrics() if context.metrics is not None else metrics.text(hub)


def _example(rejected: dict[str, Any]) -> dict[str, Any]:
    """A sender's text is cut: it may be huge."""
    cut = {k: str(v)[:200] for k, v in rejected.items() if k != "ts_ms"}
    return cut | {"ts": rejected["ts_ms"]}
