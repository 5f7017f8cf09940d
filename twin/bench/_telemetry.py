"""Telemetry of any site for benchmarks and replays: plausible, cheap, a pure function of event time, from no model of a plant."""
from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from config.classes import CLASSES
from config.quantities import QUANTITIES
from config.site import Site
from twin.events import GOOD, Reading
from twin.wire.native import encode_reading

LEVELS = {"supply_c": 31.0, "return_c": 41.0, "tcs_supply_c": 32.0, "tcs_return_c": 42.0, "fws_supply_c": 30.0, "fws_return_c": 40.0,
          "dry_bulb_c": 14.0, "wet_bulb_c": 10.0, "in_c": 40.0, "out_c": 31.0, "dh_supply_c": 65.0, "dh_return_c": 40.0,
          "closed_on": 1.0, "leak_on": 0.0, "frequency_hz": 50.0, "voltage_v": 20_000.0, "running_count": 2.0}
BY_UNIT = {"degC": 35.0, "kW": 90.0, "L/min": 90.0, "kPa": 150.0, "%": 60.0}


def values(cls: str, row: int, ts_ms: int) -> np.ndarray:
    """SI values of the measured columns of one asset."""
    columns = CLASSES[cls].measured
    level = np.array([LEVELS.get(c, BY_UNIT.get(QUANTITIES[c].unit, 1.0)) for c in columns])
    moves = np.array([0.0 if QUANTITIES[c].unit in ("0/1", "1") else 0.01 for c in columns])
    return level * (1.0 + moves * np.sin(ts_ms / 7000.0 + row + np.arange(len(columns)))) * CLASSES[cls].factors()[: len(columns)]


def readings(site: Site, start_ms: int, rounds: int, period_ms: int = 1000) -> Iterator[Reading]:
    """One of every asset that measures, a round; rack GPUs apart (`gpus`)."""
    for n in range(rounds):
        ts = start_ms + period_ms * n
        for cls, assets in site.assets.items():
            for asset in assets if CLASSES[cls].measured else ():
                yield Reading(ts, cls, asset.row, n, GOOD, values(cls, asset.row, ts))


def gpus(site: Site, start_ms: int, rounds: int, period_ms: int = 1000) -> Iterator[Reading]:
    """The GPUs of every rack, a round: degC and W."""
    each = np.arange(site.gpus_per_rack)
    for n in range(rounds):
        for rack in site.assets["rack"]:
            yield Reading(start_ms + period_ms * n, "gpu", rack.row, n, GOOD, np.stack([50.0 + np.sin(each + n), 900.0 + 10.0 * np.cos(each + n)]))


def wide(site: Site, start_ms: int, rounds: int, period_ms: int = 1000) -> Iterator[tuple[str, bytes]]:
    """One wide message an asset a round."""
    return (encode_reading(site, r) for r in readings(site, start_ms, rounds, period_ms))
