"""Scores of forecasts in InfluxDB: a line a column, horizon and minute."""
from __future__ import annotations

import math

from config.classes import CLASSES
from config.quantities import QUANTITIES
from config.site import SITE_LEVEL, Asset, Site
from twin.events import Score
from twin.wire.lines import TWIN, escape_tag, prefix

MEASUREMENT = "forecast"
FIELDS = ("skill", "coverage", "rmse", "persistence_rmse", "n")
TAG = "horizon"  # beside those of every line
_NS = 1_000_000


def horizon(seconds: float) -> str:
    """`15min`, `1h`, `4h`."""
    return f"{seconds / 3600:g}h" if seconds >= 3600 else f"{seconds / 60:g}min"


def score_values(score: Score) -> dict[str, float]:
    """Fields in the unit of the column; NaN where not known yet."""
    cls, column = score.column.split(".")
    factor = QUANTITIES[column].factor if cls in CLASSES else 1.0
    return dict(zip(FIELDS, (score.skill, score.coverage, score.rmse / factor, score.persistence / factor, score.n), strict=True))


def score_line(site: Site, score: Score) -> bytes:
    """Line protocol; `id` is the column, `site.it_kw`."""
    cls, _ = score.column.split(".")
    start = prefix(MEASUREMENT, site.id, Asset(SITE_LEVEL, cls, score.column, 0), TWIN, score.scenario)
    body = ",".join(f"{k}={round(v, 6)!r}" for k, v in score_values(score).items() if math.isfinite(v))
    return f"{start.rstrip(' ')},{TAG}={escape_tag(horizon(score.horizon_s))} {body} {score.ts_ms * _NS}".encode()
