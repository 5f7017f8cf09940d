"""Time and measurement update of a batch of small filters, as in the textbook."""
from __future__ import annotations

import numpy as np

Array = np.ndarray


def moved(move: Array, cov: Array, added: Array, into: Array, spread: Array) -> Array:
    """F P F' + diag(added) + G diag(spread) G'. move, cov [B, M, M], added [B, M]; into [B, N, D] acts on the first N states, spread [B, D]."""
    out = move @ cov @ np.swapaxes(move, -1, -2) + added[:, :, None] * np.eye(cov.shape[-1])
    n = into.shape[1]
    if n:
        out[:, :n, :n] += (into * spread[:, None, :]) @ np.swapaxes(into, -1, -2)
    return out


def updated(x: Array, cov: Array, sees: Array, measured: Array, var: Array, gate: float) -> tuple[Array, Array, Array, Array, Array]:
    """Kalman update of every block, gated, in Joseph form: x, cov, innovations, whether each was believed, white innovations.

    x [B, M], cov [B, M, M], sees [S, M], measured and var [B, S].
    """
    x, cov, innovation = x.copy(), cov.copy(), measured - x @ sees.T
    believed = innovation**2 <= gate**2 * (np.einsum("si,bij,sj->bs", sees, cov, sees) + var)
    white = np.full(innovation.shape, np.nan)
    for b in range(len(x)):
        h, good = sees[believed[b]], believed[b]
        if good.any():
            s = h @ cov[b] @ h.T + np.diag(var[b, good])
            gain = np.linalg.solve(s, h @ cov[b]).T
            keep = np.eye(len(cov[b])) - gain @ h
            x[b] += gain @ innovation[b, good]
            cov[b] = keep @ cov[b] @ keep.T + gain @ np.diag(var[b, good]) @ gain.T
            white[b, good] = np.linalg.solve(np.linalg.cholesky(s), innovation[b, good])
    return x, cov, innovation, believed, white


def rescaled(scale: Array, innovation: Array, believed: Array, white: Array, low: float, high: float, rate: float, doubted: float, largest: float) -> Array:
    """Scale [B] of each block's process variance after an update: white innovations beyond one raise it, smaller ones lower it."""
    refused = np.isfinite(innovation) & ~believed & (scale < doubted)[:, None]
    squares = np.where(believed, np.minimum(np.where(believed, white, 0.0) ** 2, largest) - 1.0, np.where(refused, largest - 1.0, 0.0))
    return np.clip(scale * np.exp(rate * squares.sum(-1)), low, high)
