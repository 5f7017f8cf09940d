"""`/metrics`: the Prometheus text format and what is in it."""
from __future__ import annotations

import re

from config.load import load_site
from twin.service.hub import Hub
from twin.service.metrics import escape, text

LINE = re.compile(r'^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-z_]+="(\\.|[^"\\])*"(,[a-z_]+="(\\.|[^"\\])*")*\})? [-+0-9.eE]+$')


def full_hub() -> Hub:
    hub = Hub(load_site("valence"))
    hub.counters.update({"received": 10, "late": 1, "rejected_json": 2})
    hub.gauges.update({"queue_length": 3, "lag_seconds": 1.25, "spent_seconds_total": 2})
    hub.health.update({'influx "main"': {"ok": False, "detail": "refused", "waiting_lines": 12}})
    return hub


def test_every_line_is_a_comment_or_a_sample():
    for line in text(full_hub()).splitlines():
        assert line.startswith("# ") or LINE.match(line), line


def test_each_metric_is_typed_once_before_its_samples():
    seen: set[str] = set()
    for line in text(full_hub()).splitlines():
        if line.startswith("# TYPE"):
            name = line.split()[2]
            assert name not in seen
            seen.add(name)


def test_counters_reasons_gauges_and_health_are_there():
    lines = text(full_hub()).splitlines()
    assert 'boucle_messages_total{kind="received"} 10' in lines
    assert 'boucle_rejected_total{reason="json"} 2' in lines
    assert "boucle_queue_length 3" in lines and "boucle_lag_seconds 1.25" in lines
    assert "# TYPE boucle_spent_seconds_total counter" in lines
    assert 'boucle_part_up{part="influx \\"main\\""} 0' in lines
    assert 'boucle_part_waiting_lines{part="influx \\"main\\""} 12' in lines


def test_labels_are_escaped():
    assert escape('a\\b"c\nd') == 'a\\\\b\\"c\\nd'
