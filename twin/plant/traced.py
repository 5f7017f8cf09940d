"""numpy functions run once on symbols, so that the very code of the oracle becomes scalar code for the compiler.

A `Sym` stands for one number of a loop. What numpy would do to it is written down on its `Tape` as a line of Python, each
expression once. Only what elementwise code of the plant uses is known; anything else raises when the code is made.
"""
from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

UFUNCS = {
    "add": "{} + {}", "subtract": "{} - {}", "multiply": "{} * {}", "divide": "{} / {}", "power": "{} ** {}", "negative": "-{}",
    "square": "{0} * {0}", "maximum": "max({}, {})", "minimum": "min({}, {})", "absolute": "abs({})",
    "sqrt": "math.sqrt({})", "exp": "math.exp({})", "expm1": "math.expm1({})", "log": "math.log({})", "log1p": "math.log1p({})",
    "isnan": "math.isnan({})", "greater": "{} > {}", "greater_equal": "{} >= {}", "less": "{} < {}", "less_equal": "{} <= {}",
    "equal": "{} == {}", "not_equal": "{} != {}", "bitwise_and": "{} and {}", "bitwise_or": "{} or {}", "logical_not": "not {}",
    "ceil": "float(math.ceil({}))", "floor": "float(math.floor({}))",
}  # fmt: skip


class Tape:
    """Lines of code in the order they were asked for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._names: dict[str, str] = {}

    def emit(self, expression: str) -> Sym:
        """The value of an expression, computed once."""
        if expression not in self._names:
            self._names[expression] = f"v{len(self._names)}"
            self.lines.append(f"{self._names[expression]} = {expression}")
        return Sym(self, self._names[expression])

    def call(self, names: tuple[str, ...], expression: str) -> tuple[Sym, ...]:
        """A line with effects or several results, written as it stands."""
        self.lines.append(f"{', '.join(names)} = {expression}" if names else expression)
        return tuple(Sym(self, n) for n in names)


class Sym(NDArrayOperatorsMixin):
    """One number, known by name."""

    shape: tuple[int, ...] = ()
    ndim = 0

    def __init__(self, tape: Tape, name: str):
        self.tape, self.name = tape, name

    def __getitem__(self, key: Any) -> Sym:
        return self  # only ever `[..., None]`: a number has no axes

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, out: Any = None, where: Any = True, **_: Any) -> Any:
        if method != "__call__" or any(isinstance(a, Vec) for a in args):
            return NotImplemented
        value = self.tape.emit(UFUNCS[ufunc.__name__].format(*map(text, args)))
        return value if where is True else select(where, value, out[0])

    def __array_function__(self, f: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        return FUNCTIONS[f](*args, **kwargs)


def text(x: Any) -> str:
    """A symbol or a constant as code."""
    return x.name if isinstance(x, Sym) else repr(float(x))


def select(condition: Any, a: Any, b: Any) -> Any:
    if not isinstance(condition, Sym):
        return a if condition else b
    return condition.tape.emit(f"{text(a)} if {text(condition)} else {text(b)}")


def clip(x: Any, low: Any, high: Any) -> Any:
    x = x if low is None else np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


class Vec(NDArrayOperatorsMixin):
    """Numbers on a last axis."""

    def __init__(self, items: list[Sym]):
        self.items = items
        self.shape = (len(items),)

    def __getitem__(self, key: Any) -> Sym:
        return self.items[key[-1]]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **kwargs: Any) -> Vec:
        each = [[a.items[i] if isinstance(a, Vec) else a for a in args] for i in range(len(self.items))]
        return Vec([getattr(ufunc, method)(*row) for row in each])

    def __array_function__(self, f: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        return FUNCTIONS[f](*args, **kwargs)


def total(x: Vec, axis: int) -> Any:
    return sum(x.items[1:], x.items[0])


FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.where: select, np.clip: clip, np.sum: total,
    np.shape: lambda x: (), np.ndim: lambda x: 0, np.broadcast_to: lambda x, shape: x, np.broadcast_arrays: lambda *x: x,
    np.full_like: lambda x, value: value, np.zeros_like: lambda x: 0.0, np.ones_like: lambda x: 1.0,
}  # fmt: skip


class Fields:
    """Numbers of a loop by name: `given` ones as they are, the others columns of a table."""

    def __init__(self, tape: Tape, table: str, columns: tuple[str, ...], **given: Any):
        self._tape, self._table, self._columns = tape, table, columns
        self.__dict__.update(given)

    def __getattr__(self, name: str) -> Sym:
        if name not in self._columns:
            raise AttributeError(f"{self._table} has no {name!r} of a loop")
        return self._tape.emit(f"{self._table}[l, {self._columns.index(name)}]")


def retarget(module: ModuleType, **replaced: Any) -> dict[str, Any]:
    """The functions of a module over other globals."""
    scope = {**vars(module), **replaced}
    for name, f in vars(module).items():
        if isinstance(f, FunctionType) and f.__module__ == module.__name__ and name not in replaced:
            scope[name] = FunctionType(f.__code__, scope, name, f.__defaults__)
    return scope
