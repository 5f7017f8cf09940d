"""Cross-validation of the tower plant in blocks of hours: three blocks held out in turn, and two forecasts from early hours."""
from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from twin.calibrate.frontier import Plan, Span, calibrate, predict, readings_of
from twin.calibrate.plant_files import READINGS, Series
from twin.calibrate.scores import scores

BLOCKS = 3
FORECASTS = (1 / 3, 1 / 2)  # share of the hours calibrated on, all later ones predicted


def spans(start_s: float, end_s: float) -> Iterator[tuple[str, tuple[Span, ...], Span]]:
    """(name, hours to calibrate on, hours to score) of every fold."""
    edges = np.linspace(start_s, end_s, BLOCKS + 1)
    for a, b in pairwise(edges):
        kept = tuple((s, e) for s, e in ((start_s, a), (b, end_s)) if e > s)
        yield f"without {a / 3600:.0f}-{b / 3600:.0f} h", kept, (a, b)
    for share in FORECASTS:
        middle = start_s + share * (end_s - start_s)
        yield f"from {middle / 3600:.0f} h", ((start_s, middle),), (middle, end_s)


def cross_validate(plan: Plan, inputs: Series, plant: Series, staging: Series | None) -> dict[str, dict[str, float]]:
    """RMSE of each reading on hours the fold has not seen, flows in percent of each reading.

    A fold's prediction starts from the state that the measured hours before it lead to, or from the first reading."""
    found, first, end = {}, float(plant.time_s[0]), float(plant.time_s[-1]) + 1.0
    for name, kept, (start_s, end_s) in spans(first, end):
        done = calibrate(plan, inputs, plant, staging, kept)
        t, mean, _ = predict(done, inputs, plant.before(max(start_s, first + 1.0)), staging)
        real = plant.within(max(start_s, first + 1.0), end_s)
        seen = readings_of(t, mean, real.time_s)
        rows = {n: scores(real.time_s, seen[n], real.columns[n]) for n in READINGS}
        found[name] = {n: row["rmse_pct" if n.endswith("gpm") else "rmse"] for n, row in rows.items()}
    return found
