"""Colours of values: thresholds from physics, standards and law, never from taste.

Each is a tuple of (from value, colour); the first one starts at minus infinity.
"""
from __future__ import annotations

Steps = tuple[tuple[float | None, str], ...]

GREEN, YELLOW, ORANGE, RED, BLUE = "green", "yellow", "orange", "red", "blue"

PLAIN: Steps = ((None, "text"),)
NEUTRAL: Steps = ((None, BLUE),)

# Below 0 K the GPU throttles. 5 K: the swing of a synchronised job can use it up within one step; 10 K: room for a pump changeover.
GPU_MARGIN: Steps = ((None, RED), (0.0, ORANGE), (5.0, YELLOW), (10.0, GREEN))

# ASHRAE TC 9.9, Thermal Guidelines for Data Processing Environments, 5th ed. (2021), liquid classes W32, W40, W45: upper supply limits.
LIQUID_SUPPLY: Steps = ((None, BLUE), (17.0, GREEN), (40.0, YELLOW), (45.0, RED))

# German Energy Efficiency Act (EnEfG 2023) section 11: PUE <= 1.2 for sites starting from July 2026, 1.3 for older ones from 2030.
PUE: Steps = ((None, GREEN), (1.2, YELLOW), (1.3, ORANGE), (1.5, RED))

# EnEfG section 11: reused energy at least 10 % (start from July 2026), 15 % (2027), 20 % (2028).
ERF: Steps = ((None, RED), (0.10, ORANGE), (0.15, YELLOW), (0.20, GREEN))

# EN 50160: 50 Hz +- 1 % during 99.5 % of a year, 47 to 52 Hz always.
FREQUENCY: Steps = ((None, RED), (47.0, ORANGE), (49.5, GREEN), (50.5, ORANGE), (52.0, RED))

# Rated load is 100 %; a pair of feeds carries one another's load only while each stays below half.
LOAD: Steps = ((None, GREEN), (50.0, YELLOW), (80.0, ORANGE), (100.0, RED))

# A battery below half cannot bridge two genset starts.
CHARGE: Steps = ((None, RED), (20.0, ORANGE), (50.0, YELLOW), (80.0, GREEN))

LEAK: Steps = ((None, GREEN), (0.5, RED))
CLOSED: Steps = ((None, RED), (0.5, GREEN))

# Relative residual of the energy balance: floating point keeps it near 1e-12, 1e-9 is the promise of the model.
AUDIT: Steps = ((None, GREEN), (1e-9, RED))

# by time to consequence: below 3 min, below 30 min, longer (docs/alarms.md)
PRIORITY: Steps = ((None, RED), (1.5, ORANGE), (2.5, BLUE))
PRIORITY_NAMES = ((1, "high", RED), (2, "medium", ORANGE), (3, "low", BLUE))

# below 0 the forecast is worse than that nothing changes
SKILL: Steps = ((None, RED), (0.0, GREEN))

# verdicts of the twin: unseen, believed, suspect, stale
QUALITY: Steps = ((None, "text"), (0.5, GREEN), (1.5, ORANGE), (2.5, RED))
QUALITY_NAMES = ((0, "unseen", "text"), (1, "believed", GREEN), (2, "suspect", ORANGE), (3, "stale", RED))
