"""Domestic hot water through the day: the published tapping pattern, and the heat a network sees of it."""
from __future__ import annotations

import numpy as np

# Draw-offs [kWh] begun in each hour of the day: load profile M of Commission Regulation (EU) 814/2013, annex III, table 1 (EN 16147; the
# tapping cycle no. 2 of EN 15316-3-1:2007): 5.845 kWh in all.
PROFILE_M_KWH = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.61, 0.42, 0.21, 0.105, 0.21, 0.315, 0.0, 0.105, 0.105, 0.105, 0.0, 0.315, 0.105, 0.735,
                 1.505, 0.0, 0.0)
SPREAD_H = 2.0  # standard deviation of when dwellings do the same (assumption: a network of thousands shows no single bath)
CIRCULATION = 0.5  # share of the heat for hot water lost in circulation, day and night (Bohm 2013, Energy Conversion and Management 67, 152-159)
_KERNEL = np.exp(-0.5 * (np.minimum(np.arange(24), 24 - np.arange(24)) / SPREAD_H) ** 2)
NETWORK = np.real(np.fft.ifft(np.fft.fft(PROFILE_M_KWH) * np.fft.fft(_KERNEL))) / (sum(PROFILE_M_KWH) * _KERNEL.sum() / 24.0)


def draw(hour: np.ndarray) -> np.ndarray:
    """Tapped hot water over its daily mean at local `hour` 0 .. 24, any shape; linear between the middles of the hours, mean 1."""
    return np.interp(np.asarray(hour, dtype=float) - 0.5, np.arange(-1, 25), np.concatenate([NETWORK[-1:], NETWORK, NETWORK[:1]]))

