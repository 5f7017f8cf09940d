"""How far a forecast is believed beside persistence, and how wide its band is: closed forms over running sums, nothing kept here.

The blend is that of Bates and Granger (1969, Operational Research Quarterly 20, 451-468); the band follows the online quantile of
Robbins and Monro (1951, Annals of Mathematical Statistics 22, 400-407), as adaptive conformal inference does (Gibbs and Candes 2021).
"""
from __future__ import annotations

import numpy as np

Array = np.ndarray
OUTSIDE = 0.1  # share of what comes that a band from 5 to 95 % leaves out
STEEP = 0.339  # by how much a normal's share inside changes with the logarithm of its band, at that band: 2 x pdf(x) at x = 1.645
SCALE = (0.25, 4.0)


def weight(both: Array, square: Array, n: Array, trust: Array) -> Array:
    """Share [..] 0..1 of a foretold change c that is told, the rest being persistence: minimises the mean square of w e_m + (1 - w) e_p.

    `both` and `square` are sums of c e_p and c^2 over n outcomes. As c = e_p - e_m, their ratio is (e_p^2 - e_m e_p) / (e_m^2 + e_p^2 - 2 e_m e_p),
    without taking large numbers from each other. The model stands for `trust` outcomes before them; once as many came, it is never believed
    beyond twice the ratio, where the mean square over the past would be that of persistence.
    """
    best = np.clip(np.divide(both, square, out=np.ones_like(both), where=square > 0.0), 0.0, 1.0)
    return np.clip(np.minimum((n * best + trust) / (n + trust), np.maximum(2.0 * best, 1.0 - n / trust)), 0.0, 1.0)


def rescaled(scale: Array, inside: Array, memory: Array) -> Array:
    """A band's factor after an outcome fell `inside` or not: at rest where nine tenths fall in, which it finds within about `memory` outcomes."""
    return np.clip(scale * np.exp((1.0 - inside - OUTSIDE) / (STEEP * memory)), *SCALE)


def taught(error: Array, std: Array, most: float) -> tuple[Array, Array]:
    """What an outcome says of a modelled deviation: error over it squared, and the variance that stands beside it.

    An error of more than `most` deviations is of the second kind and says nothing of the first: where a model holds still what moves, no factor helps.
    """
    mends = (np.abs(error) <= most * std) & (std > 0.0)
    return np.where(mends, np.square(np.divide(error, std, out=np.zeros_like(error), where=mends)), 1.0), np.where(mends, 0.0, np.square(error))
