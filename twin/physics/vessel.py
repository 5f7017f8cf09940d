"""Water that swells, and the gas cushion that takes it."""
from __future__ import annotations

import numpy as np

Array = np.ndarray
ATMOSPHERE = 101_325.0  # Pa


def water_density(t: Array) -> Array:
    """Density [kg/m3] of water at `t` [degC], 0 .. 100, at one atmosphere. Kell, J. Chem. Eng. Data 20 (1975), 97-105, eq. 16."""
    top = 999.83952 + t * (16.945176 + t * (-7.9870401e-3 + t * (-46.170461e-6 + t * (105.56302e-9 - 280.54253e-12 * t))))
    return top / (1.0 + 16.879850e-3 * t)


def vessel_volume(swelling: Array, reserve: Array, pre: Array, end: Array) -> Array:
    """Nominal volume [m3] of a diaphragm vessel that takes `swelling` and `reserve` [m3] between gauge pressures [Pa]. EN 12828:2012, annex D."""
    return (swelling + reserve) * (end + ATMOSPHERE) / (end - pre)


def vessel_pressure(taken: Array, volume: Array, pre: Array, give: Array) -> Array:
    """Gauge pressure [Pa] of a vessel of `volume` [m3] and pre-charge `pre` [Pa] that has taken `taken` [m3] of water, by Boyle's law.

    With nothing left in the vessel the loop falls to the atmosphere within `give` [m3], what its own air and hoses yield.
    """
    gas = np.maximum(volume - np.maximum(taken, 0.0), 1e-6 * volume)
    cushioned = (pre + ATMOSPHERE) * volume / gas - ATMOSPHERE
    return np.where(taken >= 0.0, cushioned, pre * np.clip(1.0 + taken / give, 0.0, 1.0))


def vessel_content(pressure: Array, volume: Array, pre: Array) -> Array:
    """Water [m3] in a vessel at a gauge pressure [Pa] above its pre-charge: the inverse of `vessel_pressure`."""
    return volume * (1.0 - (pre + ATMOSPHERE) / (np.maximum(pressure, pre) + ATMOSPHERE))
