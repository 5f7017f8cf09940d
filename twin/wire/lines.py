"""Events to InfluxDB line protocol, pure and the same bytes every time.

Escaping: InfluxDB line protocol reference (docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol): comma and
space in measurements, comma, equals and space in tag values; a newline or a trailing backslash cannot be written in a tag.
Numbers are `repr` of a float, the shortest text that reads back the same; NaN and infinity are left out.
"""
from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from config.classes import CLASSES, GPU_COLUMNS
from config.quantities import QUANTITIES
from config.site import Asset, Site
from twin.events import ACTUAL, UNSEEN, Reading, Snapshot
from twin.wire.once import per_site

DECIMALS = 6  # of a number in its boundary unit, as on the wire
SENSOR, TWIN = "sensor", "twin"
_NS = 1_000_000


def escape_tag(text: str) -> str:
    """A tag value as written in a line; ValueError for what a line cannot carry."""
    if not text or "\n" in text or "\r" in text or text.endswith("\\"):
        raise ValueError(f"not a tag value: {text!r}")
    return text.replace(",", "\\,").replace("=", "\\=").replace(" ", "\\ ")


def prefix(measurement: str, site: str, asset: Asset, src: str, scenario: str) -> str:
    """Measurement and the five tags, always all present, always in this order, with the space that follows."""
    name = measurement.replace(",", "\\,").replace(" ", "\\ ")
    tags = zip(("site", "hall", "id", "src", "scenario"), (site, asset.hall, asset.id, src, scenario), strict=True)
    return name + "".join(f",{k}={escape_tag(v)}" for k, v in tags) + " "

GPU_PERIOD_MS = 60_000  # the twin's estimate of every GPU is written on whole minutes, the sensors' arrays as they come


def gpu_fields(gpus: int) -> tuple[str, ...]:
    """Field names of a rack's arrays, column after column: `temp_00_c` .. `power_00_w` .."""
    return tuple(f"{stem}_{i:02d}_{unit}" for stem, unit in (c.rsplit("_", 1) for c in GPU_COLUMNS) for i in range(gpus))


def twin_fields(cls: str) -> tuple[str, ...]:
    """Fields of a twin row: columns and their standard deviation, then residual and verdict of the measured ones."""
    c = CLASSES[cls]
    stds = (f"{n}_std" for n in c.columns)
    return (*c.columns, *stds, *(f"{n}_residual" for n in c.measured), *(f"{n}_quality" for n in c.measured))


def twin_values(snapshot: Snapshot, cls: str) -> np.ndarray:
    """Values of `twin_fields` in boundary units, shape (rows, fields), NaN where not known."""
    rows, measured = len(snapshot.values[cls]), len(CLASSES[cls].measured)
    nothing = np.full((rows, measured), np.nan)
    std = snapshot.std.get(cls, np.full_like(snapshot.values[cls], np.nan))
    quality = snapshot.quality.get(cls, np.zeros((rows, measured)))
    scaled = (boundary(cls, v) for v in (snapshot.values[cls], std, snapshot.residual.get(cls, nothing)))
    return np.hstack([*scaled, np.where(quality == UNSEEN, np.nan, quality)])


def boundary(cls: str, values: np.ndarray) -> np.ndarray:
    """SI to boundary units, rounded, minus zero to zero. `values`: shape (..., columns), measured ones or all, or (..., 2, gpus)."""
    names = GPU_COLUMNS if cls == "gpu" else CLASSES[cls].columns[: values.shape[-1]]
    factors = _factors(names)
    return np.round(values / (factors[:, None] if cls == "gpu" else factors), DECIMALS) + 0.0


class Lines:
    """The lines of one site; prefixes and field names are made once an asset."""

    def __init__(self, site: Site):
        self.site = site
        self._prefixes: dict[tuple[str, str, str, str], list[str]] = {}

    def reading(self, reading: Reading) -> list[bytes]:
        """One line for a reading; none when it holds no number."""
        cls = reading.cls
        names = gpu_fields(reading.values.shape[1]) if cls == "gpu" else CLASSES[cls].measured
        body = _body(_keys(names), boundary(cls, reading.values).ravel().tolist())
        if not body:
            return []
        start = self._prefix("rack" if cls == "gpu" else cls, cls, SENSOR, ACTUAL)[reading.row]
        return [f"{start}{body},q={float(reading.q)!r} {reading.ts_ms * _NS}".encode()]

    def snapshot(self, snapshot: Snapshot) -> list[bytes]:
        """A line for each asset of which anything is known, then one for each rack's GPUs."""
        ts, scenario, found = snapshot.ts_ms, snapshot.scenario, []
        for cls in (c for c in CLASSES if c in snapshot.values and len(snapshot.values[c])):
            found += self.rows(cls, cls, TWIN, scenario, ts, twin_fields(cls), twin_values(snapshot, cls))
        if snapshot.gpu_c.size and snapshot.ts_ms % GPU_PERIOD_MS == 0:
            values = boundary("gpu", np.stack([snapshot.gpu_c, snapshot.gpu_w], axis=1))
            flat = values.reshape(len(values), -1)
            found += self.rows("rack", "gpu", TWIN, scenario, ts, gpu_fields(values.shape[2]), flat)
        return found

    def rows(self, cls: str, measurement: str, src: str, scenario: str, ts_ms: int,
             fields: tuple[str, ...], values: np.ndarray) -> Iterator[bytes]:
        """A line for each row of `cls` with any number. `values`: boundary units, shape (rows, fields)."""
        end, keys = f" {ts_ms * _NS}", _keys(fields)
        for start, row in zip(self._prefix(cls, measurement, src, scenario), values.tolist(), strict=True):
            if body := _body(keys, row):
                yield f"{start}{body}{end}".encode()

    def _prefix(self, cls: str, measurement: str, src: str, scenario: str) -> list[str]:
        key = (cls, measurement, src, scenario)
        if key not in self._prefixes:
            self._prefixes[key] = [prefix(measurement, self.site.id, a, src, scenario) for a in self.site.assets[cls]]
        return self._prefixes[key]


@cache
def _keys(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{n}=" for n in names)


@cache
def _factors(names: tuple[str, ...]) -> np.ndarray:
    return np.array([QUANTITIES[n].factor for n in names])


def _body(keys: tuple[str, ...], values: list[float]) -> str:
    """`key=value` pairs; v - v is zero for finite numbers alone."""
    return ",".join([k + repr(v) for k, v in zip(keys, values, strict=True) if v - v == 0.0])


lines = per_site(Lines)


def reading_lines(site: Site, reading: Reading) -> list[bytes]:
    """Line protocol of a raw reading (src=sensor), without line ends."""
    return lines(site).reading(reading)


def snapshot_lines(site: Site, snapshot: Snapshot) -> list[bytes]:
    """Line protocol of a snapshot (src=twin), without line ends."""
    return lines(site).snapshot(snapshot)
