"""Advice as every door asks for it: a wish, from now or from the designed plant."""
from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from twin.advise.wish import Wish
from twin.service.request import Name


class AdviceRequest(Wish):
    """What to ask."""

    start: Annotated[Literal["now", "designed"], Field(description="from the twin's present, or the plant at rest as designed")] = "now"
    load: Annotated[float | None, Field(ge=0, le=1, description="share of load of a designed start")] = None
    outdoor_c: Annotated[float | None, Field(ge=-40, le=55, description="outdoor temperature of a designed start")] = None
    id: Annotated[Name | None, Field(description="to cancel it by; unique among those that run")] = None


def wish(r: AdviceRequest) -> Wish:
    """The wish of a request."""
    return Wish(**{name: getattr(r, name) for name in Wish.model_fields})
