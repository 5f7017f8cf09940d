"""Advice over HTTP: ask and follow. It only advises: no route writes to a plant."""
from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, Field

from twin.advise.knobs import TITLES
from twin.api.whatif import PROBLEMS, STREAM, answered
from twin.service.advice_request import AdviceRequest
from twin.service.asker import Asker


class AdviceInfo(BaseModel):
    """What advice can be asked for."""

    goals: dict[str, str]
    knobs: dict[str, str] = Field(description="set points that may move")
    fields: dict[str, Any] = Field(description="JSON schema of the request's fields")


GOALS = {"cost": "least net cost: power less heat sold", "heat": "most heat sold"}


def add_routes(routes: APIRouter, asker: Asker | None) -> None:
    known = AdviceInfo(goals=GOALS, knobs=TITLES, fields=AdviceRequest.model_json_schema()["properties"])

    @routes.get("/api/advise", tags=["advise"], summary="What advice can be asked for")
    async def get_advise() -> AdviceInfo:
        """Goals, set points and the request's fields with their limits."""
        return known

    @routes.post("/api/advise", tags=["advise"], summary="Ask which set points would serve a goal", responses=PROBLEMS | {200: {"content": {STREAM: {}}}},
                 response_class=Response)
    async def post_advise(request: AdviceRequest, accept: Annotated[str, Header()] = "") -> Response:
        """What would be set, what that earns, what survives a lost pump or feed, and what each limit costs. With `Accept: text/event-stream` events
        `share` tell how far it is. Nothing is written to a plant. `DELETE /api/whatif/{id}` stops it."""
        return await answered(asker, request, accept)
