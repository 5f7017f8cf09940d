"""Faults of machines, pipes and exchangers: each writes what it changes into the effects of the moment."""
from __future__ import annotations

import numpy as np

from sensors.faults.kinds import PlantKind, Write
from sensors.truth.effects import Effects


def _scale(name: str, down: bool = True) -> Write:
    """Multiply a factor by 1 - size (or 1 + size) at once."""
    def write(e: Effects, row: int, part: int, size: float, since: float) -> None:
        e.column(name)[row] *= 1.0 - size if down else 1.0 + size
    return write


def _creep(name: str, down: bool = True) -> Write:
    """Reach 1 - size (or 1 + size) over a day, then stay."""
    def write(e: Effects, row: int, part: int, size: float, since: float) -> None:
        grown = size * min(since / 86_400.0, 1.0)
        e.column(name)[row] *= 1.0 - grown if down else 1.0 + grown
    return write


def _add(name: str) -> Write:
    def write(e: Effects, row: int, part: int, size: float, since: float) -> None:
        e.column(name)[row] += size
    return write


def _plate(e: Effects, row: int, part: int, size: float, since: float) -> None:
    """One plate, or all of a rack, passes less."""
    where = (row, slice(None) if part < 0 else part)
    e.plates_hit = True
    e.plate_flow[where] *= 1.0 - size
    e.plate_film[where] *= (1.0 - size) ** 0.5


def _stuck(e: Effects, row: int, part: int, size: float, since: float) -> None:
    """A negative size leaves the valve where it was."""
    e.cdu["valve_stuck"][row] = size


def _air_lock(e: Effects, row: int, part: int, size: float, since: float) -> None:
    """Air gathers and passes in turns of two minutes."""
    e.rack["rack_flow"][row] *= 1.0 - size * (0.5 + 0.5 * np.sin(2 * np.pi * since / 120.0))


def _dark(name: str) -> Write:
    """Something that only a lost grid shows: the grid goes, and the reserve fails by `size`."""
    def write(e: Effects, row: int, part: int, size: float, since: float) -> None:
        e.feed["feed_open"][row] = 1.0
        e.column(name)[row] += size
    return write


def _loop_leak(e: Effects, row: int, part: int, size: float, since: float) -> None:
    e.hall["loop_leak"][row] += size / 60_000.0


def _leak(e: Effects, row: int, part: int, size: float, since: float) -> None:
    e.rack["leak"][row] += size / 60_000.0


PLANT_KINDS: dict[str, PlantKind] = {
    "cdu_pump_trip": PlantKind("cdu", _add("cdu_pumps"), 2.0, "pumps lost; a CDU with one spare feels the second"),
    "cdu_pump_wear": PlantKind("cdu", _creep("cdu_head"), 0.2, "share of head lost over a day"),
    "hx_fouling": PlantKind("cdu", _creep("cdu_ua"), 0.1, "share of conductance lost over a day"),
    "hx_fouled": PlantKind("cdu", _scale("cdu_ua"), 0.2, "share of conductance lost at once"),
    "filter_blockage": PlantKind("cdu", _creep("cdu_inner", down=False), 3.0, "added inner resistance over a day, times healthy"),
    "valve_stuck": PlantKind("cdu", _stuck, -1.0, "position 0..1, below zero where it was"),
    "valve_stiction": PlantKind("cdu", _add("valve_stiction"), 0.05, "added dead band of the stem"),
    "hunting": PlantKind("cdu", _scale("valve_gain", down=False), 6.0, "added controller gain, times normal"),
    "cold_plate_blocked": PlantKind("rack", _plate, 0.6, "share of the plate's flow lost; rack/ID/GPU for one plate"),
    "rack_blocked": PlantKind("rack", _scale("rack_flow"), 0.3, "share of the rack's admittance lost"),
    "air_lock": PlantKind("rack", _air_lock, 0.4, "share of the rack's admittance lost at worst"),
    "leak": PlantKind("rack", _leak, 0.05, "L/min"),
    "pump_trip": PlantKind("pump", _add("pump_out"), 1.0, "facility pumps lost"),
    "pump_wear": PlantKind("pump", _creep("pump_head"), 0.15, "share of head lost over a day"),
    "pump_power": PlantKind("pump", _creep("pump_power", down=False), 0.2, "added power for the same water, over a day"),
    "cooler_fouling": PlantKind("cooler", _creep("cooler_ua"), 0.2, "share of conductance lost over a day"),
    "fan_failure": PlantKind("cooler", _scale("cooler_fans"), 0.25, "share of the fans that stop"),
    "recirculation": PlantKind("cooler", _add("recirculation"), 4.0, "K added to the air at the coils"),
    "district_fouling": PlantKind("district", _creep("district_ua"), 0.2, "share of conductance lost over a day"),
    "refrigerant_loss": PlantKind("heatpump", _creep("hp_cop"), 0.25, "share of the COP lost over a day"),
    "heatpump_capacity": PlantKind("heatpump", _scale("hp_capacity"), 0.3, "share of capacity lost"),
    "tank_mixing": PlantKind("tank", _add("tank_mixing"), 0.02, "added exchange of layers a second"),
    "feed_loss": PlantKind("feed", _add("feed_open"), 1.0, "the grid is gone"),
    "genset_failure": PlantKind("genset", _dark("genset_out"), 1.0, "share of the gensets that do not start when the grid goes"),
    "transfer_failure": PlantKind("feed", _dark("transfer_stuck"), 1.0, "the transfer switch stays on the dead grid"),
    "battery_weak": PlantKind("ups", _dark("battery_drain"), 2.0, "added charge that a joule costs when the grid goes, times healthy"),
    "ups_bypass": PlantKind("ups", _add("ups_bypass"), 1.0, "the UPS passes its load by"),
    "loop_leak": PlantKind("loop", _loop_leak, 2.0, "L/min of facility water"),
    "ups_losses": PlantKind("ups", _scale("ups_loss", down=False), 0.5, "added losses, times healthy"),
}
