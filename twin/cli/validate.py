"""Validate the plant's physics on a measured day: calibrate on some hours, predict the rest, print the scores."""
from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Annotated, Any

import typer

ROW_S = 60.0


def register(app: typer.Typer) -> None:
    app.command("validate")(validate)


def validate(
    what: Annotated[str, typer.Argument(help="The measured plant: frontier.")],
    inputs: Annotated[Path, typer.Option(help="Heat of the CDUs and wet bulb, CSV.")],
    calibrate: Annotated[Path, typer.Option(help="Readings to calibrate on, CSV.")],
    truth: Annotated[Path, typer.Option(help="Readings to score against, CSV.")],
    out: Annotated[Path, typer.Option(help="Where the prediction goes, CSV.")],
    until: Annotated[float | None, typer.Option(help="Calibrate only on readings before this time [s].")] = None,
    staging: Annotated[Path | None, typer.Option(help="Machines in service, CSV (scored; cells drive the calibration).")] = None,
    folds: Annotated[bool, typer.Option("--folds", help="Cross-validate instead: blocks of the calibration file held out in turn.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Calibrate physical parameters on the given hours and predict the rest of the day from heat and wet bulb."""
    from config.errors import ConfigError, Problem
    from twin.calibrate import frontier
    from twin.calibrate.plant_files import read_inputs, read_plant, read_staging

    if what != "frontier":
        raise ConfigError([Problem("command line", 0, "what", f"{what!r} is not known; known: frontier")])
    heat, known, real = read_inputs(inputs), read_plant(calibrate), read_plant(truth)
    staged, plan = read_staging(staging) if staging else None, frontier.load_plan()
    end_s = until if until is not None else float(known.time_s[-1]) + 1.0
    past = known.before(end_s)
    if folds:
        typer.echo("\n".join(fold_lines(plan, heat, past, staged)))
        return
    done = frontier.calibrate(plan, heat, past, staged, ((float("-inf"), end_s),))
    t, mean, single = frontier.predict(done, heat, past, staged)
    write(out, t, mean)
    report = assess(heat, past, real, t, mean, end_s)
    report["parameters"] = {**done.physics.values, **done.controls.values}
    report["staging"] = staging_scores(t, single, staged, end_s) if staged else {}
    typer.echo(json.dumps(report) if as_json else "\n".join(lines(report)))


def write(path: Path, t: Any, mean: Any) -> None:
    import numpy as np

    from twin.calibrate.frontier import readings_of
    from twin.calibrate.plant_files import READINGS

    at = np.arange(t[0], t[-1] + 1e-6, ROW_S)
    seen = readings_of(t, mean, at)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["time_s", *READINGS])
        rows.writerows([f"{s:g}", *(f"{seen[name][k]:.3f}" for name in READINGS)] for k, s in enumerate(at))


def assess(heat: Any, past: Any, real: Any, t: Any, mean: Any, end_s: float) -> dict[str, Any]:
    """Scores of each reading on unseen times (all times where none is unseen), beside the baselines."""
    import numpy as np

    from twin.calibrate import frontier, scores
    from twin.calibrate.plant_files import READINGS

    inside = (real.time_s >= t[0]) & (real.time_s <= t[-1])
    unseen = inside & (real.time_s >= end_s)
    chosen = unseen if unseen.any() else inside
    at, before = real.time_s[chosen], past.time_s
    seen = frontier.readings_of(t, mean, at)

    def drivers(when: Any) -> Any:
        return np.column_stack([heat.at("heat_w", when) / 1e6, heat.at("wet_bulb_c", when)])

    def row(name: str) -> dict[str, dict[str, float]]:
        history, truth = past.columns[name], real.columns[name][chosen]
        guesses = {"model": seen[name], "last_held": scores.persistence(history, len(at)), "mean_held": scores.mean_held(history, len(at)),
                   "one_lag": scores.one_lag(history, drivers(before), drivers(at))}
        return {guess: scores.scores(at, values, truth) for guess, values in guesses.items()}

    return {
        "unseen": bool(unseen.any()), "readings": int(chosen.sum()), "calibrated_until_s": end_s,
        "scores": {name: row(name) for name in READINGS}}


def staging_scores(t: Any, single: Any, staged: Any, end_s: float) -> dict[str, dict[str, float]]:
    """Mean and share-right of machines in service after the calibration, within the staging record."""
    import numpy as np

    from twin.calibrate.frontier import staging_of
    from twin.calibrate.plant_files import staged_at

    when = (t >= end_s) & (t <= max(staged.time_s[-1], end_s)) if (staged.time_s[-1] > end_s) else t >= t[0]
    real = {name: staged_at(staged, name, t[when]) for name in staged.columns}
    return {name: {"mean_abs_error": float(np.mean(np.abs(v[when] - real[name]))), "right": float(np.mean(v[when] == real[name]))}
            for name, v in staging_of(single).items()}


def lines(report: dict[str, Any]) -> list[str]:
    kind = "unseen" if report["unseen"] else "CALIBRATION (nothing unseen)"
    yield_ = [f"{report['readings']} {kind} readings, calibrated on t < {report['calibrated_until_s']:g} s; flows also in % of each reading",
              f"{'':14}{'':11}{'RMSE':>9}{'median':>9}{'bias':>9}{'hourly':>9}{'RMSE %':>9}"]
    for name, guesses in report["scores"].items():
        for guess, s in guesses.items():
            numbers = "".join(f"{s[key]:9.2f}" for key in ("rmse", "median", "bias", "hourly", "rmse_pct"))
            yield_.append(f"{name if guess == 'model' else '':14}{guess:11}{numbers}")
    for name, s in report["staging"].items():
        yield_.append(f"{name:14}mean error {s['mean_abs_error']:.2f}, right {100 * s['right']:.0f} % of the time")
    return [*yield_, "", *(f"{name:20}{value:14.6g}" for name, value in report["parameters"].items())]


def fold_lines(plan: Any, heat: Any, known: Any, staged: Any) -> list[str]:
    """RMSE of every reading (flows in % of each reading) on each fold's hours, and the mean over the folds."""
    from twin.calibrate.folds import cross_validate
    from twin.calibrate.plant_files import READINGS

    rows = cross_validate(plan, heat, known, staged)
    rows["mean"] = {name: sum(r[name] for r in rows.values()) / len(rows) for name in READINGS}
    head = f"{'RMSE unseen':16}" + "".join(f"{name:>14}" for name in READINGS)
    return [head, *(f"{fold:16}" + "".join(f"{row[name]:14.2f}" for name in READINGS) for fold, row in rows.items())]
