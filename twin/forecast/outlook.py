"""What is expected of the world outside: weather and jobs, from whoever tells them; else what goes on by itself."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from config.site import Site

Array = np.ndarray
WARMEST_H = 15.0  # local solar time of the day's highest temperature (as the climate normals of a site are read)
WET_SHARE = 1.0 / 3.0  # of a change of dry bulb at the same water in the air, 20 .. 40 degC (slope of lines of constant humidity ratio)
FADE_S = 6 * 3600.0  # in which what a weather forecast is off now is forgotten (assumption)
SHAPE_K, GIVEN_K = 0.6, 0.4  # one standard deviation after an hour, growing with its root: of a day's shape, of a forecast given (assumptions)


@dataclass(frozen=True, slots=True)
class Weather:
    """Air outdoors at moments: a forecast, or a typical year (`typical`: only its changes count)."""

    ts_ms: Array  # [n], rising
    dry_bulb: Array  # [n] degC
    wet_bulb: Array  # [n] degC
    title: str = "given"
    typical: bool = False

    def at(self, ts_ms: Array | float) -> tuple[Array, Array]:
        return np.interp(ts_ms, self.ts_ms, self.dry_bulb), np.interp(ts_ms, self.ts_ms, self.wet_bulb)

    def covers(self, ts_ms: float) -> bool:
        return bool(len(self.ts_ms) and self.ts_ms[0] <= ts_ms < self.ts_ms[-1])


@dataclass(frozen=True, slots=True)
class Job:
    """Racks [n] at a load [0..1] of their GPUs' range from one moment to another."""

    start_ms: int
    end_ms: int
    racks: Array
    load: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is told of the time to come; what is not told goes on."""

    weather: Weather | None = None
    jobs: tuple[Job, ...] = ()

    def says(self, ts_ms: int) -> str:
        """Where the weather of a forecast made at `ts_ms` comes from."""
        known = self.weather is not None and self.weather.covers(ts_ms)
        return self.weather.title if known else "as now, with the day's usual swing of the site's climate"  # type: ignore[union-attr]


def air(site: Site, outlook: Outlook, ts_ms: int, seconds: Array, dry_bulb: Array, wet_bulb: Array) -> tuple[Array, Array, Array]:
    """Dry and wet bulb [n, L] degC at `seconds` [n] after `ts_ms`, from those of now [L]; and one standard deviation [n] K."""
    weather, when = outlook.weather, ts_ms + 1000.0 * seconds
    if weather is None or not weather.covers(ts_ms):
        change = day_shape(site, when) - day_shape(site, np.array([float(ts_ms)]))
        return _moved(dry_bulb, wet_bulb, change, WET_SHARE * change, SHAPE_K * np.sqrt(seconds / 3600.0))
    (dry, wet), (dry_now, wet_now) = weather.at(when), weather.at(float(ts_ms))
    fade = np.ones_like(seconds) if weather.typical else np.exp(-seconds / FADE_S)
    change = [x - told + (1.0 - fade) * (told - now.mean()) for x, told, now in ((dry, dry_now, dry_bulb), (wet, wet_now, wet_bulb))]
    return _moved(dry_bulb, wet_bulb, *change, (SHAPE_K if weather.typical else GIVEN_K) * np.sqrt(seconds / 3600.0))


def _moved(dry: Array, wet: Array, dry_k: Array, wet_k: Array, std: Array) -> tuple[Array, Array, Array]:
    warm = dry + dry_k[:, None]
    return warm, np.minimum(wet + wet_k[:, None], warm), std


def day_shape(site: Site, ts_ms: Array) -> Array:
    """How far the site's climate is above its day's mean [n] K at local solar time."""
    hour = (ts_ms / 3_600_000.0 + site.model.place.longitude / 15.0) % 24.0
    return site.model.climate.day_swing_k * np.cos(2.0 * np.pi * (hour - WARMEST_H) / 24.0)


def local_hour(site: Site, ts_ms: float) -> float:
    """Hour of the day by the site's clock, 0 .. 24."""
    moment = datetime.fromtimestamp(ts_ms / 1000.0, UTC).astimezone(ZoneInfo(site.model.place.timezone))
    return moment.hour + moment.minute / 60.0 + moment.second / 3600.0
