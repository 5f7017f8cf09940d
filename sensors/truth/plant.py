"""The hidden plant: one value that is stepped in time and looked at by instruments."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from config.site import Site
from sensors.noise import stream
from sensors.truth import compiled
from sensors.truth.audit import Ledger
from sensors.truth.compiled import Air, Known, Load, advance
from sensors.truth.draw import draw
from sensors.truth.effects import Effects
from sensors.truth.electric import Wiring, wire
from sensors.truth.parameters import Parameters, hall_rows
from sensors.truth.racks import Joints, RackLoad, throttled
from sensors.truth.room import NO_NETWORK, Network
from sensors.truth.settings import Settings
from sensors.truth.state import State, designed
from sensors.truth.steps import balance
from sensors.weather import WeatherAt

LONGEST = 30.0  # s, sub-step: the loops transit in about a minute

LoadAt = Callable[[float, float], RackLoad]  # over (t0, t1), epoch seconds
FaultsAt = Callable[[float, Effects], None]  # writes the effects present at a time


def healthy(t: float, effects: Effects) -> None:
    """No fault at any time."""


@dataclass
class Truth:
    """A plant of one seed. `step` advances it; `state` holds what the last step found."""

    site: Site
    p: Parameters
    state: State
    wiring: Wiring
    load: LoadAt
    weather: WeatherAt
    known: Known
    network: Network
    neutral: Effects
    faults: FaultsAt = healthy
    ledger: Ledger = field(default_factory=Ledger)
    kept: float = 0.0  # J stored at the end of the last step
    longest: float = LONGEST  # s, of a sub-step
    joints: Joints | None = None  # of the newest length of a sub-step
    halls_of: dict[str, np.ndarray] = field(default_factory=dict)  # class -> row of the hall of each asset of the plant room

    @classmethod
    def of(cls, site: Site, seed: int, t: float, load: LoadAt, weather: WeatherAt, faults: FaultsAt = healthy,
           settings: Settings | None = None) -> Truth:
        settings = settings or Settings()
        p = draw(site, seed, settings)
        known, state = compiled.known(p, site.model.base_kw * 1e3), designed(p, t)
        kept, _, _ = balance(known, compiled.moved(state), float((p.rack.die * state.die + p.rack.plate * state.plate).sum()), 0.0, 0.0)
        return cls(site, p, state, wire(site, stream(seed, "wiring")), load, weather, known, _network(site), Effects.none(p), faults, kept=kept,
                   longest=settings.part_s,
                   halls_of={c: hall_rows(site, c) for c in ("tank", "cooler", "tower", "heatpump", "district")})

    def step(self, dt: float) -> None:
        """Advance by `dt` [s], in equal parts short enough for the water to stay inside its pipes."""
        parts = max(1, int(np.ceil(dt / self._longest())))
        for _ in range(parts):
            self._part(dt / parts)

    def _longest(self) -> float:
        fastest = 1.6 * np.maximum(self.state.hall["loop_flow"], 0.3 * self.p.hall.rated)
        return min(self.longest, float((self.p.hall.main / np.maximum(fastest, 1e-9)).min()))

    def _part(self, dt: float) -> None:
        s, t = self.state, self.state.t
        e = self._effects(t)  # a fault acts from its moment on, not before
        weather = self.weather(t + dt)
        load = throttled(self.p, s, self.load(t, t + dt))
        kept, left, came = advance(
            self.known, compiled.moved(s), compiled.struck(e), Load(*map(np.ascontiguousarray, (load.gpu, load.other, load.air))),
            Air(float(weather.dry_bulb), float(weather.wet_bulb)), self.network, self.wiring, self._joints(dt), float(t), float(dt))
        s.t, s.gpu_w, s.weather = t + dt, load.gpu, weather
        self.ledger.close(self.kept, kept, came * dt, left)
        self.kept = kept

    def _joints(self, dt: float) -> Joints:
        if self.joints is None or self.joints.dt != dt:
            self.joints = Joints.of(self.p, dt)
        return self.joints

    def _effects(self, t: float) -> Effects:
        if self.faults is healthy:
            return self.neutral
        e = self.neutral.fresh()
        self.faults(t, e)
        return e


def _network(site: Site) -> Network:
    n = site.model.network
    return Network(*map(float, (n.supply_winter_c, n.supply_summer_c, n.return_c, n.peak_kw * 1e3, n.summer_share))) if n else NO_NETWORK
