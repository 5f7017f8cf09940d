"""Columns of all classes side by side in one flat array, so that a whole moment is one operation."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from config.classes import CLASSES

Array = np.ndarray


class Sheet(Mapping[str, Array]):
    """class -> [rows, columns], each a view of `flat` [size]."""

    __slots__ = ("_views", "flat", "plan")

    def __init__(self, plan: Plan, flat: Array):
        self.plan, self.flat = plan, flat
        self._views: dict[str, Array] = {}

    def __getitem__(self, cls: str) -> Array:
        view = self._views.get(cls)
        if view is None:
            at, rows, columns = self.plan.places[cls]
            view = self._views[cls] = self.flat[at : at + rows * columns].reshape(rows, columns)
        return view

    def __contains__(self, cls: object) -> bool:
        return cls in self.plan.places

    def __iter__(self) -> Iterator[str]:
        return iter(self.plan.places)

    def __len__(self) -> int:
        return len(self.plan.places)

    def __reduce__(self) -> tuple[type[Sheet], tuple[Plan, Array]]:
        return Sheet, (self.plan, self.flat)  # views would be copies


@dataclass(frozen=True, slots=True)
class Plan:
    """Where each class lies in the flat array."""

    places: Mapping[str, tuple[int, int, int]]  # class -> start, rows, columns
    size: int

    def sheet(self, flat: Array) -> Sheet:
        """`flat` [size] by class."""
        return Sheet(self, flat)

    def column(self, cls: str, name: str) -> Array:
        """Where the values of a column lie [rows]."""
        start, rows, columns = self.places[cls]
        return start + CLASSES[cls].column(name) + columns * np.arange(rows)

    def full(self, value: float, dtype: type | None = None) -> Sheet:
        return Sheet(self, np.full(self.size, value, dtype))


def written(sheet: Sheet, columns: Mapping[str, Mapping[str, Array]]) -> Sheet:
    """The same sheet with columns by class and name; those of classes that it does not have are left out."""
    for cls, named in columns.items():
        if cls in sheet:
            rows, at = sheet[cls], CLASSES[cls].column
            for name, values in named.items():
                rows[:, at(name)] = values
    return sheet


def measured(rows: Mapping[str, int]) -> Plan:
    """Measured columns of every class, also of those that the site does not have."""
    return _plan({cls: (n, len(CLASSES[cls].measured)) for cls, n in rows.items()})


def shown(rows: Mapping[str, int]) -> Plan:
    """All columns of the classes that the site has."""
    return _plan({cls: (n, len(CLASSES[cls].columns)) for cls, n in rows.items() if n})


def inside(part: Plan, whole: Plan) -> Array:
    """Where the columns of `part`, the first of each class, lie in `whole`: [size of part]."""
    at = [np.arange(start, start + n * columns).reshape(n, columns)[:, : part.places[cls][2]].ravel() for cls, (start, n, columns) in whole.places.items()]
    return np.concatenate(at)


def _plan(shapes: Mapping[str, tuple[int, int]]) -> Plan:
    places, at = {}, 0
    for cls, (rows, columns) in shapes.items():
        places[cls] = (at, rows, columns)
        at += rows * columns
    return Plan(places, at)
