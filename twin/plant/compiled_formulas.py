"""Published formulas of `twin.physics` compiled for scalars, from the very functions that numpy runs: no copy to keep equal."""
from __future__ import annotations

import math
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from numba import njit

from twin.physics import exchange, water
from twin.plant.traced import Sym, Tape, text

FAST = {"contract", "reassoc", "arcp", "nsz"}  # everything but the assumption that no NaN or infinity occurs


def define(name: str, arguments: str, lines: list[str], **scope: Any) -> Any:
    """A compiled function of these lines; `scope` holds what they call. Lines come from our own functions alone, traced."""
    module = compile("\n    ".join([f"def {name}({arguments}):", *lines]), f"<{name}>", "exec")
    body = next(c for c in module.co_consts if isinstance(c, CodeType))
    return njit(error_model="numpy")(FunctionType(body, {"math": math, **scope}, name))


def scalar(f: Callable[..., Any]) -> Any:
    """An elementwise function of numpy compiled for floats."""
    tape, names = Tape(), f.__code__.co_varnames[: f.__code__.co_argcount]
    result = f(*(Sym(tape, n) for n in names))
    return define(f.__name__, ", ".join(names), [*tape.lines, f"return {text(result)}"])


capacity_flow = scalar(water.capacity_flow)
counterflow = scalar(exchange.counterflow)
