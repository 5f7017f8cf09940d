"""How each fault of the truth is drawn, and what the twin's catalogue calls it. One row a fault."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Size = Callable[[np.random.Generator], float]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Classes it may hit, its size, the catalogue's names that are right for it, the column(s) it distorts, how long it lasts."""

    classes: tuple[str, ...]
    size: Size
    names: tuple[str, ...]
    columns: tuple[str, ...] = ()
    gpu: bool = False
    lasts_s: float = float("inf")
    scales: bool = True

    def rest(self, rng: np.random.Generator) -> str:
        """Column part of the target."""
        return str(rng.choice(self.columns)) if self.columns else ""


def between(low: float, high: float) -> Size:
    return lambda rng: rng.uniform(low, high)


def either(low: float, high: float) -> Size:
    return lambda rng: rng.uniform(low, high) * rng.choice((-1.0, 1.0))


def exactly(value: float) -> Size:
    return lambda rng: value


CDU_TEMPERATURES = ("tcs_supply_c", "tcs_return_c", "fws_supply_c", "fws_return_c")
CDU_FLOWS = ("tcs_flow_lpm", "fws_flow_lpm")

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
    "cooler_fouling": Drawn(("cooler", "tower"), between(0.15, 0.3), ("cooler_fouling",)),
    "fan_failure": Drawn(("cooler", "tower"), between(0.17, 0.5), ("fan_failure",), scales=False),
    "recirculation": Drawn(("cooler", "tower"), between(3.0, 6.0), ("recirculation",)),
    "district_fouling": Drawn(("district",), between(0.15, 0.3), ("district_fouling",)),
    "refrigerant_loss": Drawn(("heatpump",), between(0.15, 0.3), ("refrigerant_loss",)),
    "heatpump_capacity": Drawn(("heatpump",), between(0.25, 0.5), ("heatpump_capacity",), scales=False),
    "tank_mixing": Drawn(("tank",), between(0.01, 0.03), ("tank_mixing",)),
    "feed_loss": Drawn(("feed",), exactly(1.0), ("feed_loss",), lasts_s=1800.0, scales=False),
    "ups_losses": Drawn(("ups",), between(0.4, 0.8), ("ups_losses",)),
    # instruments
    "sensor_stuck": Drawn(("cdu",), exactly(0.0), ("sensor_stuck",), CDU_TEMPERATURES + CDU_FLOWS, scales=False),
    "sensor_drift": Drawn(("cdu",), either(0.1, 0.2), ("sensor_drift",), CDU_TEMPERATURES),
    "sensor_bias": Drawn(("cdu",), either(0.8, 2.0), ("sensor_bias",), CDU_TEMPERATURES),
    "sensor_spike": Drawn(("cdu",), between(5.0, 15.0), ("sensor_spike",), CDU_TEMPERATURES),
    "sensor_noise": Drawn(("cdu",), between(0.4, 1.0), ("sensor_noise",), CDU_TEMPERATURES),
    "sensor_dropout": Drawn(("cdu",), between(0.85, 1.0), ("sensor_dropout",), CDU_TEMPERATURES + CDU_FLOWS, scales=False),
    "sensor_gain": Drawn(("cdu",), either(0.04, 0.1), ("sensor_gain",), CDU_FLOWS),
    "sensor_fahrenheit": Drawn(("cdu",), exactly(0.0), ("sensor_unit",), CDU_TEMPERATURES, scales=False),
    "sensor_psi": Drawn(("cdu",), exactly(0.0), ("sensor_unit",), ("dp_kpa",), scales=False),
    "sensor_swapped": Drawn(("cdu",), exactly(0.0), ("sensor_swapped",), ("tcs_supply_c,tcs_return_c", "fws_supply_c,fws_return_c"), scales=False),
    "clock_skew": Drawn(("cdu",), lambda rng: -rng.uniform(15.0, 120.0), ("clock_skew",), scales=False),
}
