"""Faults that the twin knows, and whether the sensors that report now would show them."""
from __future__ import annotations

import math

from fastapi import APIRouter
from pydantic import BaseModel, Field

from twin.estimate.catalogue import CATALOGUE
from twin.estimate.health.assess import Assessed
from twin.service.hub import Hub


class FaultInfo(BaseModel):
    """One fault of the catalogue at this site."""

    fault: str
    title: str
    cls: str = Field(description="class of the asset that is at fault; empty for a sensor or an asset of any")
    able: int = Field(description="assets or sensors where it would be seen")
    places: int = Field(description="how many there are")
    smallest: float | None = Field(description="size from which a typical one of them would tell it, in `unit`")
    unit: str
    missing: list[str] = Field(description="assets where it cannot be assessed, at most 20")
    why: str = Field(description="what that takes, or when the fault shows nothing")


class FaultsAnswer(BaseModel):
    ts: int | None = Field(description="event time, epoch ms")
    faults: list[FaultInfo]


def info(a: Assessed) -> FaultInfo:
    """One fault as shown."""
    entry = CATALOGUE[a.fault]
    smallest = None if math.isnan(a.smallest) else round(a.smallest, 6)
    return FaultInfo(fault=a.fault, title=entry.title, cls=a.cls, able=a.able, places=a.places, smallest=smallest,
                     unit="" if entry.sensor else entry.unit, missing=list(a.missing[:20]), why=a.why)


def add_routes(routes: APIRouter, hub: Hub) -> None:
    @routes.get("/api/faults", tags=["alarms"], summary="Faults that the sensors of this site can tell")
    async def get_faults() -> FaultsAnswer:
        """For each fault of the catalogue: at how many assets or sensors it would be seen now, from which size on, and where it cannot be assessed."""
        return FaultsAnswer(ts=hub.snapshot.ts_ms if hub.snapshot else None, faults=[info(a) for a in hub.assess()])
