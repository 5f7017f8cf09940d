"""How each fault of the truth is drawn, and what the twin's catalogue calls it. One row a fault."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Size = Callable[[np.random.Generator], float]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What it may hit (a class, or `class.column` of sensors), its size, the catalogue's names that are right for it, how long it lasts."""

    hits: tuple[str, ...]
    size: Size
    names: tuple[str, ...]
    gpu: bool = False
    months: tuple[int, ...] = tuple(range(1, 13))  # in which the part works hard enough for its fault to show
    lasts_s: float = float("inf")
    scales: bool = True

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(hit.partition(".")[0] for hit in self.hits))


def between(low: float, high: float) -> Size:
    return lambda rng: rng.uniform(low, high)


def either(low: float, high: float) -> Size:
    return lambda rng: rng.uniform(low, high) * rng.choice((-1.0, 1.0))


def either_of(*values: float) -> Size:
    return lambda rng: float(rng.choice(values))


def exactly(value: float) -> Size:
    return lambda rng: value


TEMPERATURES = ("cdu.tcs_supply_c", "cdu.tcs_return_c", "cdu.fws_supply_c", "cdu.fws_return_c", "loop.supply_c", "loop.return_c")
FLOWS = ("cdu.tcs_flow_lpm", "cdu.fws_flow_lpm", "rack.flow_lpm")
PAIRS = ("cdu.tcs_supply_c,tcs_return_c", "cdu.fws_supply_c,fws_return_c", "loop.supply_c,return_c")

WARM, COLD = (5, 6, 7, 8, 9), (11, 12, 1, 2, 3)  # of northern sites: outdoor units work, the network buys

FAULTS: dict[str, Drawn] = {
    # machines, pipes, exchangers
    "cdu_pump_trip": Drawn(("cdu",), exactly(2.0), ("cdu_pump_trip",), scales=False),
    "cdu_pump_wear": Drawn(("cdu",), between(0.15, 0.3), ("cdu_pump_wear",)),
    "hx_fouling": Drawn(("cdu",), between(0.1, 0.25), ("hx_fouling",)),
    "hx_fouled": Drawn(("cdu",), between(0.15, 0.35), ("hx_fouling",)),
    "filter_blockage": Drawn(("cdu",), between(2.0, 4.0), ("filter_blockage",)),
    "valve_stuck": Drawn(("cdu",), exactly(-1.0), ("valve_stuck",), scales=False),
    "valve_stiction": Drawn(("cdu",), between(0.04, 0.08), ("valve_stiction",)),
    "hunting": Drawn(("cdu",), between(5.0, 10.0), ("hunting",)),
    "cold_plate_blocked": Drawn(("rack",), between(0.5, 0.8), ("cold_plate_blocked",), gpu=True, scales=False),
    "rack_blocked": Drawn(("rack",), between(0.2, 0.5), ("rack_blocked",), scales=False),
    "air_lock": Drawn(("rack",), between(0.3, 0.6), ("air_lock",), scales=False),
    "leak": Drawn(("rack",), between(0.03, 0.2), ("leak",)),
    "pump_trip": Drawn(("pump",), exactly(1.0), ("pump_trip",), scales=False),
    "pump_wear": Drawn(("pump",), between(0.1, 0.25), ("pump_wear",)),
    "pump_power": Drawn(("pump",), between(0.15, 0.3), ("pump_power",)),
    "cooler_fouling": Drawn(("cooler", "tower"), between(0.15, 0.3), ("cooler_fouling",), months=WARM),
    "fan_failure": Drawn(("cooler", "tower"), between(0.17, 0.5), ("fan_failure",), scales=False, months=WARM),
    "recirculation": Drawn(("cooler", "tower"), between(3.0, 6.0), ("recirculation",), months=WARM),
    "district_fouling": Drawn(("district",), between(0.15, 0.3), ("district_fouling",), months=COLD),
    "refrigerant_loss": Drawn(("heatpump",), between(0.15, 0.3), ("refrigerant_loss",), months=COLD),
    "heatpump_capacity": Drawn(("heatpump",), between(0.25, 0.5), ("heatpump_capacity",), scales=False, months=COLD),
    "tank_mixing": Drawn(("tank",), between(0.01, 0.03), ("tank_mixing",)),
    "feed_loss": Drawn(("feed",), exactly(1.0), ("feed_loss",), lasts_s=1800.0, scales=False),
    "genset_failure": Drawn(("genset",), either_of(0.34, 1.0), ("genset_failure",), lasts_s=600.0, scales=False),
    "transfer_failure": Drawn(("feed",), exactly(1.0), ("transfer_failure",), lasts_s=600.0, scales=False),
    "battery_weak": Drawn(("ups",), between(1.0, 4.0), ("battery_weak",), lasts_s=600.0),
    "ups_bypass": Drawn(("ups",), exactly(1.0), ("ups_bypass",), scales=False),
    "loop_leak": Drawn(("loop",), between(0.5, 5.0), ("loop_leak",)),
    "ups_losses": Drawn(("ups",), between(0.4, 0.8), ("ups_losses",)),
    # instruments
    "sensor_stuck": Drawn(TEMPERATURES + FLOWS, exactly(0.0), ("sensor_stuck",), scales=False),
    "sensor_drift": Drawn(TEMPERATURES, either(0.1, 0.2), ("sensor_drift",)),
    "sensor_bias": Drawn(TEMPERATURES, either(0.8, 2.0), ("sensor_bias",)),
    "sensor_spike": Drawn(TEMPERATURES, between(5.0, 15.0), ("sensor_spike",)),
    "sensor_noise": Drawn(TEMPERATURES, between(0.4, 1.0), ("sensor_noise",)),
    "sensor_dropout": Drawn(TEMPERATURES + FLOWS, between(0.85, 1.0), ("sensor_dropout",), scales=False),
    "sensor_gain": Drawn(FLOWS, either(0.04, 0.1), ("sensor_gain",)),
    "sensor_fahrenheit": Drawn(TEMPERATURES, exactly(0.0), ("sensor_unit",), scales=False),
    "sensor_psi": Drawn(("cdu.dp_kpa", "loop.dp_kpa", "loop.pressure_kpa"), exactly(0.0), ("sensor_unit",), scales=False),
    "sensor_swapped": Drawn(PAIRS, exactly(0.0), ("sensor_swapped",), scales=False),
    "clock_skew": Drawn(("cdu", "rack"), lambda rng: -rng.uniform(15.0, 120.0), ("clock_skew",), scales=False),
}
