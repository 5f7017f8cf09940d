"""What-if over HTTP: ask, follow, cancel. The answer's bytes are those of every other door."""
from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from config.scenarios import known_scenarios, scenario_tree
from twin.api.errors import Refused
from twin.api.schemas import Problem
from twin.service.advice_request import AdviceRequest
from twin.service.asker import Asker, Busy, Stopped
from twin.service.request import Request
from twin.whatif import refusal
from twin.whatif.perturbations import KINDS
from twin.whatif.question import plain
from twin.whatif.scenario import scenario

STREAM = "text/event-stream"
PROBLEMS: dict[int | str, dict[str, Any]] = {code: {"model": Problem} for code in (404, 409, 422, 429, 503)}


class KindInfo(BaseModel):
    """A kind of perturbation."""

    kind: str
    what: str
    example: str = Field(description="as words")
    words: list[str] = Field(description="fields that a typed question gives without their names, in this order")
    fields: dict[str, Any] = Field(description="JSON schema of its fields")


class ScenarioInfo(BaseModel):
    """A saved question."""

    name: str
    title: str
    asks: str
    question: dict[str, Any]


class Catalogue(BaseModel):
    """What can be asked."""

    kinds: list[KindInfo]
    scenarios: list[ScenarioInfo]


class CancelledAnswer(BaseModel):
    """A what-if that was told to stop."""

    id: str


def catalogue() -> Catalogue:
    kinds = [KindInfo(kind=name, what=(kind.__doc__ or "").partition("\n")[0], example=kind.example, words=list(kind.words),
                      fields=kind.model_json_schema()["properties"])
             for name, kind in sorted(KINDS.items())]
    saved = [(name, scenario(scenario_tree(name))) for name in known_scenarios()]
    return Catalogue(kinds=kinds, scenarios=[ScenarioInfo(name=n, title=q.title, asks=q.asks, question=plain(q)) for n, q in saved])


def add_routes(routes: APIRouter, asker: Asker | None) -> None:
    known = catalogue()

    @routes.get("/api/whatif", tags=["whatif"], summary="What can be asked: perturbations and saved scenarios")
    async def get_whatif() -> Catalogue:
        """Kinds with their fields and limits, and scenarios by name."""
        return known

    @routes.post("/api/whatif", tags=["whatif"], summary="Ask what happens if", responses=PROBLEMS | {200: {"content": {STREAM: {}}}}, response_class=Response)
    async def post_whatif(request: Request, accept: Annotated[str, Header()] = "") -> Response:
        """From the twin's present (`start: now`) or the designed plant. With `Accept: text/event-stream` events `share` tell how far it is and
        `answer` (or `error`) ends the stream. The live twin is only read. 422 says what cannot be asked, 429 that too many run."""
        return await answered(asker, request, accept)

    @routes.delete("/api/whatif/{id}", tags=["whatif"], summary="Cancel a what-if", responses=PROBLEMS)
    async def delete_whatif(id: Annotated[str, Path(max_length=64)]) -> CancelledAnswer:
        """One that runs or waits, by the id it was asked with."""
        if asker is None or not asker.cancel(id):
            raise Refused(404, f"id: no what-if {id[:64]!r} runs")
        return CancelledAnswer(id=id)


async def answered(asker: Asker | None, request: Request | AdviceRequest, accept: str) -> Response:
    """The answer's bytes, or its events where they are asked for."""
    if asker is None:
        raise Refused(503, "this service answers no what-ifs", "start it with a twin")
    if STREAM in accept:
        return StreamingResponse(stream(asker, request), media_type=STREAM, headers={"X-Accel-Buffering": "no"})
    try:
        return Response(await asker.ask(request), media_type="application/json")
    except refusal.Refused as why:
        raise Refused(status(why), str(why)) from None


def status(why: refusal.Refused) -> int:
    return 429 if isinstance(why, Busy) else 409 if isinstance(why, Stopped) else 422


async def stream(asker: Asker, request: Request | AdviceRequest) -> AsyncIterator[bytes]:
    """Shares as they come, then the answer; the work ends when the reader leaves."""
    shares: asyncio.Queue[float] = asyncio.Queue()
    task = asyncio.create_task(asker.ask(request, shares.put_nowait))
    try:
        while not task.done():
            waiting = asyncio.ensure_future(shares.get())
            await asyncio.wait((task, waiting), return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                yield b"event: share\ndata: %.3f\n\n" % waiting.result()
            else:
                waiting.cancel()
        yield _last(task)
    finally:
        task.cancel()


def _last(task: asyncio.Task[bytes]) -> bytes:
    error = task.exception()
    if error is None:
        return b"event: answer\ndata: " + task.result() + b"\n\n"
    if not isinstance(error, refusal.Refused):
        raise error
    return b"event: error\ndata: " + json.dumps({"error": str(error), "status": status(error)}).encode() + b"\n\n"
