"""Events to InfluxDB line protocol, pure and the same bytes every time.

Escaping: InfluxDB line protocol reference (docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol): comma and
space in measurements, comma, equals and space in tag values; a newline or a trailing backslash cannot be written in a tag.
Numbers are `repr` of a float, the shortest text that reads back the same; NaN and infinity are left out.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def gpu_fields(gpus: int) -> tuple[str, ...]:
    """Field names of a rack's arrays, column after column: `temp_00_c` .. `power_00_w` .."""
    return tuple(f"{stem}_{i:02d}_{unit}" for stem, unit in (c.rsplit("_", 1) for c in GPU_COLUMNS) for i in range(gpus))


class Lines:
    """The lines of one site; prefixes and field names are made once an asset."""

    def __init__(self, site: Site):
        self.site = site
        self._prefixes: dict[tuple[str, str, str], list[str]] = {}

    def reading(self, reading: Reading) -> list[bytes]:
        """One line for a reading; none when it holds no number."""
        cls, gpu = reading.cls, reading.cls == "gpu"
        keys = _keys(gpu_fields(reading.values.shape[1])) if gpu else _keys(CLASSES[cls].measured)
        values = _boundary(reading.values, _factors("gpu" if gpu else cls, "measured")).ravel()
        body = _body(keys, values.tolist())
        if not body:
            return []
        start = self._prefix(cls, SENSOR, ACTUAL)[reading.row]
        return [f"{start}{body},q={float(reading.q)!r} {reading.ts_ms * _NS}".encode()]

    def snapshot(self, snapshot: Snapshot) -> list[bytes]:
        """A line for each asset of which anything is known, then one for each rack's GPUs."""
        lines = [line for cls in CLASSES if cls in snapshot.values for line in self._class(snapshot, cls)]
        return lines + list(self._gpus(snapshot))

    def _class(self, snapshot: Snapshot, cls: str) -> Iterator[bytes]:
        measured = CLASSES[cls].measured
        blocks = ((CLASSES[cls].columns, "", snapshot.values, True), (CLASSES[cls].columns, "_std", snapshot.std, True),
                  (measured, "_residual", snapshot.residual, True), (measured, "_quality", snapshot.quality, False))
        found = [_block(cls, *b) for b in blocks if b[0] and cls in b[2]]
        keys = tuple(k for names, _ in found for k in names)
        yield from self._rows(cls, snapshot, keys, np.hstack([v for _, v in found]))

    def _gpus(self, snapshot: Snapshot) -> Iterator[bytes]:
        if snapshot.gpu_c.size:
            values = np.stack([snapshot.gpu_c, snapshot.gpu_w], axis=1)
            flat = _boundary(values, _factors("gpu", "measured")).reshape(len(values), -1)
            yield from self._rows("gpu", snapshot, _keys(gpu_fields(values.shape[2])), flat)

    def _rows(self, measurement: str, snapshot: Snapshot, keys: tuple[str, ...], values: np.ndarray) -> Iterator[bytes]:
        end = f" {snapshot.ts_ms * _NS}"
        for start, row in zip(self._prefix(measurement, TWIN, snapshot.scenario), values.tolist(), strict=True):
            if body := _body(keys, row):
                yield f"{start}{body}{end}".encode()

    def _prefix(self, measurement: str, src: str, scenario: str) -> list[str]:
        key = (measurement, src, scenario)
        if key not in self._prefixes:
            assets = self.site.assets["rack" if measurement == "gpu" else measurement]
            self._prefixes[key] = [prefix(measurement, self.site.id, a, src, scenario) for a in assets]
        return self._prefixes[key]


@cache
def _keys(names: tuple[str, ...], suffix: str = "") -> tuple[str, ...]:
    return tuple(f"{n}{suffix}=" for n in names)


@cache
def _factors(cls: str, kind: str) -> np.ndarray:
    names = GPU_COLUMNS if cls == "gpu" else getattr(CLASSES[cls], kind)
    factors = np.array([QUANTITIES[n].factor for n in names])
    return factors[:, None] if cls == "gpu" else factors


def _block(cls: str, names: tuple[str, ...], suffix: str, by_class: Mapping[str, np.ndarray], scale: bool) -> tuple:
    kind = "columns" if len(names) == len(CLASSES[cls].columns) else "measured"
    values = by_class[cls]
    return _keys(names, suffix), _boundary(values, _factors(cls, kind)) if scale else np.where(values == UNSEEN, np.nan, values)


def _boundary(values: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """SI to boundary units, rounded; minus zero becomes zero."""
    return np.round(values / factors, DECIMALS) + 0.0


def _body(keys: tuple[str, ...], values: list[float]) -> str:
    return ",".join([k + repr(v) for k, v in zip(keys, values, strict=True) if v - v == 0.0])


lines = per_site(Lines)


def reading_lines(site: Site, reading: Reading) -> list[bytes]:
    """Line protocol of a raw reading (src=sensor), without line ends."""
    return lines(site).reading(reading)


def snapshot_lines(site: Site, snapshot: Snapshot) -> list[bytes]:
    """Line protocol of a snapshot (src=twin), without line ends."""
    return lines(site).snapshot(snapshot)
