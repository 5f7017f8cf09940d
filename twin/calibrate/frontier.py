"""Calibrate Frontier's tower plant on given hours and predict the rest of the day from heat and wet bulb.

Physics first, with measured fans, tower flow and cells driving the model; then the controls, running free for six hours
from several moments of the calibration. The prediction is the mean over controls drawn around the fit: a stage change whose
moment is uncertain costs least, in expected square error, when its effect is spread over that uncertainty.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import yaml

from config.errors import ConfigError, Problem
from twin.calibrate.fit import Fit, Parameter, elite, fit
from twin.calibrate.plant_files import GPM, READINGS, Series, staged_at
from twin.plant.tower_plant import TowerPlantParams, TowerPlantState
from twin.plant.tower_run import OUTPUTS, run, state_from_readings

STEP_S = 15.0
FREE_S = 6 * 3600.0  # how long the model runs free from each start
STARTS = 6
MEMBERS = 192  # the best third: fewer follow chance, and mistime cells together
DRAWS, ROUNDS = 300, 2
AIMS = {"htw_supply_c": 0.6, "htw_return_c": 0.7, "ctw_supply_c": 0.5, "ctw_return_c": 1.1, "htw_flow_gpm": 0.07,
        "ctw_flow_gpm": 0.16, "ct_fan_pct": 8.0}
FACTORS = (1.0, 1.0, 1.0, 1.0, 1 / GPM, 1 / GPM, 100.0)  # of the first outputs to the units of READINGS
PLANT_FILE = Path(__file__).resolve().parents[2] / "config" / "plants" / "frontier.yaml"
Span = tuple[float, float]  # [s, s), hours that may be looked at


@dataclass(frozen=True)
class Plan:
    """What the plant file says."""

    fixed: Mapping[str, float]
    physics: tuple[Parameter, ...]
    controls: tuple[Parameter, ...]
    spray: Mapping[str, float]

    def params(self, *values: Mapping[str, float]) -> TowerPlantParams:
        priors = {p.name: p.prior for p in (*self.physics, *self.controls)}
        return TowerPlantParams(**{**self.fixed, **priors, **{k: v for group in values for k, v in group.items()}})


@dataclass(frozen=True)
class Hours:
    """A stretch of measured hours: model times [n], driven inputs [n, 6], readings within."""

    t: np.ndarray
    table: np.ndarray
    plant: Series


@dataclass(frozen=True)
class Calibrated:
    plan: Plan
    physics: Fit
    controls: Fit
    members: tuple[TowerPlantParams, ...]  # the fit first


def load_plan(path: Path = PLANT_FILE) -> Plan:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    groups = {key: tuple(Parameter(n, *map(float, v)) for n, v in raw[key].items()) for key in ("physics", "controls")}
    return Plan({k: float(v) for k, v in raw["fixed"].items()}, groups["physics"], groups["controls"], raw["spray"])


def cells_from_spray(plan: Plan, plant: Series, time_s: np.ndarray) -> np.ndarray:
    """Cells in service at the reading nearest in time: total flow over the flow a cell passes at its header pressure."""
    rise = np.maximum(plant.columns["spray_psi"] - plan.spray["static_psi"], 0.2) / plan.spray["slope_psi"]
    count = np.round(plant.columns["ctw_flow_gpm"] / (1000.0 * np.sqrt(rise)))
    nearest = np.round(np.interp(time_s, plant.time_s, np.arange(len(count)))).astype(int)
    return np.clip(count, plan.fixed["cells_least"], plan.fixed["cells_most"])[nearest]


def grid(inputs: Series) -> np.ndarray:
    return np.arange(inputs.time_s[0], inputs.time_s[-1] + 0.5 * STEP_S, STEP_S)


def drive(plan: Plan, inputs: Series, plant: Series, staging: Series | None, t: np.ndarray) -> np.ndarray:
    """Model inputs [step, 6] in which measured fans, flow and cells drive."""
    if staging is not None:
        cells = staged_at(staging, "cells", t)
    elif "spray_psi" in plant.columns:
        cells = cells_from_spray(plan, plant, t)
    else:
        raise ConfigError([Problem("plant file", 1, "DPT-04B", "column is missing: cells in service cannot be told; give --staging")])
    return np.column_stack([
        inputs.at("heat_w", t), inputs.at("wet_bulb_c", t), np.ones(len(t)), plant.at("ct_fan_pct", t) / 100.0,
        plant.at("ctw_flow_gpm", t) * GPM, cells])


def free(table: np.ndarray) -> np.ndarray:
    """The same heat and weather with the model's own controls."""
    table = table.copy()
    table[:, 2] = 0.0
    return table


def first_state(p: TowerPlantParams, plant: Series, table: np.ndarray) -> TowerPlantState:
    c = {name: values[0] for name, values in plant.columns.items()}
    return state_from_readings(
        p, c["htw_supply_c"], c["htw_return_c"], c["ctw_supply_c"], c["ctw_return_c"], c["htw_flow_gpm"] * GPM,
        c["ctw_flow_gpm"] * GPM, c["ct_fan_pct"] / 100.0, table[0, 5], 3.0, table[0, 1])


