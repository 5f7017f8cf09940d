"""Units of recorded columns to the units of the quantity table. Each row: quantity suffixes it may feed, factor, offset.

boundary value = value * factor + offset. Factors: NIST Special Publication 811 (2008), appendix B.8 and B.9.
"""
from __future__ import annotations

from dataclasses import dataclass

from config.quantities import Quantity
from sensors.recorded.table import RecordError

PSI_KPA = 6.894757
GALLON_L = 3.785412


@dataclass(frozen=True, slots=True)
class Conversion:
    """From a recorded unit to the boundary unit `to` (display name of the quantity's unit)."""

    to: str
    factor: float = 1.0
    offset: float = 0.0


_TABLE: dict[str, tuple[Conversion, ...]] = {
    "degC": (Conversion("degC"), Conversion("K")),
    "degF": (Conversion("degC", 5 / 9, -160 / 9),),
    "K": (Conversion("degC", 1.0, -273.15), Conversion("K")),
    "W": (Conversion("kW", 1e-3), Conversion("W")),
    "kW": (Conversion("kW"), Conversion("W", 1e3)),
    "MW": (Conversion("kW", 1e3),),
    "ton": (Conversion("kW", 3.516853),),
    "gpm": (Conversion("L/min", GALLON_L), Conversion("L/h", 60 * GALLON_L)),
    "L/min": (Conversion("L/min"),),
    "L/s": (Conversion("L/min", 60.0),),
    "m3/h": (Conversion("L/min", 1000 / 60),),
    "m3/s": (Conversion("L/min", 60_000.0),),
    "psi": (Conversion("kPa", PSI_KPA),),
    "psig": (Conversion("kPa", PSI_KPA),),  # gauge, as all static pressures of the quantity table
    "kPa": (Conversion("kPa"),),
    "bar": (Conversion("kPa", 100.0),),
    "Pa": (Conversion("kPa", 1e-3),),
    "%": (Conversion("%"),),
    "1": (Conversion("1"), Conversion("%", 100.0), Conversion("0/1")),
    "V": (Conversion("V"),),
    "kV": (Conversion("V", 1e3),),
    "Hz": (Conversion("Hz"),),
}
UNITS = tuple(_TABLE)


def conversion(unit: str, quantity: Quantity) -> Conversion:
    """How `unit` becomes the quantity's boundary unit; RecordError when it cannot."""
    for found in _TABLE.get(unit, ()):
        if found.to == quantity.unit:
            return found
    allowed = sorted(u for u, rows in _TABLE.items() if any(c.to == quantity.unit for c in rows))
    raise RecordError(f"{quantity.name}: {unit!r} does not become {quantity.unit}; allowed: {', '.join(allowed)}")
