"""Time and measurement update of one block of the filter in compiled code, in place.

A sensor sees the sum of up to three states: `at` [S, 3], -1 where there are fewer. Constants are arguments: compiled code would keep old ones.
"""
from __future__ import annotations

import math
from collections import namedtuple

import numpy as np

from twin.kernels import inner, woven

# Room for one block of M states and S sensors: to, gain [S, M], root [S, S], seen [M, S], which [S], x [M], turned [M, M],
# measured, var, innovation, white [S], believed [S] bool
Room = namedtuple("Room", ["to", "gain", "root", "seen", "which", "x", "turned", "measured", "var", "innovation", "white", "believed"])


@inner()
def room(states, sensors):
    """An empty one."""
    return Room(np.empty((sensors, states)), np.empty((sensors, states)), np.empty((sensors, sensors)), np.empty((states, sensors)),
                np.empty(sensors, np.int64), np.empty(states), np.empty((states, states)),
                np.empty(sensors), np.empty(sensors), np.empty(sensors), np.empty(sensors), np.empty(sensors, np.bool_))


@inner()
def moved(move, cov, turned):
    """F P F' into `cov`; most of F [M, M] is nothing, `turned` [M, M] is room."""
    m = len(cov)
    for i in range(m):
        row = turned[i]
        row[:] = 0.0
        for k in range(m):
            f = move[i, k]
            if f != 0.0:
                for j in range(m):
                    row[j] += f * cov[k, j]
    for i in range(m):
        for j in range(m):
            cov[i, j] = 0.0
        for k in range(m):
            f = move[i, k]
            if f != 0.0:
                for j in range(i + 1):
                    cov[i, j] += f * turned[j, k]
    for i in range(m):
        for j in range(i):
            cov[j, i] = cov[i, j]


@inner()
def moved_pair(a, cov):
    """F P F' in place, where only the first two states move: by `a` [2, 2]."""
    for j in range(len(cov)):
        x, y = cov[0, j], cov[1, j]
        cov[0, j], cov[1, j] = a[0, 0] * x + a[0, 1] * y, a[1, 0] * x + a[1, 1] * y
    for i in range(len(cov)):
        x, y = cov[i, 0], cov[i, 1]
        cov[i, 0], cov[i, 1] = a[0, 0] * x + a[0, 1] * y, a[1, 0] * x + a[1, 1] * y
    _even(cov)


@inner()
def _even(a):
    for i in range(a.shape[0]):
        for j in range(i):
            a[i, j] = a[j, i] = 0.5 * (a[i, j] + a[j, i])


@inner()
def updated(cov, at, gate, r):
    """Kalman update of r.x [M] and cov [M, M] by r.measured of variance r.var [S], NaN where none; gated, in Joseph form.

    Left in the room: innovations, whether each was believed, and innovations made independent (`white`, NaN where not believed).
    """
    n = 0
    for i in range(len(at)):
        off = r.measured[i] - _seen(at[i], r.x)
        r.innovation[i], r.believed[i], r.white[i] = off, False, np.nan
        if np.isfinite(off):
            _seen_by(at[i], cov, r.to[n])
            if off * off <= gate * gate * (_seen(at[i], r.to[n]) + r.var[i]):
                r.believed[i], r.which[n] = True, i
                n += 1
    if n:
        _factor(at, n, r)
        _solve(n, r)
        for a in range(n):
            off = r.innovation[r.which[a]]
            for c in range(a):
                off -= r.root[a, c] * r.white[r.which[c]]
            r.white[r.which[a]] = off / r.root[a, a]
            for k in range(len(r.x)):
                r.x[k] += r.gain[a, k] * r.innovation[r.which[a]]
        _joseph(cov, at, n, r)


@woven
def _seen(at, x):
    total = x[at[0]]
    for i in range(1, 3):
        if at[i] >= 0:
            total += x[at[i]]
    return total


@woven
def _seen_by(at, cov, out):
    """Covariance [M] of every state with what a sensor sees."""
    for j in range(len(out)):
        out[j] = cov[at[0], j]
    for i in range(1, 3):
        if at[i] >= 0:
            for j in range(len(out)):
                out[j] += cov[at[i], j]


@woven
def _factor(at, n, r):
    """Cholesky factor of the innovations' covariance, of the `n` sensors r.which."""
    for a in range(n):
        for c in range(a + 1):
            total = _seen(at[r.which[a]], r.to[c])
            if a == c:
                total += r.var[r.which[a]]
            for k in range(c):
                total -= r.root[a, k] * r.root[c, k]
            r.root[a, c] = np.sqrt(total) if a == c else total / r.root[c, c]


@woven
def _solve(n, r):
    """Gain [n, M]: the innovations' covariance, by its factor, under r.to."""
    gain, root = r.gain, r.root
    for a in range(n):
        for k in range(gain.shape[1]):
            gain[a, k] = r.to[a, k]
        for c in range(a):
            for k in range(gain.shape[1]):
                gain[a, k] -= root[a, c] * gain[c, k]
        for k in range(gain.shape[1]):
            gain[a, k] /= root[a, a]
    for a in range(n - 1, -1, -1):
        for c in range(a + 1, n):
            for k in range(gain.shape[1]):
                gain[a, k] -= root[c, a] * gain[c, k]
        for k in range(gain.shape[1]):
            gain[a, k] /= root[a, a]


@woven
def _joseph(cov, at, n, r):
    """(I - K H) P (I - K H)' + K R K', in place, by way of (I - K H) P and what sensors see of it."""
    states = len(cov)
    for a in range(n):
        for k in range(states):
            g = r.gain[a, k]
            for j in range(states):
                cov[k, j] -= g * r.to[a, j]
    for a in range(n):
        for k in range(states):
            r.seen[k, a] = r.gain[a, k] * r.var[r.which[a]] - _seen(at[r.which[a]], cov[k])
    for a in range(n):
        for k in range(states):
            s = r.seen[k, a]
            for j in range(states):
                cov[k, j] += s * r.gain[a, j]
    _even(cov)


@woven
def rescaled(scale, r, least, law):
    """A block's scale of process variance after an update: white innovations beyond one raise it, smaller ones lower it, to no less than `least`.

    A squared one counts to law.largest; what was not believed counts as such below the scale law.scale_doubted.
    """
    total = 0.0
    for i in range(len(r.white)):
        if np.isfinite(r.innovation[i]):
            total += surprise(r.white[i] ** 2, r.believed[i], scale, law)
    return scaled(scale, total, least, law)


@woven
def surprise(square, believed, scale, law):
    """What one squared white innovation adds."""
    if believed:
        return min(square, law.largest) - 1.0
    return law.largest - 1.0 if scale < law.scale_doubted else 0.0


@woven
def scaled(scale, surprise, least, law):
    return min(max(scale * math.exp(law.scale_rate * surprise), least), law.scale_high)
