"""The small dense system of one loop compiled: Gauss elimination in place, where LAPACK's overhead would be the larger part."""
from __future__ import annotations

from twin.kernels import inner


@inner()
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


@inner()
def _pivot(k, b, i):
    largest = i
    for j in range(i + 1, len(b)):
        if abs(k[j, i]) > abs(k[largest, i]):
            largest = j
    if largest != i:
        for m in range(len(b)):
            k[i, m], k[largest, m] = k[largest, m], k[i, m]
        b[i], b[largest] = b[largest], b[i]
