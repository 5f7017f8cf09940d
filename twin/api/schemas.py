"""Shapes of the answers. Every number is in the unit its name carries; unknown is null."""
from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

Number = float | None


class QuantityInfo(BaseModel):
    """A quantity of the one table."""

    unit: str
    title: str
    low: float = Field(description="smallest physically possible value")
    high: float = Field(description="largest physically possible value")


class AssetClassInfo(BaseModel):
    """Columns of a class: `measured` come from sensors, `virtual` only from the twin."""

    title: str
    measured: list[str]
    virtual: list[str]


class HallInfo(BaseModel):
    """A hall and which parts it has."""

    id: str
    parts: list[str] = Field(description="asset classes present in this hall")
    titles: dict[str, str] = Field(description="class to installed equipment")
    set_points: dict[str, float]
    throttle_c: float = Field(description="GPU temperature at which the margin is zero")
    rack_title: str


class SiteInfo(BaseModel):
    """What is installed; the order of assets and columns is the order of every array in a live frame."""

    id: str
    name: str
    step_s: float
    timezone: str
    site_level: str = Field(description="hall name of assets that belong to no hall")
    gpus_per_rack: int
    network: str | None = Field(description="district heating network, if any")
    halls: list[HallInfo]
    classes: dict[str, AssetClassInfo]
    quantities: dict[str, QuantityInfo]
    assets: dict[str, list[tuple[str, str, int | None, list[str]]]] = Field(description="class to [hall, id, row of the parent, feeds]")


class Series(BaseModel):
    """Points in time order."""

    t: list[int] = Field(description="epoch milliseconds")
    v: list[Number]


class HistoryAnswer(BaseModel):
    """Measured and modelled history of one column, decimated to at most `max_points` each."""

    unit: str
    title: str
    sensor: Series
    twin: Series
    std: Series = Field(description="one standard deviation of the twin")


class RackColumn(BaseModel):
    """One column of a rack: what its sensor said beside what the twin holds."""

    name: str
    measured: Number
    modelled: Number
    std: Number
    residual: Number
    verdict: str = Field(description="unseen, believed, suspect or stale; virtual for what only the twin knows")


class RackAnswer(BaseModel):
    """One rack with its GPUs."""

    hall: str
    id: str
    ts: int | None = Field(description="event time of the snapshot, epoch milliseconds")
    cdu: str | None
    feeds: list[str]
    throttle_c: float
    columns: list[RackColumn]
    gpu_c: list[Number] = Field(description="modelled temperature of each GPU")
    gpu_w: list[Number]
    gpu_measured_c: list[Number] = Field(description="as reported by the GPUs, empty when none did")


class Part(BaseModel):
    """One part of the service."""

    ok: bool
    detail: str = ""


class HealthAnswer(BaseModel):
    """Whether the service does its work."""

    ok: bool
    event_time_ms: int | None
    lag_ms: int | None = Field(description="clock minus event time")
    parts: dict[str, Part]
    counters: dict[str, int]


class RejectedExample(BaseModel):
    """A message that could not be used."""

    ts: int
    reason: str
    topic: str
    field: str
    detail: str


class RejectedAnswer(BaseModel):
    """Bad input since the start."""

    total: int
    by_reason: dict[str, int]
    last: list[RejectedExample] = Field(description="newest first, at most 100")


class Problem(BaseModel):
    """Why a request could not be answered, and what would have been."""

    error: str
    allowed: Any = None
