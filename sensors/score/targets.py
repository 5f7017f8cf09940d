"""What the twin is to reach, each beside its figure."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LEAST_COVER, MOST_COVER = 0.90, 0.99  # of bands said to hold 95 %
NIS_INSIDE = 0.90  # of the steps of healthy time, where 95 % are expected
DELAYS = (("pump trip", ("cdu_pump_trip", "pump_trip"), 10.0), ("stuck sensor", ("sensor_stuck",), 1800.0), ("drift", ("sensor_drift",), 43_200.0),
          ("fouling", ("hx_fouling", "hx_fouled"), 86_400.0), ("blocked plate", ("cold_plate_blocked",), 900.0))


@dataclass(frozen=True, slots=True)
class Target:
    """`met` is None where the runs say nothing about it."""

    what: str
    aim: str
    found: str
    met: bool | None


def targets(figures: dict[str, Any]) -> list[Target]:
    """All of them, of the figures of `report.summary`."""
    return [*_errors(figures["virtual"]), *_cover(figures["virtual"]), *_nis(figures["nis"]), *_faults(figures["detectable"]), *_delays(figures),
            Target("false alarms", "at most 1 a site and week", f"{figures['false_alarms']['per_week']:g}", figures["false_alarms"]["per_week"] <= 1.0)]


def _errors(virtual: dict[str, Any]) -> Iterator[Target]:
    for name, v in virtual.items():
        if v["aim"] is not None:
            said = "no samples" if v["rmse"] is None else f"{v['rmse']:.3g} {v['unit']}"
            yield Target(f"RMSE of {name}", f"at most {v['aim']:g} {v['unit']}", said, None if v["rmse"] is None else v["rmse"] <= v["aim"])


def _cover(virtual: dict[str, Any]) -> Iterator[Target]:
    for name, v in virtual.items():
        if v["coverage_95"] is not None:
            yield Target(f"95 % band of {name}", "holds 90 to 99 %", f"{100 * v['coverage_95']:.1f} %", LEAST_COVER <= v["coverage_95"] <= MOST_COVER)


def _nis(blocks: dict[str, Any]) -> Iterator[Target]:
    for name, n in blocks.items():
        yield Target(f"NIS of {name}", f"in its 95 % band at {100 * NIS_INSIDE:g} % of steps", f"{100 * n['inside_95']:.1f} %, mean {n['mean']:.2f}",
                     n["inside_95"] >= NIS_INSIDE)


def _faults(f: dict[str, Any]) -> Iterator[Target]:
    for what, least in (("detected", 0.95), ("named", 0.90)):
        share = f[what] / f["runs"] if f["runs"] else None
        said = "no runs" if share is None else f"{f[what]} of {f['runs']}: {100 * share:.0f} %"
        yield Target(f"faults {what}, of those the sensors can tell", f"at least {100 * least:g} %", said, None if share is None else share >= least)


def _delays(figures: dict[str, Any]) -> Iterator[Target]:
    from sensors.score.table import spoken

    for what, kinds, most in DELAYS:
        rows = [figures["faults"][k] for k in kinds if k in figures["faults"]]
        runs = sum(r["runs"] for r in rows)
        worst = [r["delay_median_s"] for r in rows]  # a kind that is not found by half of its runs has no median
        said = "; ".join(spoken(d) for d in worst) + f" ({runs} runs)" if runs else "no runs"
        yield Target(f"median delay of {what}", f"at most {spoken(most)}", said, all(d is not None and d <= most for d in worst) if runs else None)
