"""The core network of every loop as one linear system a step: capacities, flows, conductances, sources.

Components add to it; `solve` gives the temperatures at the end of the step (implicit Euler: first order, stable at any
step, energy exact). Rows are energy balances, so what one component takes out of a node another finds in its own.
"""
from __future__ import annotations

import numpy as np

from twin.plant.pipe import Outlet

Array = np.ndarray


class Network:
    """Mutable within one step only. `storage` [L, N] is capacity over dt; leading axes are the batch."""

    def __init__(self, storage: Array, before: Array):
        self.k = np.zeros((*before.shape, before.shape[-1]))
        self.b = storage * before
        n = np.arange(before.shape[-1])
        self.k[..., n, n] = storage

    def advect(self, source: int, node: int, c: Array) -> None:
        """Water of capacity flow c [W/K] enters `node` from `source` and leaves at the node's own temperature."""
        self.k[..., node, node] += c
        self.k[..., node, source] -= c

    def piped(self, source: int, node: int, c: Array, arriving: Outlet) -> None:
        """Water of capacity flow c [W/K] enters `node` from a main whose inlet is `source`."""
        self.k[..., node, node] += c
        self.k[..., node, source] -= c * arriving.weight
        self.b[..., node] += c * arriving.fixed

    def to_ambient(self, probe: int, node: int, g: Array, ambient: Array) -> None:
        """Heat g * (T[probe] - ambient) leaves `node`; the exchanger sees the temperature of `probe`."""
        self.k[..., node, probe] += g
        self.b[..., node] += g * ambient

    def exchange(self, hot: int, hot_node: int, cold: int, cold_node: int, g: Array) -> None:
        """Heat g * (T[hot] - T[cold]) leaves `hot_node` and enters `cold_node`."""
        self.k[..., hot_node, hot] += g
        self.k[..., hot_node, cold] -= g
        self.k[..., cold_node, hot] -= g
        self.k[..., cold_node, cold] += g

    def source(self, node: int, heat: Array) -> None:
        """Heat [W] enters `node`."""
        self.b[..., node] += heat

    def affine_source(self, probe: int, node: int, constant: Array, slope: Array) -> None:
        """Heat constant + slope * T[probe] enters `node`: what condensed leaves give back."""
        self.b[..., node] += constant
        self.k[..., node, probe] -= slope

    def solve(self) -> Array:
        """Temperatures at the end of the step, [..., L, N]."""
        return np.linalg.solve(self.k, self.b[..., None])[..., 0]
