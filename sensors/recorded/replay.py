"""Recorded telemetry as messages: one wide message an asset and instant, in the order of time."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

from config.site import Site
from sensors.encode import Frame
from sensors.recorded.maps import Channel, Map, channels
from sensors.recorded.table import Table, held, read_table, rising
from twin.events import GOOD, UNCERTAIN
from twin.wire.native import DECIMALS
from twin.wire.topics import topic

_SECONDS = {"s": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0}
_Key = tuple[int, str]  # ts_ms, topic


@dataclass
class Recording:
    """Messages of a recorded stretch: `messages[(ts_ms, topic)]` holds the columns measured then, None where missing."""

    messages: dict[_Key, dict[str, float | None]] = field(default_factory=dict)
    samples: int = 0

    def frames(self) -> Iterator[tuple[int, Frame]]:
        """(ts_ms, (topic, payload)), oldest first."""
        counts: dict[str, int] = {}
        for ts_ms, name in sorted(self.messages):
            body = self.messages[ts_ms, name]
            seq = counts[name] = counts.get(name, -1) + 1
            q = UNCERTAIN if None in body.values() else GOOD
            yield ts_ms, (name, msgspec.json.encode({"ts": ts_ms, "seq": seq, "q": q, **body}))

    def span_ms(self) -> tuple[int, int]:
        times = [ts for ts, _ in self.messages]
        return min(times), max(times)


def record(site: Site, plan: Map, folder: Path, start_ms: int) -> Recording:
    """All files of a map; the recording's zero is `start_ms`."""
    out = Recording()
    for name, file in plan.files.items():
        table = read_table(folder / name)
        times = rising(table.path, table.column(file.time)) * _SECONDS[file.time_unit]
        for channel in channels(site, file):
            _add(out, site, channel, table, np.round(start_ms + 1000 * times).astype(np.int64).tolist())
    return out


def _add(out: Recording, site: Site, channel: Channel, table: Table, stamps: list[int]) -> None:
    raw = table.column(channel.column)
    name = topic(site, site.assets[channel.cls][channel.row], "tele")
    for ts_ms, value in zip(stamps, (held(raw) if channel.hold else raw).tolist(), strict=True):
        found = None if np.isnan(value) else round(channel.boundary(value), DECIMALS)
        out.messages.setdefault((ts_ms, name), {})[channel.quantity] = found
        out.samples += 1


