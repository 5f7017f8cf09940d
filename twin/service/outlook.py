"""What is told of the time to come, from files and from the broker: weather and jobs, as JSON alike; weather as an EPW file too.

A message replaces what the last one said; one that cannot be used is counted and changes nothing. Retained ones are welcome: a service
that starts wants to know them.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.errors import ConfigError, Problem
from twin.forecast.outlook import Job, Outlook, Weather
from twin.physics.humid import humidity_ratio, wet_bulb
from twin.sources.inbox import Message
from twin.whatif.ground import Ground, select
from twin.whatif.refusal import Refused
from twin.wire.topics import WHATIF_ROOT

Celsius = Annotated[float, Field(ge=-60, le=60)]
Ms = Annotated[int, Field(ge=0, le=2**53)]
EPW_HEAD, EPW_DRY, EPW_HUMID, EPW_ZONE = 8, 6, 8, 8  # lines, then columns (EnergyPlus, Auxiliary Programs, chapter on weather data)


class WeatherMessage(BaseModel):
    """A weather forecast."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    title: Annotated[str, Field(max_length=80)] = "given"
    ts: Annotated[list[Ms], Field(min_length=2, max_length=10_000, description="epoch ms, rising")]
    dry_bulb_c: Annotated[list[Celsius], Field(max_length=10_000)]
    wet_bulb_c: Annotated[list[Celsius], Field(max_length=10_000)]

    @model_validator(mode="after")
    def _alike(self) -> WeatherMessage:
        if not len(self.ts) == len(self.dry_bulb_c) == len(self.wet_bulb_c) or any(b <= a for a, b in zip(self.ts, self.ts[1:], strict=False)):
            raise ValueError("ts must rise, and dry_bulb_c and wet_bulb_c have as many values")
        return self


class JobMessage(BaseModel):
    """A job that is scheduled."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)
    racks: Annotated[str, Field(min_length=1, max_length=400, description="names, with * and commas")]
    start: Ms
    end: Ms
    load: Annotated[float, Field(ge=0, le=1, description="of the GPUs' range between idle and full power")]


class JobsMessage(BaseModel):
    """The schedule as it stands."""

    model_config = ConfigDict(extra="forbid")
    jobs: Annotated[list[JobMessage], Field(max_length=1000)]


def topics(site: str) -> tuple[str, str]:
    """Where weather and jobs are told."""
    return f"{WHATIF_ROOT}/{site}/outlook/weather", f"{WHATIF_ROOT}/{site}/outlook/jobs"


def weather(payload: bytes) -> Weather:
    """Raises ValueError."""
    m = WeatherMessage.model_validate_json(payload)
    dry = np.array(m.dry_bulb_c)
    return Weather(np.array(m.ts, float), dry, np.minimum(m.wet_bulb_c, dry), m.title)


def jobs(g: Ground, payload: bytes) -> tuple[Job, ...]:
    """Raises ValueError or Refused."""
    found = JobsMessage.model_validate_json(payload).jobs
    return tuple(Job(j.start, j.end, select(g, "rack", j.racks, f"jobs.{i}.racks"), j.load) for i, j in enumerate(found))


def epw(text: str, year: int, title: str) -> Weather:
    """A typical year laid on `year` and the next. Raises ValueError."""
    lines = text.splitlines()
    zone = float(lines[0].split(",")[EPW_ZONE])
    table = np.array([[float(row.split(",")[c]) for c in (EPW_DRY, EPW_HUMID)] for row in lines[EPW_HEAD:] if row.strip()])
    dry = np.concatenate([table[:, 0]] * 2)
    wet = wet_bulb(dry, humidity_ratio(dry, np.concatenate([table[:, 1]] * 2) / 100.0))
    begin = datetime(year, 1, 1, tzinfo=UTC).timestamp() - 3600.0 * zone
    return Weather(1000.0 * (begin + 3600.0 * (np.arange(len(dry)) + 0.5)), dry, wet, title, typical=True)


def from_files(g: Ground, weather_file: Path | None, jobs_file: Path | None, year: int) -> Outlook:
    """Raises ConfigError naming the file."""
    def read(file: Path, use: Callable[[], object]) -> object:
        try:
            return use()
        except (OSError, ValueError, IndexError, Refused) as error:
            said = error.errors(include_url=False)[0]["msg"] if isinstance(error, ValidationError) else str(error)
            raise ConfigError([Problem(str(file), 0, "forecast", said)]) from None

    air = None if weather_file is None else read(weather_file, lambda: (
        epw(weather_file.read_text(errors="replace"), year, weather_file.name) if weather_file.suffix.lower() == ".epw" else weather(weather_file.read_bytes())))
    found = () if jobs_file is None else read(jobs_file, lambda: jobs(g, jobs_file.read_bytes()))
    return Outlook(air, found)  # type: ignore[arg-type] what `read` hands on


@dataclass
class Told:
    """What is told, as it stands."""

    ground: Ground
    outlook: Outlook = field(default_factory=Outlook)
    count: Callable[[str], None] = lambda what: None

    def take(self, message: Message) -> bool:
        """Whether the message was ours."""
        names = topics(self.ground.site.id)
        if message.topic not in names:
            return False
        try:
            if message.topic == names[0]:
                self.outlook = replace(self.outlook, weather=weather(message.payload))
            else:
                self.outlook = replace(self.outlook, jobs=jobs(self.ground, message.payload))
            self.count("outlooks")
        except (ValueError, Refused):
            self.count("rejected_outlook")
        return True
