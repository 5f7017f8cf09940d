"""The core network of one loop compiled: what `twin.plant.network` adds and solves, on one small matrix."""
from __future__ import annotations

from numba import njit


@njit(error_model="numpy")
def begin(k, b, storage, before, dt):
    k[:] = 0.0
    for n in range(len(b)):
        k[n, n] = storage[n] / dt
        b[n] = storage[n] / dt * before[n]


@njit(error_model="numpy")
def advect(k, source, node, c):
    k[node, node] += c
    k[node, source] -= c


@njit(error_model="numpy")
def piped(k, b, source, node, c, fixed, weight):
    k[node, node] += c
    k[node, source] -= c * weight
    b[node] += c * fixed


@njit(error_model="numpy")
def to_ambient(k, b, probe, node, g, ambient):
    k[node, probe] += g
    b[node] += g * ambient


@njit(error_model="numpy")
def exchange(k, hot, hot_node, cold, cold_node, g):
    k[hot_node, hot] += g
    k[hot_node, cold] -= g
    k[cold_node, hot] -= g
    k[cold_node, cold] += g


@njit(error_model="numpy")
def solve(k, b):
    """Gauss elimination with partial pivoting, in place: b becomes the solution."""
    n = len(b)
    for i in range(n):
        _pivot(k, b, i)
        for j in range(i + 1, n):
            if k[j, i] != 0.0:
                factor = k[j, i] / k[i, i]
                for m in range(i + 1, n):
                    k[j, m] -= factor * k[i, m]
                b[j] -= factor * b[i]
    for i in range(n - 1, -1, -1):
        for m in range(i + 1, n):
            b[i] -= k[i, m] * b[m]
        b[i] /= k[i, i]


@njit(error_model="numpy")
def _pivot(k, b, i):
    largest = i
    for j in range(i + 1, len(b)):
        if abs(k[j, i]) > abs(k[largest, i]):
            largest = j
    if largest != i:
        for m in range(len(b)):
            k[i, m], k[largest, m] = k[largest, m], k[i, m]
        b[i], b[largest] = b[largest], b[i]
