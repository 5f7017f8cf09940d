"""A day of an EPW weather file as a perturbation."""
from __future__ import annotations

from pathlib import Path
from typing import Any

from twin.whatif.refusal import Refused

DAY_H = 24


def weather_day(file: Path, day: str) -> dict[str, Any]:
    """The `weather-day` of `day` (month-day, 07-19) in an EPW file. Raises Refused."""
    from pvlib.iotools import read_epw

    from twin.physics.humid import humidity_ratio, wet_bulb

    try:
        month, date = map(int, day.split("-"))
        table = read_epw(str(file))[0]
    except (OSError, ValueError, LookupError) as error:
        raise Refused("epw", f"{file}, {day}: {error}") from None
    rows = table[(table["month"] == month) & (table["day"] == date)]
    if len(rows) != DAY_H:
        raise Refused("day", f"{day}: {file} has {len(rows)} hours of that day; write month-day, 07-19")
    dry = rows["temp_air"].to_numpy(float)
    wet = wet_bulb(dry, humidity_ratio(dry, rows["relative_humidity"].to_numpy(float) / 100.0))
    return {"kind": "weather-day", "dry_bulb_c": dry.round(2).tolist(), "wet_bulb_c": wet.round(2).tolist(), "title": f"{file.name[:60]}, {day}"}
