"""Tables of recorded values: CSV with a header, numbers or blanks; every error names file, line and column."""
from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np


class RecordError(ValueError):
    """A recorded file or its map cannot be used."""


@dataclass(frozen=True)
class Table:
    """`values` of shape (rows, columns), NaN where a cell is blank."""

    path: Path
    columns: tuple[str, ...]
    values: np.ndarray

    def column(self, name: str) -> np.ndarray:
        if name not in self.columns:
            raise RecordError(f"{self.path}:1: no column {name!r}; it has {', '.join(self.columns)}")
        return self.values[:, self.columns.index(name)]


def read_table(path: Path) -> Table:
    """A CSV file whose first line names the columns."""
    with path.open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.reader(lines)
        head = tuple(name.strip() for name in next(rows, ()))
        if not head or len(set(head)) != len(head):
            raise RecordError(f"{path}:1: the first line must name every column once")
        found = [_numbers(path, rows.line_num, head, row) for row in rows if row]
    if not found:
        raise RecordError(f"{path}:2: no rows")
    return Table(path, head, np.array(found))


def _numbers(path: Path, line: int, head: tuple[str, ...], row: list[str]) -> list[float]:
    if len(row) != len(head):
        raise RecordError(f"{path}:{line}: {len(row)} cells, the header has {len(head)}")
    return [_number(path, line, name, cell) for name, cell in zip(head, row, strict=True)]


def _number(path: Path, line: int, name: str, cell: str) -> float:
    if not cell.strip():
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        value = math.inf
    if not math.isfinite(value):
        raise RecordError(f"{path}:{line}: {name}: {cell!r} is not a finite number; leave a cell blank where nothing was measured")
    return value


def held(values: np.ndarray) -> np.ndarray:
    """Blanks repeat the value above; NaN before the first."""
    index = np.where(np.isnan(values), -1, np.arange(len(values)))
    last = np.maximum.accumulate(index)
    return np.where(last >= 0, values[np.maximum(last, 0)], np.nan)


def rising(path: Path, times: np.ndarray) -> np.ndarray:
    """Times that never fall, without blanks."""
    bad = np.flatnonzero(np.isnan(times) | (np.diff(times, prepend=-np.inf) < 0))
    if len(bad):
        raise RecordError(f"{path}:{bad[0] + 2}: the time is blank or earlier than the row above")
    return times
