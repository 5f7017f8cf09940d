"""How far sensors and model are trusted, before either has shown anything: one standard deviation each."""
from __future__ import annotations

from config.classes import CLASSES

# Instruments. PT100 class A in a pocket, 0.15 K + 0.002 t (IEC 60751) and its transmitter; GPU diodes +-2 K read to 1 K.
TEMPERATURE_C = 0.2
AIR_TEMPERATURE_C = 0.5
GPU_C = 1.5

# Model: what the balance does not know, per square root of a second (loads between readings, mixing, flows).
CORE_K_RT_S = 0.06
CDU_K_RT_S = 0.08
RACK_K_RT_S = 0.15
DIE_K_RT_S = 0.5

# Cold plates: relative resistance, spread when new and random walk (fouling, blockage) per square root of a second.
RESISTANCE = 0.08
RESISTANCE_RT_S = 2e-5
RESISTANCE_BOUNDS = (0.5, 20.0)

GATE = 5.0  # innovations beyond this many standard deviations are not believed: 1 in 1.7 million by chance
INITIAL_K = 8.0  # how wrong the designed steady state may be at the start


def sensor_std(cls: str, column: str) -> float:
    """Standard deviation [SI] of a measured column that the filter assimilates."""
    assert column in CLASSES[cls].measured
    return AIR_TEMPERATURE_C if column == "air_c" else TEMPERATURE_C
