"""A twin that is fed by a hidden plant, then one and the same thing twice: foreseen by the twin, and done to the plant.

The plant is the one of `sensors`: other equations, per-GPU spread, transport delay, other controllers, parameters from a seed that the twin
never sees. The twin knows it through instruments alone. What follows is not told to the twin: the what-if stands against the plant itself.
"""
from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace

import numpy as np

from config.load import load_site
from config.site import Site
from sensors.simulate import simulated
from sensors.station import Station
from sensors.truth.plant import Truth
from sensors.truth.settings import Settings
from tests.foreseen.cases import Case
from twin.engine import advance, start
from twin.engine.ahead import present
from twin.whatif.ask import ask
from twin.whatif.ground import Ground, ground
from twin.whatif.limits import LIMITS, times
from twin.whatif.question import Question, asked, plain, spelled
from twin.whatif.start import Start
from twin.wire.native import codec

START_MS = 1_763_983_200_000
LEVEL = 0.6  # share of load: the hottest GPU has ten kelvins left
EACH_S = 1.0
SHARE, LEAST_S = 0.10, 5.0  # a time to throttle is foreseen within a tenth, or five seconds


@dataclass(frozen=True)
class Fed:
    """A plant, and what a twin of it believes at the same moment."""

    g: Ground
    truth: Truth
    start: Start


@dataclass(frozen=True)
class Seen:
    """s to the first GPU that throttles (inf: none does), and the hottest GPU of the site at each second from 0 on; of a what-if the share of its members in
    which one throttles, and the times [s] that 5 and 95 % of these have reached."""

    throttle_s: float
    hottest: np.ndarray
    share: float = 0.0
    band_s: tuple[float, float] = (np.inf, np.inf)


@dataclass(frozen=True)
class Outcome:
    case: Case
    real: Seen
    foreseen: Seen

    @property
    def held(self) -> bool:
        """Whether the time to throttle was foreseen, or that there is none."""
        real, said = self.real.throttle_s, self.foreseen.throttle_s
        if not np.isfinite([real, said]).all():
            return np.isfinite(real) == np.isfinite(said)
        return abs(said - real) <= max(SHARE * real, LEAST_S)

    @property
    def within(self) -> bool:
        """Whether the plant did what the members held possible."""
        low, high = self.foreseen.band_s
        return low - 1.0 <= self.real.throttle_s <= high + 1.0 if np.isfinite(self.real.throttle_s) else self.foreseen.share < 1.0

    @property
    def error_k(self) -> float:
        """Greatest error of the hottest GPU until a GPU throttles in either: beyond, controls of GPUs differ by design."""
        n = min(int(min(self.real.throttle_s, self.foreseen.throttle_s, self.case.horizon_s)), len(self.real.hottest) - 1)
        return float(np.abs(self.real.hottest - self.foreseen.hottest)[: n + 1].max())


def fed(site: Site, seed: int, minutes: float, step_s: float, level: float = LEVEL) -> Fed:
    """A twin after so many minutes of messages."""
    site = replace(site, model=site.model.model_copy(update={"step_s": step_s}))
    truth = simulated(site, seed, START_MS, settings=Settings(load="steady", level=level))
    station, twin, decode = Station.of(truth, seed, True), start(site), codec(site).decode
    for _ in range(round(minutes * 60 / step_s)):
        truth.step(step_s)
        now = round(truth.state.t * 1000)
        for topic, payload in station.frames(step_s):
            event = decode(topic, payload, now).event
            if event is not None:
                twin, _ = advance(site, twin, event)
    g = ground(site)
    return Fed(g, truth, present(g, twin))


def valence() -> Site:
    return load_site("valence")


def really(f: Fed, case: Case) -> Seen:
    """The plant as it goes on once it has happened."""
    truth = deepcopy(f.truth)
    case.happens(truth)
    hottest = [margin_free(truth)]
    for _ in range(int(case.horizon_s / EACH_S)):
        truth.step(EACH_S)
        hottest.append(margin_free(truth))
    return Seen(first(np.array(hottest), float(truth.p.rack.throttle.min())), np.array(hottest))


def margin_free(truth: Truth) -> float:
    return float(np.where(truth.p.rack.present > 0, truth.state.die, -np.inf).max())


def first(hottest: np.ndarray, limit: float) -> float:
    """s at which a curve a second apart first reaches a limit, between seconds by a straight line; inf where it does not."""
    over = hottest >= limit
    i = int(over.argmax())
    if not over.any() or i == 0:
        return float("inf") if not over.any() else 0.0
    return i - float((hottest[i] - limit) / (hottest[i] - hottest[i - 1]))


def foreseen(f: Fed, case: Case, members: int = 0) -> Seen:
    """The twin's what-if."""
    q = asked(plain(Question(perturbations=spelled(case.words))) | {"horizon_s": case.horizon_s, "members": members})
    a = ask(f.g, f.start, q)
    t, reach = a.future, (a.bands or {"reach": {}})["reach"].get("gpu_throttle", (0.0,))
    limit = next(x for x in LIMITS if x.name == "gpu_throttle")
    return Seen(float(times(f.g, f.start.world, limit, t).min()), np.interp(np.arange(case.horizon_s + 1), t.seconds, t["site.gpu_max_c"]),
                reach[0], (reach[1], reach[3]) if reach[0] else (np.inf, np.inf))


def played(f: Fed, case: Case, members: int = 0) -> Outcome:
    return Outcome(case, really(f, case), foreseen(f, case, members))
