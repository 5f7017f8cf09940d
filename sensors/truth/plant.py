"""The hidden plant: one value that is stepped in time and looked at by instruments."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from config.site import Site
from sensors.noise import stream
from sensors.truth import control, electric
from sensors.truth.audit import Ledger, stored
from sensors.truth.draw import draw
from sensors.truth.effects import Effects
from sensors.truth.electric import Power, step_power, wire
from sensors.truth.hydraulics import pump_power, pumped_flow, viscosity_flow
from sensors.truth.parameters import Parameters, hall_rows
from sensors.truth.plug import settle
from sensors.truth.racks import Joints, RackLoad, step_tcs, throttled
from sensors.truth.room import Outside, network_demand, step_room
from sensors.truth.settings import Settings
from sensors.truth.state import State, designed
from sensors.weather import Weather, WeatherAt

LONGEST = 30.0  # s, sub-step: the loops transit in about a minute
MIXING = 2e-4  # 1/s, exchange of neighbouring tank layers without an inversion
TURNOVER = 0.05  # 1/s, exchange where colder water lies above warmer

LoadAt = Callable[[float, float], RackLoad]  # over (t0, t1), epoch seconds
FaultsAt = Callable[[float, Effects], None]  # writes the effects present at a time


def healthy(t: float, effects: Effects) -> None:
    """No fault at any time."""


@dataclass
class Truth:
    """A plant of one seed. `step` advances it; `state.flows` and `power` hold what the last step found."""

    site: Site
    p: Parameters
    state: State
    wiring: electric.Wiring
    load: LoadAt
    weather: WeatherAt
    faults: FaultsAt = healthy
    power: Power | None = None
    ledger: Ledger = field(default_factory=Ledger)
    neutral: Effects | None = None
    kept: float | None = None  # J stored at the end of the last step
    longest: float = LONGEST  # s, of a sub-step
    joints: Joints | None = None  # of the newest length of a sub-step
    halls_of: dict[str, np.ndarray] = field(default_factory=dict)  # class -> row of the hall of each asset of the plant room

    @classmethod
    def of(cls, site: Site, seed: int, t: float, load: LoadAt, weather: WeatherAt, faults: FaultsAt = healthy,
           settings: Settings | None = None) -> Truth:
        settings = settings or Settings()
        p = draw(site, seed, settings)
        return cls(site, p, designed(p, t), wire(site, stream(seed, "wiring")), load, weather, faults, longest=settings.part_s,
                   halls_of={c: hall_rows(site, c) for c in ("tank", "cooler", "tower", "heatpump", "district")})

    def step(self, dt: float) -> None:
        """Advance by `dt` [s], in equal parts short enough for the water to stay inside its pipes."""
        parts = max(1, int(np.ceil(dt / self._longest())))
        for _ in range(parts):
            self._part(dt / parts)

    def _longest(self) -> float:
        fastest = 1.6 * np.maximum(self.state.flows.get("loop_flow", self.p.hall.rated), 0.3 * self.p.hall.rated)
        transit = float(np.min(self.p.hall.main / np.maximum(fastest, 1e-9)))
        return min(self.longest, transit)

    def _part(self, dt: float) -> None:
        s, p, t = self.state, self.p, self.state.t
        e = self._effects(t)  # a fault acts from its moment on, not before
        weather = self.weather(t + dt)
        load = throttled(p, s, self.load(t, t + dt))
        before = self.kept if self.kept is not None else stored(p, s)
        cdu_w, pump_w, coil_w = self._flows(e, dt)
        out = self._water(e, load, weather, cdu_w, pump_w, coil_w, dt)
        s.t = t + dt
        _levels(p, s, e, dt)
        self._electric(e, load, cdu_w, pump_w, coil_w, out, dt)
        s.flows |= {"rack_w": load.rack, "gpu_w": load.gpu, "air_w": load.air, "cdu_w": cdu_w, "pump_w": pump_w + coil_w,
                    "outdoor_w": out.fan_w + out.tower_pump_w, "weather": weather}
        self.kept = stored(p, s)
        tower = float(out.tower_pump_w.sum())
        self.ledger.close(dt, before, self.kept, load.rack.sum() + cdu_w.sum() + pump_w.sum() + coil_w.sum() + tower)

    def _joints(self, dt: float) -> Joints:
        if self.joints is None or self.joints.dt != dt:
            self.joints = Joints.of(self.p, dt)
        return self.joints

    def _effects(self, t: float) -> Effects:
        if self.neutral is None:
            self.neutral = Effects.none(self.p)
        if self.faults is healthy:
            return self.neutral
        e = self.neutral.fresh()
        self.faults(t, e)
        return e

    def _flows(self, e: Effects, dt: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Controllers, then the flows they make. Electric power of CDU pumps (C,), facility pumps and coil fans (H,) [W]."""
        p, s = self.p, self.state
        control.cdu_valves(p, s, e, dt)
        share = control.cdu_pumps(p, s, e, dt)
        control.coils(p, s, dt)
        running = control.facility_pumps(p, s, e, dt)
        branch = p.rack.admittance * e.rack_flow * viscosity_flow(s.rack_in)
        total = np.bincount(p.rack.cdu, branch, len(p.cdu.hall))
        tcs, dp = pumped_flow(s.cdu_speed, share, p.cdu.head * e.cdu_head, p.cdu.tcs_rated, total, p.cdu.inner * e.cdu_inner)
        rack = branch * np.sqrt(dp[p.rack.cdu])
        opened = p.cdu.valve * 30.0 ** (s.valve - 1.0)  # equal percentage, rangeability 30 (IEC 60534-2-4)
        coil = p.hall.coil_flow * s.coil_speed
        rated = np.maximum(p.hall.needed * p.hall.pump_flow, 1e-9)
        loop, loop_dp = pumped_flow(s.pump_speed, running / p.hall.needed, p.hall.pump_head * e.pump_head, rated,
                                    np.bincount(p.cdu.hall, opened, len(coil)) + coil, p.hall.resistance)
        root = np.sqrt(loop_dp)
        s.flows |= {"cdu_flow": tcs, "cdu_dp": dp, "rack_flow": rack, "fws_flow": opened * root[p.cdu.hall], "coil_flow": coil * root,
                    "loop_flow": loop, "loop_dp": loop_dp, "pumps_running": running, "cdu_share": share}
        cdu_w = pump_power(s.cdu_speed, share, tcs, p.cdu.tcs_rated, p.cdu.pump_w)
        pump_w = pump_power(s.pump_speed, running, loop, p.hall.pump_flow, p.hall.pump_w) * e.pump_power
        return cdu_w, pump_w, p.hall.coil_fan * s.coil_speed**2.5

    def _water(self, e: Effects, load: RackLoad, weather: Weather, cdu_w: np.ndarray, pump_w: np.ndarray, coil_w: np.ndarray,
               dt: float) -> Outside:
        p, s, halls = self.p, self.state, len(self.p.hall.rated)
        loop = s.flows["fws_flow"]
        flow = np.bincount(p.cdu.hall, loop, halls) + s.flows["coil_flow"]
        moved = flow * dt
        arrive, back, low = s.water.outlet(np.concatenate([moved, moved, moved])).reshape(3, halls)
        heat = step_tcs(p, s, e, load, s.flows["rack_flow"], loop, arrive[p.cdu.hall], cdu_w, self._joints(dt))
        coil_out = self._air(load, coil_w, arrive, dt)
        demand = network_demand(p, self.site.model.network, weather, s.t)
        sent, out = step_room(p, s, e, demand, weather, back, flow, dt)
        self._mains(e, weather, back, np.where(p.hall.tank > 0, low, sent), sent, coil_out, moved, pump_w, dt)
        s.flows |= {"arrive": arrive, "back": back, "cdu_heat": heat, "total_flow": flow}
        left = out.district.sum() + out.source.sum() + out.outdoors.sum()
        self.ledger.out(left * dt)
        return out

    def _air(self, load: RackLoad, coil_w: np.ndarray, arrive: np.ndarray, dt: float) -> np.ndarray:
        """Hall air against the coils; returns the water's outlet temperature [degC]."""
        p, s = self.p, self.state
        stream = p.fws_volumetric * s.flows["coil_flow"]
        g = np.where(stream > 1e-6, -stream * np.expm1(-p.hall.coil_ua * s.coil_speed**0.6 / np.maximum(stream, 1e-6)), 0.0)
        heat = np.bincount(p.rack.hall, load.air, len(stream)) + coil_w
        mass = p.hall.air_capacity / dt
        s.air = (mass * s.air + g * arrive + heat) / (mass + g)
        return arrive + g * (s.air - arrive) / np.maximum(stream, 1e-6)

    def _mains(self, e: Effects, weather: Weather, back: np.ndarray, drawn: np.ndarray, sent: np.ndarray, coil_out: np.ndarray, moved: np.ndarray,
               pump_w: np.ndarray, dt: float) -> None:
        """Push what comes out of one part into the next."""
        p, s, halls = self.p, self.state, len(moved)
        hot = np.bincount(p.cdu.hall, s.flows["fws_flow"] * s.fws_out, halls) + s.flows["coil_flow"] * coil_out
        total = moved / dt
        mixed = np.where(total > 1e-12, hot / np.maximum(total, 1e-12), back)
        c, mass = p.fws_volumetric * total, p.fws_volumetric * p.hall.header / dt
        s.header = (mass * s.header + c * drawn + pump_w) / (mass + c)
        s.water.push(np.concatenate([moved, moved, moved]), np.concatenate([s.header, mixed, sent]))
        tank = s.tank_cells
        tank[:] = settle(tank, min(0.45, TURNOVER * dt), np.minimum(0.45, (MIXING + e.tank_mixing) * dt))
        self.ledger.out(s.water.lose(np.concatenate([s.air, s.air, np.full(halls, weather.dry_bulb)]), dt))
        s.flows |= {"drawn": drawn, "mixed": mixed}

    def _electric(self, e: Effects, load: RackLoad, cdu_w: np.ndarray, pump_w: np.ndarray, coil_w: np.ndarray, out: Outside,
                  dt: float) -> None:
        p, w = self.p, self.wiring
        alive = electric.alive(self.state, e)
        feeds = len(alive)
        protected = (load.rack @ electric.live_share(w.rack, alive) + cdu_w @ electric.live_share(w.cdu, alive)
                     + (pump_w + coil_w) @ electric.live_share(w.pump, alive) + self.site.model.base_kw * 1e3 / feeds)
        direct = _rows(out.fan_w + out.tower_pump_w, w.cooler) + _rows(out.hp_w, w.heat_pump)
        self.power = step_power(p, self.state, e, protected, direct * np.where(e.feed_open > 0.5, self.state.genset_w > 0, 1.0), dt)


def _rows(by_hall: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Power of the halls that have such a bank, on its feeds."""
    having = by_hall[by_hall != 0]
    return having @ matrix[: len(having)] if len(having) == len(matrix) else by_hall.sum() * _mean(matrix)


def _mean(matrix: np.ndarray) -> np.ndarray:
    return matrix.mean(axis=0) if len(matrix) else np.zeros(matrix.shape[1])


def _levels(p: Parameters, s: State, e: Effects, dt: float) -> None:
    """Expansion vessels fall by what leaks; 30 litres each (assumption). What a facility loop loses is made up by hand."""
    if not (e.leak.any() or e.loop_leak.any()):
        return
    leaking = np.bincount(p.rack.cdu, e.leak, len(p.cdu.hall))
    s.level = control.clamp(s.level - leaking * dt / 0.03, 0.0, 1.0)
    s.leaked = s.leaked + e.leak * dt * 1e3
    s.lost = s.lost + e.loop_leak * dt
