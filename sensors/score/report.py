"""From runs to figures: by fault, by virtual sensor, and of the whole; plain values for JSON."""
from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sensors.score.kinds import FAULTS
from sensors.score.nis import figures
from sensors.score.run import STAGES, Result
from sensors.score.targets import targets
from sensors.score.virtual import VIRTUAL, Errors
from sensors.score.watch import Watch
from twin.estimate.catalogue import CATALOGUE

HEALTHY = "healthy"
WEEK_H = 168.0


def summary(results: Sequence[Result], listed: bool = False) -> dict[str, Any]:
    """Everything that is printed. Delays in seconds; a fault never found counts as an infinite delay, shown as null."""
    hours = sum(r.plan.hours for r in results)
    false = sum(len(r.watch.false) for r in results)
    alarms = sum(len(r.watch.false_alarms) for r in results)
    first = results[0].plan
    found = {
        "site": first.site, "seeds": sorted({r.plan.seed for r in results}), "hours": first.hours, "step_s": first.step_s, "runs": len(results),
        "faults": {kind: _fault([r for r in results if _kind(r) == kind]) for kind in sorted({_kind(r) for r in results} - {HEALTHY})},
        "catalogue_faults": _fault([r for r in results if r.plan.fault and set(FAULTS[r.plan.fault.kind].names) & set(CATALOGUE)]),
        "detectable": _fault([r for r in results if r.detectable]), "all_faults": _fault([r for r in results if r.plan.fault]),
        "false_alarms": {"count": alarms, "per_week": round(alarms * WEEK_H / hours, 3), "beside_faults": sum(len(r.watch.more_alarms) for r in results)},
        "false_findings": {"count": false, "per_week": round(false * WEEK_H / hours, 3), "secondary": sum(len(r.watch.secondary) for r in results)},
        "virtual": {v.name: _virtual(v.unit, v.limit, [r.errors[v.name] for r in results]) for v in VIRTUAL},
        "nis": figures([r.nis for r in results]), "speed": _speed(results),
        "list": [_run(r) for r in results] if listed else [],
    }
    return found | {"targets": [asdict(t) for t in targets(found)]}


def _kind(r: Result) -> str:
    return r.plan.fault.kind if r.plan.fault else HEALTHY


def _fault(results: Sequence[Result]) -> dict[str, Any]:
    """Figures of the runs with a fault."""
    watches = [r.watch for r in results]
    delays = sorted(_delay(w, w.detected_ms) for w in watches)
    return {
        "runs": len(watches), "detectable": sum(bool(r.detectable) for r in results), "detected": sum(w.detected_ms is not None for w in watches), "named": sum(w.named_ms is not None for w in watches),
        "suspected": sum(w.suspected_ms is not None for w in watches), "alarmed": sum(w.alarmed_ms is not None for w in watches),
        "delay_median_s": _finite(statistics.median(delays)) if delays else None,
        "delay_worst_s": _finite(delays[-1]) if delays else None, "false": sum(len(w.false) for w in watches),
        "secondary": sum(len(w.secondary) for w in watches), "false_alarms": sum(len(w.false_alarms) for w in watches),
    }


def _delay(w: Watch, at_ms: int | None) -> float:
    return float("inf") if at_ms is None else (at_ms - w.begins_ms) / 1000.0


def _finite(seconds: float) -> float | None:
    return round(seconds, 1) if seconds < float("inf") else None


def _virtual(unit: str, limit: float | None, parts: Sequence[Errors]) -> dict[str, Any]:
    count, banded = sum(e.count for e in parts), sum(e.banded for e in parts)
    return {"unit": unit, "samples": count, "rmse": round((sum(e.square for e in parts) / count) ** 0.5, 4) if count else None,
            "coverage_95": round(sum(e.inside for e in parts) / banded, 4) if banded else None, "aim": limit}


def _speed(results: Sequence[Result]) -> dict[str, Any]:
    steps = sum(round(r.plan.hours * 3600 / r.plan.step_s) for r in results)
    stages = {s: round(1e3 * sum(r.seconds[s] for r in results) / max(steps, 1), 3) for s in STAGES}
    return {"steps": steps, "messages": sum(r.messages for r in results), "refused": sum(r.refused for r in results), "ms_a_step": stages,
            "cpu_s_a_run": round(sum(sum(r.seconds.values()) for r in results) / len(results), 1),
            "wall_s_a_run": round(sum(r.wall_s for r in results) / len(results), 1)}


def _run(r: Result) -> dict[str, Any]:
    f, w = r.plan.fault, r.watch
    return {"seed": r.plan.seed, "fault": _kind(r), "target": f.target if f else None, "size": round(f.size, 4) if f else None, "detectable": r.detectable,
            "start_s": round(f.start_s, 1) if f else None, "detected_after_s": _finite(_delay(w, w.detected_ms)) if f else None,
            "named_after_s": _finite(_delay(w, w.named_ms)) if f else None, "alarmed_after_s": _finite(_delay(w, w.alarmed_ms)) if f else None,
            "false": w.false, "secondary": w.secondary, "false_alarms": w.false_alarms, "more_alarms": w.more_alarms}
