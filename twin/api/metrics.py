"""`/metrics` in the Prometheus text format, for a service that brings no richer one."""
from __future__ import annotations

import re

from twin.service.hub import Hub

_REJECTED = "rejected_"


def rejected_by_reason(hub: Hub) -> dict[str, int]:
    """Counts of unusable messages, most frequent first."""
    found = {k.removeprefix(_REJECTED): n for k, n in hub.counters.items() if k.startswith(_REJECTED)}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def text(hub: Hub) -> str:
    """Counters, rejections by reason, health of each part and the event time."""
    lines = ["# TYPE boucle_messages_total counter"]
    lines += [f'boucle_messages_total{{kind="{_label(k)}"}} {n}' for k, n in sorted(hub.counters.items()) if not k.startswith(_REJECTED)]
    lines += ["# TYPE boucle_rejected_total counter"]
    lines += [f'boucle_rejected_total{{reason="{_label(k)}"}} {n}' for k, n in rejected_by_reason(hub).items()]
    lines += ["# TYPE boucle_part_up gauge"]
    lines += [f'boucle_part_up{{part="{_label(k)}"}} {int(bool(part.get("ok")))}' for k, part in hub.health.items()]
    if hub.snapshot is not None:
        lines += ["# TYPE boucle_event_time_seconds gauge", f"boucle_event_time_seconds {hub.snapshot.ts_ms / 1000}"]
    return "\n".join(lines) + "\n"


def _label(value: str) -> str:
    return re.sub(r'[\\"\n]', "_", value)
