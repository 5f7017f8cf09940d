"""The twin's own messages of the native profile: estimate, deviation, residual and verdict of an asset in one flat object."""
from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from config.classes import CLASSES
from config.errors import WireError
from config.site import Site
from twin.events import ACTUAL, Snapshot
from twin.wire import strict, topics
from twin.wire.lines import twin_fields, twin_values
from twin.wire.reasons import LIMITS, Limits, error

VERDICTS = ("unseen", "believed", "suspect", "stale")  # by number: 0, 1, 2, 3


def encode_twin(site: Site, snapshot: Snapshot, classes: Iterable[str] | None = None) -> Iterator[tuple[str, bytes]]:
    """(topic, payload) for each asset of which anything is known. Anything but the actual plant goes under the what-if root."""
    root = site.model.root if snapshot.scenario == ACTUAL else topics.WHATIF_ROOT
    head = {"ts": snapshot.ts_ms, "scenario": snapshot.scenario}
    for cls in classes if classes is not None else CLASSES:
        if cls not in snapshot.values or not len(snapshot.values[cls]):
            continue
        names = twin_fields(cls)
        for asset, row in zip(site.assets[cls], twin_values(snapshot, cls).tolist(), strict=True):
            body = {n: v for n, v in zip(names, row, strict=True) if v - v == 0.0}
            if body:
                yield topics.topic(site, asset, "twin", root), msgspec.json.encode(head | body)


def decode_twin(topic: str, payload: bytes, limits: Limits = LIMITS) -> tuple[int, str, dict[str, float]]:
    """(ts_ms, scenario, values in boundary units by field name) of an estimate, for programs that read the twin."""
    message = strict.parse(topic, payload, limits)
    ts, scenario = message.pop("ts", None), message.pop("scenario", None)
    if not isinstance(ts, int) or not isinstance(scenario, str):
        raise error("missing_ts" if ts is None else "type", topic, "ts" if not isinstance(ts, int) else "scenario")
    if (wrong := _not_a_number(message)) is not None:
        raise wrong_type(topic, wrong)
    return ts, scenario, message


def _not_a_number(message: dict[str, object]) -> str | None:
    return next((k for k, v in message.items() if isinstance(v, bool) or not isinstance(v, int | float)), None)


def wrong_type(topic: str, field: str) -> WireError:
    """A value that should be a number."""
    return error("type", topic, field, "expected a number")
