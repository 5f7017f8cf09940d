"""`/metrics` in the Prometheus text format (version 0.0.4), from the hub alone."""
from __future__ import annotations

from collections.abc import Iterable

from twin.service.hub import Hub

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_HELP = {
    "queue_length": "Messages waiting for the fold",
    "lag_seconds": "Plant time now minus event time of the last snapshot",
    "step_seconds": "Duration of the last step that made a snapshot",
    "step_seconds_max": "Longest such step since the start",
    "forecast_cpu_seconds": "CPU seconds of the last forecast",
}


def text(hub: Hub) -> str:
    """Every counter, gauge and health flag."""
    lines = [*_messages(hub), *_rejected(hub), *_gauges(hub), *_health(hub)]
    return "\n".join(lines) + "\n"


def _head(name: str, kind: str, about: str) -> list[str]:
    return [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]


def _messages(hub: Hub) -> Iterable[str]:
    yield from _head("boucle_messages_total", "counter", "Messages and effects by what became of them")
    for kind, count in sorted(hub.counters.items()):
        if not kind.startswith("rejected_"):
            yield f'boucle_messages_total{{kind="{escape(kind)}"}} {count}'


def _rejected(hub: Hub) -> Iterable[str]:
    yield from _head("boucle_rejected_total", "counter", "Messages that could not be used, by reason")
    for kind, count in sorted(hub.counters.items()):
        if kind.startswith("rejected_"):
            yield f'boucle_rejected_total{{reason="{escape(kind.removeprefix("rejected_"))}"}} {count}'


def _gauges(hub: Hub) -> Iterable[str]:
    for name, value in sorted(hub.gauges.items()):
        kind = "counter" if name.endswith("_total") else "gauge"
        yield from _head(f"boucle_{name}", kind, _HELP.get(name, name.replace("_", " ")))
        yield f"boucle_{name} {value:.9g}"
    if hub.snapshot is not None:
        yield from _head("boucle_event_time_seconds", "gauge", "Event time of the last snapshot")
        yield f"boucle_event_time_seconds {hub.snapshot.ts_ms / 1000:.3f}"


def _health(hub: Hub) -> Iterable[str]:
    yield from _head("boucle_part_up", "gauge", "1 when a part works")
    for name, state in sorted(hub.health.items()):
        yield f'boucle_part_up{{part="{escape(name)}"}} {int(bool(state.get("ok")))}'
    for name, state in sorted(hub.health.items()):
        for key, value in sorted(state.items()):
            if key not in ("ok", "detail") and isinstance(value, (int, float)):
                yield f'boucle_part_{key}{{part="{escape(name)}"}} {value}'


def escape(label: str) -> str:
    r"""A label value as the format wants it: \, " and line feed escaped."""
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
