"""Weather outdoors as a function of time: from climate normals, from a typical year (EPW), or from columns of a table."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from config.model import Climate, Place
from sensors.noise import smooth

DAY = 86_400.0
YEAR = 365.2425 * DAY


@dataclass(frozen=True, slots=True)
class Weather:
    """Outdoor air: dry and wet bulb [degC], relative humidity [fraction]."""

    dry_bulb: float
    wet_bulb: float
    humidity: float


WeatherAt = Callable[[float], Weather]  # of epoch seconds


def stull_wet_bulb(dry_bulb: float, humidity: float) -> float:
    """Wet bulb [degC] of air at `dry_bulb` [degC] and `humidity` [fraction, 0.05..0.99].

    Source: Stull 2011, J. Appl. Meteor. Climatol. 50, 2267, eq. 1, at 101.325 kPa, -20..50 degC, error -1..+0.65 K.
    """
    rh = 100.0 * min(max(humidity, 0.05), 0.99)
    wet = (dry_bulb * np.arctan(0.151977 * np.sqrt(rh + 8.313659)) + np.arctan(dry_bulb + rh) - np.arctan(rh - 1.676331)
           + 0.00391838 * rh**1.5 * np.arctan(0.023101 * rh) - 4.686035)
    return float(min(wet, dry_bulb))


def moist(dry_bulb: float, humidity: float) -> Weather:
    return Weather(dry_bulb, stull_wet_bulb(dry_bulb, humidity), humidity)


def _solar_hour(t: float, longitude: float) -> float:
    return ((t % DAY) / 3600.0 + longitude / 15.0) % 24.0


def from_climate(climate: Climate, place: Place, seed: int) -> WeatherAt:
    """Normals plus slow seeded noise: fronts of two days (2.5 K), hours of cloud (0.7 K)."""
    south = -1.0 if place.latitude < 0 else 1.0

    def at(t: float) -> Weather:
        season = np.cos(2 * np.pi * (t % YEAR / DAY - 200.0) / 365.2425) * south  # warmest about 20 July in the north
        hour = np.cos(2 * np.pi * (_solar_hour(t, place.longitude) - 15.0) / 24.0)  # warmest about 15 h solar
        fronts = 2.5 * smooth(seed, "fronts", t, 2 * DAY)[0] + 0.7 * smooth(seed, "clouds", t, 3 * 3600.0)[0]
        dry = climate.mean_c + climate.year_swing_k * season + climate.day_swing_k * hour + fronts
        damp = climate.humidity_pct - 2.0 * climate.day_swing_k * hour + 6.0 * smooth(seed, "damp", t, 6 * 3600.0)[0]
        return moist(float(dry), float(np.clip(damp, 12.0, 98.0)) / 100.0)

    return at


def _hour_of_year(t: float) -> float:
    moment = datetime.fromtimestamp(t, UTC)
    start = datetime(moment.year, 1, 1, tzinfo=UTC)
    return (moment - start).total_seconds() / 3600.0


def from_epw(path: Path, shift_h: float | None = None) -> WeatherAt:
    """A typical year through pvlib; hours are local standard time, joined linearly."""
    from pvlib.iotools import read_epw

    table, head = read_epw(str(path))
    dry, humid = table["temp_air"].to_numpy(float), table["relative_humidity"].to_numpy(float) / 100.0
    shift = float(head["TZ"]) if shift_h is None else shift_h

    def at(t: float) -> Weather:
        hour = (_hour_of_year(t) + shift - 0.5) % len(dry)  # an EPW row stands for the hour before its stamp
        low, part = int(hour), hour % 1.0
        mix = [float(v[low % len(v)] * (1 - part) + v[(low + 1) % len(v)] * part) for v in (dry, humid)]
        return moist(mix[0], mix[1])

    return at


def from_series(times: np.ndarray, wet_bulb: np.ndarray, humidity: float = 0.8) -> WeatherAt:
    """A measured wet bulb [degC] at `times` [epoch s], held at the ends; dry bulb found for the given humidity."""
    grid = np.linspace(-25.0, 48.0, 400)
    wet_grid = np.maximum.accumulate(np.array([stull_wet_bulb(d, humidity) for d in grid]))

    def at(t: float) -> Weather:
        wet = float(np.interp(t, times, wet_bulb))
        return Weather(float(np.interp(wet, wet_grid, grid)), wet, humidity)

    return at


def minutely(at: WeatherAt) -> WeatherAt:
    """The same weather, straight between whole minutes: a plant that steps in seconds asks for little."""
    known: dict[int, Weather] = {}

    def minute(n: int) -> Weather:
        if n not in known:
            if len(known) > 8:
                known.clear()
            known[n] = at(60.0 * n)
        return known[n]

    def between(t: float) -> Weather:
        n, part = divmod(t / 60.0, 1.0)
        a, b = minute(int(n)), minute(int(n) + 1)
        return Weather(*(x + part * (y - x) for x, y in ((a.dry_bulb, b.dry_bulb), (a.wet_bulb, b.wet_bulb), (a.humidity, b.humidity))))

    return between


def of_site(climate: Climate, place: Place, seed: int, epw: Path | None = None) -> WeatherAt:
    """The site's weather: its EPW where one is given or named, otherwise its normals."""
    if epw is not None:
        return from_epw(epw)
    return from_climate(climate, place, seed)
