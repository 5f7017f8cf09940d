"""The newest forecast over HTTP: one column with its band, and how well every column was foretold."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from config.classes import CLASSES
from config.quantities import QUANTITIES
from twin.api.errors import Refused, one_of
from twin.api.schemas import Number, Problem
from twin.api.view import digits
from twin.forecast.scores import BAND
from twin.forecast.show import Told
from twin.service.hub import Hub
from twin.wire.scores import horizon, score_values

_PROBLEMS: dict[int | str, dict[str, Any]] = {code: {"model": Problem} for code in (404, 422)}


class Skill(BaseModel):
    """How well a column was foretold at a horizon, over the last day or so."""

    column: str = Field(description="class.column")
    horizon: str = Field(description="15min, 1h or 4h")
    skill: Number = Field(description="1 - RMSE / RMSE of persistence: 1 perfect, 0 no better than that nothing changes, below 0 worse")
    coverage: Number = Field(description="share of what came that fell between 5 and 95 %: 0.9 where the band is right")
    rmse: Number = Field(description="in the unit of the column")
    persistence_rmse: Number
    n: Number = Field(description="forecasts that met their moment, older ones fading")


class SkillAnswer(BaseModel):
    """Scores of all columns that are foretold."""

    made_ms: int | None = Field(description="event time of the newest forecast; null before the first")
    weather: str = Field(description="where its weather comes from")
    columns: list[str]
    scores: list[Skill]


class ForecastAnswer(BaseModel):
    """A column of the newest forecast, minute by minute, with its 5 and 95 %."""

    unit: str
    title: str
    made_ms: int | None
    weather: str
    t: list[int] = Field(description="epoch milliseconds")
    low: list[Number] = Field(description="5 %")
    v: list[Number] = Field(description="50 %")
    high: list[Number] = Field(description="95 %")
    skill: list[Skill]


@dataclass(frozen=True)
class Wanted:
    """One column of one asset."""

    cls: str
    hall: str
    id: str
    field: str


def add_routes(routes: APIRouter, hub: Hub) -> None:
    @routes.get("/api/forecast/skill", tags=["forecast"], summary="How well things were foretold")
    async def get_skill() -> SkillAnswer:
        """Scores since the start of the service, older ones fading within a day."""
        return skill(hub.forecast)

    @routes.get("/api/forecast", tags=["forecast"], summary="The newest forecast of one column", responses=_PROBLEMS)
    async def get_forecast(cls: Annotated[str, Query(alias="class", description="asset class, e.g. site")], hall: Annotated[str, Query(description="hall, or `site`")],
                           id: Annotated[str, Query(description="asset")], field: Annotated[str, Query(description="column, e.g. it_kw")]) -> ForecastAnswer:
        """Four hours ahead, made each minute of event time. Empty before the first, and for a column that is not foretold."""
        return forecast(hub, Wanted(cls, hall, id, field))


def skill(told: Told | None) -> SkillAnswer:
    if told is None:
        return SkillAnswer(made_ms=None, weather="", columns=[], scores=[])
    return SkillAnswer(made_ms=told.made_ms, weather=told.weather, columns=[c.key for c in told.columns], scores=_skills(told))


def _skills(told: Told, column: str = "") -> list[Skill]:
    return [Skill(column=s.column, horizon=horizon(s.horizon_s), **{k: _number(v, 4) for k, v in score_values(s).items()})
            for s in told.scores if not column or s.column == column]


def forecast(hub: Hub, w: Wanted) -> ForecastAnswer:
    """Raises Refused naming what is allowed."""
    site, told = hub.site, hub.forecast
    one_of("class", w.cls, [c for c in CLASSES if site.count(c)])
    one_of("field", w.field, list(CLASSES[w.cls].columns))
    row = site.at.get((w.hall, w.cls, w.id))
    if row is None:
        raise Refused(404, f"no {w.cls} {w.id[:64]!r} in {w.hall[:64]!r}", [f"{a.hall}/{a.id}" for a in site.assets[w.cls]][:20])
    q, key = QUANTITIES[w.field], f"{w.cls}.{w.field}"
    column = next((c for c in told.columns if c.key == key), None) if told else None
    if told is None or column is None:
        return ForecastAnswer(unit=q.unit, title=q.title, made_ms=told.made_ms if told else None, weather=told.weather if told else "", t=[], low=[], v=[],
                              high=[], skill=[])
    at, places = column.place.start + row, int(digits(w.cls)[CLASSES[w.cls].column(w.field)]) + 1
    value, std = told.values[:, at] / q.factor, BAND * told.std[:, at] / q.factor
    low, middle, high = ([_number(x, places) for x in np.clip(v, q.low, q.high)] for v in (value - std, value, value + std))
    return ForecastAnswer(unit=q.unit, title=q.title, made_ms=told.made_ms, weather=told.weather, t=told.ts_ms.tolist(), low=low, v=middle, high=high,
                          skill=_skills(told, key))


def _number(value: float, places: int) -> float | None:
    return round(float(value), places) if np.isfinite(value) else None
