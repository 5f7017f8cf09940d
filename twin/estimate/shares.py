"""How a CDU's coolant divides among its racks, and how a rack's power divides between its GPUs and the rest."""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from config.classes import CLASSES
from config.equipment import IDLE_REST
from twin.estimate.facts import Facts
from twin.estimate.instruments import instrument, or_zero
from twin.estimate.residuals.base import Scene, log_ratio

Array = np.ndarray
OPEN = 0.04  # spread of the openness of racks of one kind, one standard deviation (assumption: hoses and couplings 2 .. 5 %)
METER = instrument("rack", "flow_lpm").gain
TOTAL = instrument("cdu", "tcs_flow_lpm").gain
MEMORY_S = 600.0  # over which a meter is compared with its unit's
KEEP = 0.999  # of what GPUs told of their rack's rest, at each of their messages
CERTAIN = 3.0  # weight of the datasheet's idle share, in racks at half load


@dataclass(frozen=True, slots=True)
class Shares:
    """log factors [R]: `open` of each rack's flow over an even share, `var` its variance, `meter` of its meter over an even share, NaN where none."""

    open: Array
    var: Array
    meter: Array
    idle: tuple[float, float]  # weighted sum and weight of the idle share of what a rack draws beside its GPUs

    @property
    def idle_share(self) -> float:
        return self.idle[0] / self.idle[1]


def even(f: Facts) -> Shares:
    racks = f.rows["rack"]
    return Shares(np.zeros(racks), np.full(racks, OPEN**2), np.full(racks, np.nan), (IDLE_REST * CERTAIN, CERTAIN))


def even_share(f: Facts) -> Array:
    """Share [R] of its CDU's flow that a rack of rated openness takes."""
    rated = f.p.leaves.rated_flow
    return rated / np.maximum(f.p.wiring.racks_to_cdus(rated), 1e-12)[f.p.wiring.rack_cdu]


def shared(f: Facts, s: Shares, scene: Scene, elapsed: float) -> Shares:
    """Openness of every rack from its meter where it has one, and from what the CDU's meter leaves for the others."""
    w, part = f.p.wiring, even_share(f)
    total = scene.values["cdu"][:, CLASSES["cdu"].column("tcs_flow_lpm")]
    now = log_ratio(scene.values["rack"][:, CLASSES["rack"].column("flow_lpm")], part * total[w.rack_cdu])
    keep = np.exp(-elapsed / MEMORY_S)
    meter = np.where(np.isfinite(now), np.where(np.isfinite(s.meter), now + keep * (s.meter - now), now), s.meter)
    known = np.isfinite(now) & np.isfinite(meter)
    gain = np.where(known, OPEN**2 / (OPEN**2 + METER**2), 0.0)
    x, var = gain * or_zero(meter), OPEN**2 * (1.0 - gain)
    weight = part * np.exp(x)
    off = np.log(w.racks_to_cdus(weight))  # all shares together are one, as far as both kinds of meter allow
    spread = w.racks_to_cdus(weight**2 * var) + TOTAL**2
    pull = var * weight / spread[w.rack_cdu]
    return replace(s, open=x - pull * off[w.rack_cdu], var=var - pull * weight * var, meter=meter)


def split(s: Shares, rows: Array, power: Array, gpu: Array, n_gpus: int, idle_w: Array, max_w: Array, rest_w: Array) -> Shares:
    """The idle share of the rest, from racks `rows` whose GPUs all told their power `gpu` [r] while the rack drew `power` [r], W."""
    load = np.clip((gpu / n_gpus - idle_w[rows]) / (max_w - idle_w)[rows], 0.0, 1.0)
    weight = 1.0 - load
    rest = (power - gpu) / rest_w[rows]
    good = np.isfinite(rest) & (rest > 0.0) & (rest < 1.5)
    top = float((weight * (rest - load))[good].sum())
    bottom = float((weight**2)[good].sum())
    return replace(s, idle=(KEEP * s.idle[0] + top, KEEP * s.idle[1] + bottom))
