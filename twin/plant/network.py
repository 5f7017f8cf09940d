"""The core network of every loop as one linear system a step: capacities, flows, conductances, sources.

Components add to it; the solution is the temperatures at the end of the step (implicit Euler: first order, stable at any
step, energy exact). Rows are energy balances, so what one component takes out of a node another finds in its own.
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from twin.plant.pipe import Outlet

Array = np.ndarray


class Network(NamedTuple):
    """k t = b. Mutable within one step only. Node axes come first: numpy adds to all loops at once, compiled code to the numbers of one."""

    k: Array  # [N, N, ..., L] W/K
    b: Array  # [N, ..., L] W

    def matrix(self) -> Array:
        """k as [..., L, N, N]."""
        return np.moveaxis(self.k, (0, 1), (-2, -1))

    def solve(self) -> Array:
        """Temperatures at the end of the step, [..., L, N]."""
        return np.linalg.solve(self.matrix(), np.moveaxis(self.b, 0, -1)[..., None])[..., 0]


def network(shape: tuple[int, ...]) -> Network:
    """An empty network over temperatures of `shape` [N, ..., L]."""
    return Network(np.zeros((shape[0], *shape)), np.zeros(shape))


@register_jitable
def store(net: Network, capacity: Array, loss: Array, before: Array, ambient: Array, dt: float) -> None:
    """Every node keeps its heat over `dt` seconds, `capacity` [N, ..., L] J/K at its temperature `before`, and loses some to `ambient`."""
    for node in range(len(before)):
        kept = capacity[node] / dt
        net.k[node, node] += kept
        net.b[node] += kept * before[node]
        to_ambient(net, node, node, loss[node], ambient)


@register_jitable
def advect(net: Network, upstream: int, node: int, c: Array) -> None:
    """Water of capacity flow c [W/K] enters `node` from `upstream` and leaves at the node's own temperature."""
    net.k[node, node] += c
    net.k[node, upstream] -= c


@register_jitable
def piped(net: Network, inlet: int, node: int, c: Array, arriving: Outlet) -> None:
    """Water of capacity flow c [W/K] enters `node` from a main whose inlet is `inlet`."""
    net.k[node, node] += c
    net.k[node, inlet] -= c * arriving.weight
    net.b[node] += c * arriving.fixed


@register_jitable
def to_ambient(net: Network, probe: int, node: int, g: Array, ambient: Array) -> None:
    """Heat g * (T[probe] - ambient) leaves `node`; the exchanger sees the temperature of `probe`."""
    net.k[node, probe] += g
    net.b[node] += g * ambient


@register_jitable
def exchange(net: Network, hot: int, hot_node: int, cold: int, cold_node: int, g: Array) -> None:
    """Heat g * (T[hot] - T[cold]) leaves `hot_node` and enters `cold_node`."""
    net.k[hot_node, hot] += g
    net.k[hot_node, cold] -= g
    net.k[cold_node, hot] -= g
    net.k[cold_node, cold] += g


@register_jitable
def source(net: Network, node: int, heat: Array) -> None:
    """Heat [W] enters `node`."""
    net.b[node] += heat


@register_jitable
def affine_source(net: Network, probe: int, node: int, constant: Array, slope: Array) -> None:
    """Heat constant + slope * T[probe] enters `node`: what condensed leaves give back."""
    net.b[node] += constant
    net.k[node, probe] -= slope
