"""One implicit step of GPUs, racks and CDU loops.

Every element's new outlet is affine in its new inlet, so a whole loop closes in one division, whatever the step.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sensors.truth.effects import Effects
from sensors.truth.hydraulics import viscosity_film
from sensors.truth.parameters import Parameters
from sensors.truth.state import State


@dataclass(frozen=True)
class RackLoad:
    """Electric power [W] over the step: `gpu` (R, G), `other` to liquid (R,), `air` (R,)."""

    gpu: np.ndarray
    other: np.ndarray
    air: np.ndarray

    @cached_property
    def rack(self) -> np.ndarray:
        return self.gpu.sum(axis=1) + self.other + self.air


def exchanger(ua: np.ndarray, hot: np.ndarray, cold: np.ndarray) -> np.ndarray:
    """Conductance between inlets [W/K] of a counterflow exchanger, by effectiveness and NTU (Kays and London 1984)."""
    low, high = np.minimum(hot, cold), np.maximum(hot, cold)
    safe = np.maximum(low, 1e-6)
    ratio = np.minimum(low / np.maximum(high, 1e-6), 1 - 1e-9)
    decay = np.exp(-np.minimum(ua / safe, 500.0) * (1 - ratio))
    effect = (1 - decay) / (1 - ratio * decay)
    return np.where(low > 1e-6, effect * low, 0.0)


def throttled(p: Parameters, s: State, load: RackLoad) -> RackLoad:
    """GPUs above their slowdown temperature give up power, none left at shutdown."""
    if s.die.max() <= p.rack.throttle.min():
        return load
    room = (p.rack.shutdown - p.rack.throttle)[:, None]
    keep = np.clip((p.rack.shutdown[:, None] - s.die) / room, 0.0, 1.0)
    return RackLoad(load.gpu * keep, load.other, load.air)


def _plates(p: Parameters, e: Effects, flow: np.ndarray, inlet: np.ndarray) -> np.ndarray:
    """Conductance [W/K] of each plate to its inlet coolant, shape (R, G): c (1 - exp(-film / c)), film ~ flow ** exponent."""
    r = p.rack
    level = np.maximum(flow * r.mean_share / r.plate_flow, 0.0) ** r.exponent * viscosity_film(inlet)
    stream = (p.tcs_volumetric * flow)[:, None] * r.share
    film = level[:, None] * r.film_share
    if e.plates_hit:
        stream, film = stream * e.plate_flow, film * e.plate_film * e.plate_flow ** r.exponent[:, None]
    np.maximum(stream, 1e-9, out=stream)
    np.divide(film, stream, out=film)
    left = np.exp(-film.astype(np.float32))  # a fifth of the cost of double, which was a tenth of the step; the share is wrong by 1e-7 at most
    np.subtract(1.0, left, out=film)
    film *= stream
    return film


@dataclass(frozen=True)
class Joints:
    """What a step of length `dt` makes of dies and plates, whatever the flow: shape (R, G)."""

    dt: float
    die: np.ndarray  # W/K, store over the step
    a: np.ndarray  # W/K, die store and joint
    pull: np.ndarray  # joint over a
    plate: np.ndarray  # W/K, store over the step
    d: np.ndarray  # W/K, plate store and the die behind its joint

    @classmethod
    def of(cls, p: Parameters, dt: float) -> Joints:
        die, k, plate = p.rack.die / dt, p.rack.joint, p.rack.plate / dt
        return cls(dt, die, die + k, k / (die + k), plate, plate + k * die / (die + k))


def _gpus(j: Joints, s: State, g: np.ndarray, power: np.ndarray) -> tuple[np.ndarray, ...]:
    """Affine step of plates: new plate = (n + g * inlet) / d; also what is needed for the die."""
    source = j.die * s.die
    source += power
    n = j.plate * s.plate
    n += j.pull * source
    return n, j.d + g, source


def step_tcs(p: Parameters, s: State, e: Effects, load: RackLoad, rack_flow: np.ndarray, fws_flow: np.ndarray, fws_in: np.ndarray,
             pump_w: np.ndarray, joints: Joints) -> np.ndarray:
    """Advance dies, plates, racks and both sides of the CDUs by the step of `joints`; returns heat to facility water of each CDU [W]."""
    vol, cdus, dt = p.tcs_volumetric, len(p.cdu.hall), joints.dt
    g = _plates(p, e, rack_flow, s.rack_in)
    n, d, source = _gpus(joints, s, g, load.gpu)
    part = g / d
    heat_a, heat_b = np.einsum("ij,ij->i", part, n), g.sum(axis=1) - np.einsum("ij,ij->i", g, part)
    c = vol * rack_flow
    # rack inlet = i0 + i1 * supply, rack outlet = o0 + o1 * supply
    ci, co = vol * p.rack.inlet / dt, vol * p.rack.outlet / dt
    i0, i1 = ci * s.rack_in / (ci + c), c / (ci + c)
    gain = (c - heat_b) / (co + c)
    o0 = (co * s.rack_out + heat_a + load.other) / (co + c) + gain * i0
    o1 = gain * i1
    # return header = h0 + h1 * supply
    flow = np.bincount(p.rack.cdu, c, cdus)
    ch = vol * 0.5 * p.cdu.half / dt
    h0 = (ch * s.tcs_return + np.bincount(p.rack.cdu, c * o0, cdus)) / (ch + flow)
    h1 = np.bincount(p.rack.cdu, c * o1, cdus) / (ch + flow)
    # exchanger and supply node
    cold = p.fws_volumetric * fws_flow
    ua = _cdu_ua(p, s, e, flow / vol, fws_flow)
    gx = exchanger(ua, flow, cold)
    s0 = (ch * s.tcs_supply + gx * fws_in + pump_w) / (ch + flow)
    s1 = (flow - gx) / (ch + flow)
    supply = (s0 + s1 * h0) / (1 - s1 * h1)
    s.tcs_supply, s.tcs_return = supply, h0 + h1 * supply
    at = supply[p.rack.cdu]
    s.rack_in, s.rack_out = i0 + i1 * at, o0 + o1 * at
    g *= s.rack_in[:, None]
    g += n
    s.plate = np.divide(g, d, out=g)
    source += p.rack.joint * s.plate
    s.die = np.divide(source, joints.a, out=source)
    heat = gx * (s.tcs_return - fws_in)
    cf = p.fws_volumetric * p.cdu.half / dt
    s.fws_out = (cf * s.fws_out + cold * fws_in + heat) / (cf + cold)
    return heat


def _cdu_ua(p: Parameters, s: State, e: Effects, tcs: np.ndarray, fws: np.ndarray) -> np.ndarray:
    """UA [W/K]: two films in series, each ~ flow ** 0.7 (chevron plates, Kumar 1984: 0.6 .. 0.75), plate wall 10 % of the whole."""
    hot = np.maximum(tcs / p.cdu.tcs_rated, 1e-3) ** 0.7 * viscosity_film(s.tcs_return)
    cold = np.maximum(fws / p.cdu.fws_rated, 1e-3) ** 0.7 * viscosity_film(s.fws_out)
    return p.cdu.ua * e.cdu_ua / (0.1 + 0.45 / hot + 0.45 / cold)
