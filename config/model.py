"""What is installed: the site model as written in `sites/*.yaml` (pydantic at the edge, frozen).

A site is composed from few lines: halls name a template (`halls/*.yaml`) or spell themselves out; counts make the assets.
Equipment is named; the loader resolves names to datasheets (`equipment/*.yaml`).
"""
from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from config.classes import CLASSES
from config.equipment import Fraction, Frozen, NotNegative, Positive

Id = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=40)]
Count = Annotated[int, Field(ge=1, le=100_000)]
FeedIds = Annotated[tuple[Id, ...], Field(min_length=1)]


class Place(Frozen):
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    elevation_m: Annotated[float, Field(ge=-450, le=5000)]
    timezone: str


class Climate(Frozen):
    """A year of weather by its normals, used where no EPW file is named."""

    mean_c: float
    year_swing_k: NotNegative  # half the difference between July's and January's mean
    day_swing_k: NotNegative  # half the daily range
    humidity_pct: Annotated[float, Field(gt=0, le=100)]
    epw: str | None = None


class Network(Frozen):
    """District heating network: what it asks for and pays."""

    id: Id
    supply_winter_c: Positive
    supply_summer_c: Positive
    return_c: Positive
    peak_kw: Positive  # demand on the coldest day
    summer_share: Fraction  # of the peak, domestic hot water
    price_eur_mwh: NotNegative


class Feed(Frozen):
    """One grid feed with its chain: transformers -> transfer switch (genset behind) -> UPS -> PDU -> busway."""

    id: Id
    transformer: str
    transformers: Count
    ups: str
    ups_count: Count
    genset: str
    gensets: Count
    pdu: str | None = None
    pdus: Count = 1
    busway: str | None = None
    busways: Count = 1
    transfer_s: NotNegative = 1.0  # from a genset in tolerance to the switch on its side
    retransfer_s: NotNegative = 1800.0  # of stable grid before the load goes back


class Racks(Frozen):
    equipment: str
    count: Count
    feeds: FeedIds
    shelf: str | None = None  # power shelves of one rack
    shelves: Count = 1


class Cdus(Frozen):
    equipment: str
    count: Count
    feeds: FeedIds


class Pipes(Frozen):
    """Main of one direction, plant to the middle of the hall (the return is alike)."""

    length_m: Positive
    diameter_mm: Positive
    loss_w_m_k: NotNegative


class Pumps(Frozen):
    equipment: str
    count: Count
    needed: Count
    feeds: FeedIds
    ups: bool = False  # behind the UPS of their feeds, else on the bus before it


class Tank(Frozen):
    volume_m3: Positive
    layers: Annotated[int, Field(ge=2, le=20)] = 4
    loss_w_k: NotNegative


class Units(Frozen):
    """Several alike: dry coolers, chillers, heat pumps, exchangers, tower plants."""

    equipment: str
    count: Count
    feeds: FeedIds


class SetPoints(Frozen):
    fws_supply_c: float
    tcs_supply_c: float
    fws_dp_kpa: Positive
    hall_air_c: float = 27.0


class Controls(Frozen):
    """Settings of a hall's controllers, as commissioned: they say how fast machines answer, so how hot it gets meanwhile."""

    valve_per_k: Positive = 0.06  # of a CDU valve's stroke, for each K of coolant supply above its set point
    valve_reset_s: Positive = 40.0
    valve_stroke_s: Positive = 30.0  # from shut to open
    fans_per_k: Positive = 0.04  # of the fans' speed, for each K of water leaving the plant above its set point
    fans_reset_s: Positive = 240.0
    heat_pump_s: Positive = 600.0  # from stop to full load
    heat_pump_least_c: float | None = None  # it takes less as the water it leaves falls below this; the facility set point when left out


class Hall(Frozen):
    """One hall with its own facility loop."""

    id: Id
    racks: Racks
    cdus: Cdus
    pipes: Pipes
    pumps: Pumps
    set_points: SetPoints
    controls: Controls = Controls()
    tank: Tank | None = None
    coolers: Units | None = None
    tower: Units | None = None
    heat_pump: Units | None = None
    chiller: Units | None = None  # trim chillers behind the coolers, which then stand as the economiser
    district: Units | None = None
    air_kw_k: NotNegative = 0.0  # fan coils, hall air to facility supply water
    air_fan_kw: NotNegative = 0.0


class Copies(Frozen):
    """`count` halls alike from a template; ids are `{id}{n}`."""

    template: str
    id: Id
    count: Count


class SiteModel(Frozen):
    schema_version: Literal[1] = Field(alias="schema")
    id: Id
    name: str
    root: Id = "dc"
    step_s: Positive = 1.0  # the twin's step and snapshot period, event time
    periods: dict[str, Positive] = Field(default_factory=dict)  # s between messages of a class, or of the "gpu" arrays; who is not named speaks every step
    lateness_s: NotNegative = 2.0  # how long the watermark waits for late readings
    place: Place
    climate: Climate
    network: Network | None = None
    feeds: tuple[Feed, ...]
    calibration: str | None = None  # parameter file of `boucle calibrate`, beside this file
    base_kw: NotNegative = 0.0  # lights, offices, controls
    average_load: Fraction = 0.6
    halls: tuple[Hall, ...]

    @field_validator("periods")
    @classmethod
    def _known(cls, periods: dict[str, float]) -> dict[str, float]:
        speaking = sorted([*(c for c, spec in CLASSES.items() if spec.measured), "gpu"])
        if unknown := sorted(set(periods) - set(speaking)):
            raise ValueError(f"unknown class {unknown[0]!r}: one of {', '.join(speaking)}")
        return periods
