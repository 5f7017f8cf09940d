"""Time and measurement update of a batch of small filters in compiled code. Constants are arguments: compiled code would keep old ones."""
from __future__ import annotations

import numpy as np

from twin.kernels import inner, kernel


@kernel()
def moved(move, cov, added, into, spread):
    """F P F' + diag(added) + G diag(spread) G' of every block, symmetric.

    move, cov [B, M, M], added [B, M]; into [B, N, D] acts on the first N states, spread [B, D] (D may be nothing).
    """
    blocks, states, more = len(move), move.shape[1], into.shape[1]
    out, turned = np.empty_like(cov), np.empty((states, states))
    for b in range(blocks):
        _times(move[b], cov[b], turned)
        whole = out[b]
        _times(move[b], turned.T, whole)
        for i in range(more):
            for j in range(more):
                for d in range(spread.shape[1]):
                    whole[i, j] += into[b, i, d] * spread[b, d] * into[b, j, d]
        for i in range(states):
            whole[i, i] += added[b, i]
        _even(whole)
    return out


@inner()
def _times(left, right, out):
    """left @ right into `out`; most of a transition is nothing."""
    out[:] = 0.0
    for i in range(left.shape[0]):
        for k in range(left.shape[1]):
            if left[i, k] != 0.0:
                for j in range(right.shape[1]):
                    out[i, j] += left[i, k] * right[k, j]


@inner()
def _even(a):
    for i in range(a.shape[0]):
        for j in range(i):
            a[i, j] = a[j, i] = 0.5 * (a[i, j] + a[j, i])


@kernel()
def updated(x, cov, sees, measured, var, gate):
    """Kalman update of every block, gated, in Joseph form: x, cov, innovations, whether each was believed, white innovations.

    x [B, M], cov [B, M, M] symmetric, sees [S, M], measured and var [B, S].
    """
    blocks, states, sensors = len(x), x.shape[1], len(sees)
    out_x, out_cov = x.copy(), cov.copy()
    innovation, believed, white = np.empty((blocks, sensors)), np.zeros((blocks, sensors), np.bool_), np.full((blocks, sensors), np.nan)
    to, gain, which = np.empty((sensors, states)), np.empty((sensors, states)), np.empty(sensors, np.int64)
    root, seen = np.empty((sensors, sensors)), np.empty((states, sensors))
    for b in range(blocks):
        n = 0
        for i in range(sensors):
            innovation[b, i] = measured[b, i] - _dot(sees[i], x[b])
            _seen_by(sees[i], cov[b], to[n])
            if innovation[b, i] ** 2 <= gate * gate * (_dot(sees[i], to[n]) + var[b, i]):  # no for what was not measured
                believed[b, i], which[n] = True, i
                n += 1
        if n:
            _factor(sees, to, var[b], which, n, root)
            _solve(root, to, n, gain)
            for a in range(n):
                off = innovation[b, which[a]]
                for c in range(a):
                    off -= root[a, c] * white[b, which[c]]
                white[b, which[a]] = off / root[a, a]
                for k in range(states):
                    out_x[b, k] += gain[a, k] * innovation[b, which[a]]
            _joseph(out_cov[b], sees, to, gain, var[b], which, n, seen)
    return out_x, out_cov, innovation, believed, white


@inner()
def _dot(a, b):
    total = 0.0
    for k in range(len(a)):
        total += a[k] * b[k]
    return total


@inner()
def _seen_by(sensor, cov, out):
    """Covariance [M] of every state with what a sensor sees."""
    out[:] = 0.0
    for k in range(len(sensor)):
        if sensor[k] != 0.0:
            for j in range(len(out)):
                out[j] += sensor[k] * cov[k, j]


@inner()
def _factor(sees, to, var, which, n, root):
    """Cholesky factor of the innovations' covariance, of the `n` sensors `which`."""
    for a in range(n):
        for c in range(a + 1):
            total = _dot(sees[which[a]], to[c])
            if a == c:
                total += var[which[a]]
            for k in range(c):
                total -= root[a, k] * root[c, k]
            root[a, c] = np.sqrt(total) if a == c else total / root[c, c]


@inner()
def _solve(root, to, n, gain):
    """Gain [n, M]: the innovations' covariance, by its factor, under `to`."""
    for a in range(n):
        gain[a] = to[a]
        for c in range(a):
            gain[a] -= root[a, c] * gain[c]
        gain[a] /= root[a, a]
    for a in range(n - 1, -1, -1):
        for c in range(a + 1, n):
            gain[a] -= root[c, a] * gain[c]
        gain[a] /= root[a, a]


@inner()
def _joseph(cov, sees, to, gain, var, which, n, seen):
    """(I - K H) P (I - K H)' + K R K', in place, by way of (I - K H) P and what sensors see of it."""
    for a in range(n):
        for k in range(cov.shape[0]):
            for j in range(cov.shape[0]):
                cov[k, j] -= gain[a, k] * to[a, j]
    for a in range(n):
        for k in range(cov.shape[0]):
            seen[k, a] = gain[a, k] * var[which[a]] - _dot(sees[which[a]], cov[k])
    for a in range(n):
        for k in range(cov.shape[0]):
            for j in range(cov.shape[0]):
                cov[k, j] += seen[k, a] * gain[a, j]
    _even(cov)


@kernel()
def rescaled(scale, innovation, believed, white, low, high, rate, doubted, largest):
    """Scale [B] of each block's process variance after an update: white innovations beyond one raise it, smaller ones lower it.

    A squared one counts to `largest`; what was not believed counts as such below the scale `doubted`.
    """
    out = np.empty_like(scale)
    for b in range(len(scale)):
        total = 0.0
        for i in range(white.shape[1]):
            if believed[b, i]:
                total += min(white[b, i] ** 2, largest) - 1.0
            elif scale[b] < doubted and np.isfinite(innovation[b, i]):
                total += largest - 1.0
        out[b] = min(max(scale[b] * np.exp(rate * total), low), high)
    return out
