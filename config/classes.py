"""Asset classes: what an instrument of each class measures and what the twin adds.

The order of the columns is the order of every array of that class, everywhere: readings, snapshots, storage.
"""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from config.quantities import QUANTITIES, Quantity


@dataclass(frozen=True, slots=True)
class AssetClass:
    """A class of asset. `measured` columns come from sensors, `virtual` ones only from the twin."""

    name: str
    title: str
    measured: tuple[str, ...]
    virtual: tuple[str, ...] = ()
    _at: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_at", {name: i for i, name in enumerate(self.columns)})

    @property
    def columns(self) -> tuple[str, ...]:
        return self.measured + self.virtual

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        return tuple(QUANTITIES[c] for c in self.columns)

    def factors(self) -> np.ndarray:
        """Factor from boundary unit to SI of each column, shape (columns,)."""
        return np.array([q.factor for q in self.quantities])

    def column(self, name: str) -> int:
        return self._at[name]


CLASSES: dict[str, AssetClass] = {
    c.name: c
    for c in (
        AssetClass("rack", "Rack", ("supply_c", "return_c", "flow_lpm", "power_kw", "leak_on"),
                   ("liquid_kw", "air_kw", "gpu_max_c", "gpu_mean_c", "gpu_margin_k", "throttle_s")),
        AssetClass("cdu", "Coolant distribution unit",
                   ("tcs_supply_c", "tcs_return_c", "tcs_flow_lpm", "fws_supply_c", "fws_return_c", "fws_flow_lpm",
                    "dp_kpa", "speed_pct", "valve_pct", "level_pct", "power_kw", "heat_kw"),
                   ("approach_k", "pinch_k", "ua_kw_k", "balance_kw")),
        AssetClass("loop", "Facility water loop",
                   ("supply_c", "return_c", "flow_lpm", "dp_kpa", "pressure_kpa", "air_c"), ("heat_kw",)),
        AssetClass("pump", "Facility pump", ("speed_pct", "running_count", "power_kw")),
        AssetClass("tank", "Buffer tank", ("top_c", "bottom_c", "level_pct"), ("charge_pct",)),
        AssetClass("cooler", "Dry coolers", ("in_c", "out_c", "fan_pct", "running_count", "power_kw"), ("heat_kw", "approach_k")),
        AssetClass("tower", "Cooling tower plant",
                   ("supply_c", "return_c", "flow_lpm", "fan_pct", "speed_pct", "running_count", "power_kw"),
                   ("heat_kw", "approach_k", "water_lph")),
        AssetClass("heatpump", "Heat pump", ("source_in_c", "source_out_c", "load_pct", "power_kw", "heat_kw"), ("cop_ratio",)),
        AssetClass("district", "District heat exchanger",
                   ("in_c", "out_c", "dh_supply_c", "dh_return_c", "dh_flow_lpm", "valve_pct", "heat_kw"), ("approach_k",)),
        AssetClass("feed", "Power feed", ("power_kw", "voltage_v", "frequency_hz", "closed_on"), ("loss_kw",)),
        AssetClass("ups", "UPS", ("power_in_kw", "power_out_kw", "charge_pct", "load_pct"), ("loss_kw",)),
        AssetClass("genset", "Generator set", ("power_kw", "running_count", "level_pct")),
        AssetClass("weather", "Weather station", ("dry_bulb_c", "wet_bulb_c", "humidity_pct")),
        AssetClass("site", "Site totals", (),
                   ("it_kw", "facility_kw", "cooling_kw", "loss_kw", "sold_kw", "rejected_kw", "stored_kw",
                    "pue_ratio", "erf_ratio", "gpu_max_c", "gpu_margin_k", "audit_ratio")),
    )
}

GPU_COLUMNS = ("temp_c", "power_w")  # arrays, one value a GPU, on a rack's `gpu` channel
