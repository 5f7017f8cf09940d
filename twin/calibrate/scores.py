"""Scores of a prediction against readings, and the two baselines every prediction stands beside."""
from __future__ import annotations

import numpy as np


def scores(time_s: np.ndarray, predicted: np.ndarray, measured: np.ndarray) -> dict[str, float]:
    """RMSE, median absolute error, bias, RMSE of hourly means, RMSE in percent of each reading. All arrays [n]."""
    error = predicted - measured
    hours = np.unique((time_s // 3600).astype(int), return_inverse=True)[1]
    hourly = np.bincount(hours, error) / np.bincount(hours)
    relative = error / np.where(np.abs(measured) < 1e-9, np.nan, measured)
    return {
        "rmse": float(np.sqrt(np.mean(error**2))), "median": float(np.median(np.abs(error))), "bias": float(np.mean(error)),
        "hourly": float(np.sqrt(np.mean(hourly**2))), "rmse_pct": float(100 * np.sqrt(np.nanmean(relative**2))),
    }


def persistence(history: np.ndarray, steps: int) -> np.ndarray:
    """The last reading held for `steps` samples."""
    return np.full(steps, history[-1])


def mean_held(history: np.ndarray, steps: int) -> np.ndarray:
    """The mean of all readings held: the better persistence where the load comes and goes."""
    return np.full(steps, np.mean(history))


def one_lag(history: np.ndarray, drivers: np.ndarray, future: np.ndarray) -> np.ndarray:
    """y[k] = a + b y[k-1] + c . drivers[k], fitted to history [n] and drivers [n, d], then run on its own output over future [m, d]."""
    table = np.column_stack([np.ones(len(history) - 1), history[:-1], drivers[1:]])
    weights = np.linalg.lstsq(table, history[1:], rcond=None)[0]
    out, y = np.empty(len(future)), history[-1]
    for k, row in enumerate(future):
        y = out[k] = weights[0] + weights[1] * y + row @ weights[2:]
    return out
