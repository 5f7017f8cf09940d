"""Published formulas of `twin.physics` compiled for scalars, from the very functions that numpy runs: no copy to keep equal."""
from __future__ import annotations

import hashlib
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from numba import njit

from twin.physics import exchange, machines, water

FAST = {"contract", "reassoc", "arcp", "nsz"}  # everything but the assumption that no NaN or infinity occurs


def scalar(f: Callable[..., Any], **helpers: Callable[..., Any]) -> Callable[..., Any]:
    """`f` compiled, with the functions it calls replaced by their compiled selves."""
    return njit(error_model="numpy")(FunctionType(f.__code__, {**f.__globals__, **helpers}, f.__name__, f.__defaults__))


def fingerprint(*functions: Callable[..., Any]) -> str:
    """Changes with the code of the functions: numba's cache on disk sees only the file of the function it stores."""
    digest = hashlib.sha256()
    for f in functions:
        f = getattr(f, "py_func", f)
        digest.update(repr((_code(f.__code__), f.__defaults__)).encode())
    return digest.hexdigest()


def _code(code: CodeType) -> tuple[Any, ...]:
    return code.co_code, code.co_names, tuple(_code(c) if isinstance(c, CodeType) else c for c in code.co_consts)


capacity_flow = scalar(water.capacity_flow)
relative_exp = scalar(exchange.relative_exp)
counterflow = scalar(exchange.counterflow, relative_exp=relative_exp)
air_side_ua = scalar(machines.air_side_ua)
lorenz_cop = scalar(machines.lorenz_cop)
