"""Recorded files of the Frontier plant: heat of the CDUs, readings, staging. Errors name file, line and column."""
from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from config.errors import ConfigError, Problem

GPM = 6.30902e-5  # m3/s
SCALES = {"degF": (1 / 1.8, -32 / 1.8), "degC": (1.0, 0.0), "%": (1.0, 0.0), "gpm": (1.0, 0.0), "psi": (1.0, 0.0)}
READINGS = {  # name of ours: column of the record
    "htw_supply_c": "HTWS AVG", "htw_return_c": "HTWR AVG", "ctw_supply_c": "CTWS AVG", "ctw_return_c": "CTWR AVG",
    "htw_flow_gpm": "HTW Flow", "ctw_flow_gpm": "CTW Flow", "ct_fan_pct": "CT Fan SPD",
}
STAGED = {"pumps": "CTWPs", "exchangers": "EHXs", "cells": "CT Cells"}


@dataclass(frozen=True)
class Series:
    time_s: np.ndarray  # [n], growing
    columns: dict[str, np.ndarray]  # each [n]

    def before(self, end_s: float) -> Series:
        return self.within(-np.inf, end_s)

    def within(self, start_s: float, end_s: float) -> Series:
        keep = (self.time_s >= start_s) & (self.time_s < end_s)
        return Series(self.time_s[keep], {name: values[keep] for name, values in self.columns.items()})

    def at(self, name: str, time_s: np.ndarray) -> np.ndarray:
        return np.interp(time_s, self.time_s, self.columns[name])


def _fail(path: Path, line: int, key: str, message: str) -> ConfigError:
    return ConfigError([Problem(str(path), line, key, message)])


def _number(path: Path, line: int, key: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise _fail(path, line, key, f"{text!r} is not a number") from None
    if not np.isfinite(value):
        raise _fail(path, line, key, f"{text!r} is not finite")
    return value


def _rows(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.reader(file)]
    except OSError as error:
        raise _fail(path, 0, "file", error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise _fail(path, 0, "file", "is not UTF-8 text") from None
    body = rows[1:] if rows else []
    while body and not body[-1]:
        body.pop()
    if len(body) < 2:
        raise _fail(path, len(rows), "rows", "at least two rows are needed")
    return rows[0], body


def _table(path: Path, fill: bool = False) -> Series:
    """All columns by the name before the unit, temperatures in degC; `fill` repeats the value above a blank cell."""
    head, body = _rows(path)
    values = np.empty((len(body), len(head)))
    for i, row in enumerate(body):
        if len(row) != len(head):
            raise _fail(path, i + 2, "columns", f"{len(row)} cells, {len(head)} expected")
        for j, text in enumerate(row):
            values[i, j] = values[i - 1, j] if fill and i and not text else _number(path, i + 2, head[j], text)
    names = [h.split(" [")[0].strip() for h in head]
    scale = [SCALES.get(h.partition(" [")[2].rstrip("]"), (1.0, 0.0)) for h in head]
    columns = {n: values[:, j] * scale[j][0] + scale[j][1] for j, n in enumerate(names)}
    time_s = columns.get("time_s", columns.get("time"))
    if time_s is None:
        raise _fail(path, 1, "time_s", "column is missing")
    late = np.flatnonzero(np.diff(time_s) <= 0)
    if len(late) and not fill:
        raise _fail(path, int(late[0]) + 3, "time_s", "time does not grow")
    return Series(time_s, columns)


def _pick(path: Path, table: Series, wanted: dict[str, str]) -> Series:
    for column in wanted.values():
        if column not in table.columns:
            raise _fail(path, 1, column, "column is missing")
    return Series(table.time_s, {name: table.columns[column] for name, column in wanted.items()})


def read_inputs(path: Path) -> Series:
    """heat_w (sum of the CDUs) and wet_bulb_c."""
    table = _table(path)
    powers = [values for name, values in table.columns.items() if name.startswith("power")]
    if not powers:
        raise _fail(path, 1, "power[..]", "column is missing")
    wet = _pick(path, table, {"wet_bulb_c": "OA Wetbulb Temp"})
    return Series(table.time_s, {"heat_w": np.sum(powers, axis=0), **wet.columns})


def read_plant(path: Path) -> Series:
    """The seven readings of READINGS, and spray_psi where the record has it."""
    table = _table(path)
    picked = _pick(path, table, READINGS)
    spray = {"spray_psi": table.columns["DPT-04B"]} if "DPT-04B" in table.columns else {}
    return Series(picked.time_s, {**picked.columns, **spray})


def read_staging(path: Path) -> Series:
    """pumps, exchangers and cells in service, on change."""
    return _pick(path, _table(path, fill=True), STAGED)


def staged_at(staging: Series, name: str, time_s: np.ndarray) -> np.ndarray:
    index = np.searchsorted(staging.time_s, time_s, side="right") - 1
    return staging.columns[name][np.maximum(index, 0)]
