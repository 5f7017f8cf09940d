"""What can go wrong: a fault is a kind, a target, a time and a size. One file a family; `KINDS` finds them by name."""
from __future__ import annotations

from sensors.faults.catalogue import KINDS, Fault, parse, plant_faults
from sensors.faults.sensing import Sensing, SensorFaults

__all__ = ["KINDS", "Fault", "Sensing", "SensorFaults", "parse", "plant_faults"]
