"""What happens to the hidden plant, and the words that ask the twin about the same thing."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from sensors.loads import PlainLoad
from sensors.truth.compiled import known
from sensors.truth.effects import Effects
from sensors.truth.hydraulics import viscosity_film
from sensors.truth.plant import Truth, healthy
from sensors.weather import moist

Write = Callable[[Truth], None]  # makes it happen to a plant, from now on


@dataclass(frozen=True)
class Case:
    """`words` of the what-if, and the same thing done to the hidden plant; watched for `horizon_s`."""

    words: str
    happens: Write
    horizon_s: int = 600


def effect(**parts: Callable[[np.ndarray], None]) -> Write:
    """Something breaks: each part changes one column of the plant's effects in place, at every step."""
    def happens(truth: Truth) -> None:
        def write(t: float, e: Effects) -> None:
            for name, change in parts.items():
                change(e.column(name))

        truth.faults = write

    return happens


def put(row: int | slice, value: float, array: np.ndarray) -> None:
    array[row] = value


def at(row: int | slice, value: float) -> Callable[[np.ndarray], None]:
    return partial(put, row, value)


def plate(rack: int, gpu: int, left: float) -> Write:
    """The plate of a GPU conducts `left` of what it did, from its metal to the coolant that arrives: by its film alone, at the same flow."""
    def happens(truth: Truth) -> None:
        r, flow = truth.p.rack, truth.state.rack["rack_flow"][rack]
        stream = truth.p.tcs_volumetric * flow * r.share[rack, gpu]
        film = (flow * r.mean_share[rack] / r.plate_flow[rack]) ** r.exponent[rack] * viscosity_film(truth.state.rack["rack_in"][rack]) * r.film_share[rack, gpu]
        effect_now = -np.expm1(-film / stream)
        factor = np.log1p(-left * effect_now) / np.log1p(-effect_now)

        def write(t: float, e: Effects) -> None:
            e.plates_hit = True
            e.plate_film[rack, gpu] = factor

        truth.faults = write

    return happens


def coolers(left: float) -> Write:
    """Coolers go out of service, their water with them: no draught of still fans is left."""
    return effect(cooler_fans=at(slice(None), left), cooler_ua=at(slice(None), left))


def load(level: float) -> Write:
    def happens(truth: Truth) -> None:
        truth.load = PlainLoad(truth.p, level)

    return happens


def set_points(part: str, **values: float) -> Write:
    """Set points of all CDUs or halls."""
    def happens(truth: Truth) -> None:
        changed = {name: np.full_like(getattr(getattr(truth.p, part), name), value) for name, value in values.items()}
        truth.p = replace(truth.p, **{part: replace(getattr(truth.p, part), **changed)})
        truth.known = known(truth.p, truth.site.model.base_kw * 1e3)

    return happens


def warmer(kelvin: float) -> Write:
    def happens(truth: Truth) -> None:
        before = truth.weather

        def weather(t: float):
            w = before(t)
            return replace(moist(w.dry_bulb + kelvin, w.humidity), wet_bulb=w.wet_bulb + kelvin / 3.0)

        truth.weather = weather

    return happens


def no_network(truth: Truth) -> None:
    truth.network = truth.network._replace(peak=1.0)


def both(*parts: Write) -> Write:
    """Several at once; of things that break, one after the other into the same effects."""
    def happens(truth: Truth) -> None:
        broken = []
        for part in parts:
            truth.faults = healthy
            part(truth)
            broken.append(truth.faults)

        def write(t: float, e: Effects) -> None:
            for faults in broken:
                faults(t, e)

        truth.faults = write

    return happens


# CDUs are rows 0 ..: cdu-03 is row 2; racks likewise; GPU 5 is column 4
CASES = (
    Case("pump-trip cdu-03", effect(cdu_pumps=at(2, 9.0)), 300),
    Case("pump-trip cdu-07 2", effect(cdu_pumps=at(6, 2.0)), 600),
    Case("pump-trip cdu-05 1", effect(cdu_pumps=at(4, 1.0)), 600),
    Case("cdu-isolated cdu-08", effect(cdu_pumps=at(7, 9.0), valve_stuck=at(7, 0.0)), 300),
    Case("valve-stuck cdu-02 0.02", effect(valve_stuck=at(1, 0.02)), 900),
    Case("valve-stuck cdu-04 0.3", effect(valve_stuck=at(3, 0.3)), 900),
    Case("facility-pump-trip all", effect(pump_out=at(slice(None), 9.0)), 600),
    Case("facility-pump-trip all 3", effect(pump_out=at(slice(None), 3.0)), 900),
    Case("facility-pump-trip all 2", effect(pump_out=at(slice(None), 2.0)), 900),
    Case("fans-lost 100%", coolers(0.0), 2400),
    Case("fans-lost 50%", coolers(0.5), 1800),
    Case("fouling cdu 40% cdu-06", effect(cdu_ua=at(5, 0.6)), 900),
    Case("fouling cdu 80% cdu-09", effect(cdu_ua=at(8, 0.2)), 900),
    Case("filter-clogged cdu-10 5", effect(cdu_inner=at(9, 5.0)), 600),
    Case("plate-blocked r010 5 50%", plate(9, 4, 0.5), 300),
    Case("plate-blocked r011 7 75%", plate(10, 6, 0.25), 300),
    Case("load-step 100%", load(1.0), 900),
    Case("load-step 30%", load(0.3), 900),
    Case("weather-shift 15", warmer(15.0), 1800),
    Case("heat-pump-off", effect(hp_capacity=at(slice(None), 0.0)), 1800),
    Case("network-refuses", no_network, 1800),
    Case("set-point tcs_supply_c 58", set_points("cdu", tcs_set=58.0), 1200),
    Case("set-point fws_supply_c 55", set_points("hall", fws_set=55.0), 1800),
    Case("fans-lost 100% + load-step 90%", both(coolers(0.0), load(0.9)), 2400),
    Case("pump-trip cdu-12 + load-step 80%", both(effect(cdu_pumps=at(11, 9.0)), load(0.8)), 300),
    Case("valve-stuck cdu-15 0.1", effect(valve_stuck=at(14, 0.1)), 900),
    Case("set-point tcs_supply_c 52", set_points("cdu", tcs_set=52.0), 1200),
    Case("set-point tcs_supply_c 54 + load-step 70%", both(set_points("cdu", tcs_set=54.0), load(0.7)), 1200),
    Case("set-point fws_supply_c 48 + load-step 85%", both(set_points("hall", fws_set=48.0), load(0.85)), 2400),
    Case("fans-lost 100% + heat-pump-off", both(coolers(0.0), effect(hp_capacity=at(slice(None), 0.0))), 2400),
    Case("facility-pump-trip all + load-step 30%", both(effect(pump_out=at(slice(None), 9.0)), load(0.3)), 900),
    Case("plate-blocked r100 20 65%", plate(99, 19, 0.35), 300),
)
