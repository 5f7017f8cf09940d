"""Tables: a row an asset, a named column a quantity. One array serves instruments in numpy and the step in compiled code, where a row is a record."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np


def table(columns: Mapping[str, np.ndarray | float], rows: int) -> np.ndarray:
    """(rows,) records of float64, in the order of `columns`."""
    out = empty(tuple(columns), rows)
    for name, values in columns.items():
        out[name] = values
    return out


def empty(names: Sequence[str], rows: int) -> np.ndarray:
    """(rows,) records of zeros."""
    return np.zeros(rows, np.dtype((np.record, [(name, np.float64) for name in names])))
