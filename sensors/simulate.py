"""A simulated site of one seed: the truth with its workload and weather, warmed up to a moment; the past as frames."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from config.site import Site
from sensors import weather
from sensors.encode import Frame
from sensors.faults import Fault, SensorFaults, plant_faults
from sensors.loads import PlainLoad, SyntheticLoad
from sensors.station import Station
from sensors.truth.draw import draw
from sensors.truth.plant import LoadAt, Truth
from sensors.truth.settings import Settings
from sensors.weather import WeatherAt
from sensors.workload import Synthetic

WARM_UP_S = 5400.0  # the slowest store, the buffer tank, turns over in about a quarter of an hour
WARM_STEP_S = 60.0
DEFAULT = Settings()
TRAINED = {"mixed": 0.7, "training": 1.0, "inference": 0.0}  # share of the racks that train


def simulated(site: Site, seed: int, start_ms: int, faults: Sequence[Fault] = (), load: LoadAt | None = None,
              outdoor: WeatherAt | None = None, epw: Path | None = None, settings: Settings = DEFAULT) -> Truth:
    """The plant of `seed` at `start_ms` [epoch ms], having run for the time before. Faults count their seconds from `start_ms`."""
    start = start_ms / 1000.0
    p = draw(site, seed, settings)
    if load is None:
        load = synthetic_load(site, seed, settings)
    climate = site.model.climate.model_copy(update={"mean_c": site.model.climate.mean_c + settings.warmer})
    outdoor = outdoor or weather.of_site(climate, site.model.place, seed, epw)
    truth = Truth.of(site, seed, start - WARM_UP_S, load, weather.minutely(outdoor), plant_faults(site, p, faults, start), settings)
    for _ in range(int(WARM_UP_S / WARM_STEP_S)):
        truth.step(WARM_STEP_S)
    return truth


def synthetic_load(site: Site, seed: int, settings: Settings = DEFAULT) -> LoadAt:
    """The synthetic workload on the racks of `seed`'s plant."""
    p = draw(site, seed, settings)
    racks, gpus = p.rack.share.shape
    mean = settings.level or site.model.average_load
    if settings.load in ("steady", "steps"):
        return PlainLoad(p, mean, 0.0 if settings.load == "steady" else 0.35)
    return SyntheticLoad.of(p, Synthetic(racks, gpus, seed, mean, site.model.place.longitude, TRAINED[settings.load]))


def history(site: Site, hours: float, step_s: float, seed: int, end_ms: int, with_gpus: bool = False,
            faults: Sequence[Fault] = ()) -> Iterator[Frame]:
    """Frames of the past `hours` up to and including `end_ms`, every `step_s`, oldest first; the same plant as `simulated(seed)`."""
    steps = max(1, int(hours * 3600 // step_s))
    start_ms = end_ms - int(steps * step_s * 1000)
    truth = simulated(site, seed, start_ms, faults)
    station = Station.of(truth, seed, with_gpus, SensorFaults.of(site, faults, start_ms / 1000.0))
    for _ in range(steps):
        truth.step(step_s)
        yield from station.frames(step_s)