def readings_of(t: np.ndarray, out: np.ndarray, at_s: np.ndarray) -> dict[str, np.ndarray]:
    return {name: np.interp(at_s, t, out[:, j] * FACTORS[j]) for j, name in enumerate(READINGS)}


def misfit(t: np.ndarray, out: np.ndarray, plant: Series, names: tuple[str, ...]) -> np.ndarray:
    """Errors over the aims (flows: relative) at the readings within t."""
    inside = (plant.time_s >= t[0]) & (plant.time_s <= t[-1])
    seen = readings_of(t, out, plant.time_s[inside])
    parts = []
    for name in names:
        truth = plant.columns[name][inside]
        parts.append((seen[name] - truth) / AIMS[name] / (truth if name.endswith("gpm") else 1.0))
    return np.concatenate(parts)


def hours_of(plan: Plan, inputs: Series, plant: Series, staging: Series | None, spans: tuple[Span, ...]) -> list[Hours]:
    """The stretches to look at; outside them no reading is used."""
    t, found = grid(inputs), []
    for start_s, end_s in spans:
        known = plant.within(start_s, end_s)
        if len(known.time_s) < 6:
            raise ConfigError([Problem("plant file", 1, "time_s", f"only {len(known.time_s)} readings in {start_s:g}..{end_s:g} s")])
        when = t[(t >= known.time_s[0]) & (t <= known.time_s[-1])]
        if len(when) < 2:
            raise ConfigError([Problem("inputs file", 1, "time_s", f"no heat at the readings in {start_s:g}..{end_s:g} s")])
        found.append(Hours(when, drive(plan, inputs, known, staging, when), known))
    return found


def fit_physics(plan: Plan, hours: list[Hours]) -> Fit:
    names = tuple(n for n in READINGS if n not in ("ctw_flow_gpm", "ct_fan_pct"))

    def residual(values: dict[str, float]) -> np.ndarray:
        p = plan.params(values)
        return np.concatenate([misfit(h.t, run(p, first_state(p, h.plant, h.table), h.table, STEP_S)[0], h.plant, names) for h in hours])

    return fit(plan.physics, residual)


def free_runs(plan: Plan, physics: Fit, hours: list[Hours]) -> list[tuple[TowerPlantState, Hours]]:
    """Moments from which the model runs free: the states that the measured hours lead to, and what follows."""
    p, found = plan.params(physics.values), []
    total = sum(len(h.t) for h in hours)
    for h in hours:
        count = max(round(STARTS * len(h.t) / total), 1)
        for k in (int(k) for k in np.linspace(0, max(len(h.t) - 360, 1), count)):
            state = run(p, first_state(p, h.plant, h.table), h.table[: max(k, 1)], STEP_S)[1]
            span = slice(k, min(k + int(FREE_S / STEP_S), len(h.t)))
            found.append((state, Hours(h.t[span], free(h.table[span]), h.plant)))
    return found


def fit_controls(plan: Plan, physics: Fit, hours: list[Hours]) -> list[Fit]:
    runs = free_runs(plan, physics, hours)
    weight = 1.0 / np.sqrt(max(len(runs) / 2.0, 1.0))

    def residual(values: dict[str, float]) -> np.ndarray:
        p = plan.params(physics.values, values)
        return weight * np.concatenate([misfit(h.t, run(p, state, h.table, STEP_S)[0], h.plant, tuple(READINGS)) for state, h in runs])

    return elite(plan.controls, residual, DRAWS, MEMBERS, ROUNDS)


def calibrate(plan: Plan, inputs: Series, plant: Series, staging: Series | None, spans: tuple[Span, ...]) -> Calibrated:
    """Fit on the readings within the spans; nothing else is looked at."""
    hours = hours_of(plan, inputs, plant, staging, spans)
    physics = fit_physics(plan, hours)
    controls = fit_controls(plan, physics, hours)
    return Calibrated(plan, physics, controls[0], tuple(plan.params(physics.values, c.values) for c in controls))


def _day(p: TowerPlantParams, known: Series, driven: np.ndarray, early: np.ndarray, later: np.ndarray) -> np.ndarray:
    """Free from the first reading to the last known; from there free again, from the state the measured hours lead to."""
    start = first_state(p, known, driven)
    return np.vstack([run(p, start, early, STEP_S)[0], run(p, run(p, start, driven, STEP_S)[1], later, STEP_S)[0]])


def predict(done: Calibrated, inputs: Series, known: Series, staging: Series | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(time [n], mean outputs [n, output], outputs of the fit alone [n, output]) over the whole span of the inputs.

    `known` are the readings up to the moment of the prediction."""
    t = grid(inputs)
    table = drive(done.plan, inputs, known, staging, t)
    split = max(int(np.searchsorted(t, known.time_s[-1])), 1)
    days = list(map(partial(_day, known=known, driven=table[:split], early=free(table[:split]), later=free(table[split:])), done.members))
    return t, np.mean(days, axis=0), days[0]


def staging_of(out: np.ndarray) -> dict[str, np.ndarray]:
    return {name: out[:, OUTPUTS.index(name)] for name in ("pumps", "exchangers", "cells")}
