"""One implicit step of GPUs, racks and CDU loops.

Every element's new outlet is affine in its new inlet, so a whole loop closes in one division, whatever the step.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

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


@register_jitable
def exchanger(ua, hot, cold):
    """Conductance between inlets [W/K] of a counterflow exchanger, by effectiveness and NTU (Kays and London 1984)."""
    low, high = min(hot, cold), max(hot, cold)
    if low <= 1e-6:
        return 0.0
    ratio = min(low / max(high, 1e-6), 1 - 1e-9)
    decay = np.exp(-min(ua / low, 500.0) * (1 - ratio))
    return (1 - decay) / (1 - ratio * decay) * low


def throttled(p: Parameters, s: State, load: RackLoad) -> RackLoad:
    """GPUs above their slowdown temperature give up power, none left at shutdown."""
    if s.die.max() <= p.rack.throttle.min():
        return load
    room = (p.rack.shutdown - p.rack.throttle)[:, None]
    keep = np.clip((p.rack.shutdown[:, None] - s.die) / room, 0.0, 1.0)
    return RackLoad(load.gpu * keep, load.other, load.air)


class Joints(NamedTuple):
    """What a step of length `dt` makes of dies and plates, whatever the flow: shape (R, G)."""

    dt: float
    die: np.ndarray  # W/K, store over the step
    a: np.ndarray  # W/K, die store and joint
    pull: np.ndarray  # joint over a
    plate: np.ndarray  # W/K, store over the step
    d: np.ndarray  # W/K, plate store and the die behind its joint

    @classmethod
    def of(cls, p: Parameters, dt: float) -> Joints:
        die, k, plate = (np.ascontiguousarray(x) for x in (p.rack.die / dt, p.rack.joint, p.rack.plate / dt))
        return cls(dt, die, die + k, k / (die + k), plate, plate + k * die / (die + k))


@register_jitable
def step_tcs(p, s, e, load, joints, dt):
    """Advance dies, plates, racks and both sides of the CDUs; what dies and plates hold after it [J]."""
    racks, cdus, vol = len(s.rack), len(s.cdu), p.tcs_volumetric
    g, n, d, source, heat_a, heat_b = _plates(p, s, e, load, joints)
    i0, i1, o0, o1 = np.empty(racks), np.empty(racks), np.empty(racks), np.empty(racks)
    flow, back0, back1 = np.zeros(cdus), np.zeros(cdus), np.zeros(cdus)
    for r in range(racks):  # rack inlet = i0 + i1 * supply, rack outlet = o0 + o1 * supply
        x, at, c = s.rack[r], p.rack_cdu[r], vol * s.rack[r].rack_flow
        ci, co = vol * p.rack[r].inlet / dt, vol * p.rack[r].outlet / dt
        i0[r], i1[r] = ci * x.rack_in / (ci + c), c / (ci + c)
        gain = (c - heat_b[r]) / (co + c)
        o0[r], o1[r] = (co * x.rack_out + heat_a[r] + load.other[r]) / (co + c) + gain * i0[r], gain * i1[r]
        flow[at] += c
        back0[at] += c * o0[r]
        back1[at] += c * o1[r]
    for i in range(cdus):
        _cdu(p.cdu[i], s.cdu[i], e.cdu[i], s.hall[p.cdu_hall[i]].arrive, vol, p.fws_volumetric, flow[i], back0[i], back1[i], dt)
    for r in range(racks):
        supply = s.cdu[p.rack_cdu[r]].tcs_supply
        s.rack[r].rack_in, s.rack[r].rack_out = i0[r] + i1[r] * supply, o0[r] + o1[r] * supply
    return _dies(p, s, joints, g, n, d, source)


@register_jitable
def _cdu(p, s, e, fws_in, tcs, fws, flow, back0, back1, dt):
    """Both sides of one CDU; racks return back0 + back1 * supply [W], with capacity `flow` [W/K]."""
    ch = tcs * 0.5 * p.half / dt
    h0, h1 = (ch * s.tcs_return + back0) / (ch + flow), back1 / (ch + flow)  # return header = h0 + h1 * supply
    cold = fws * s.fws_flow
    gx = exchanger(_cdu_ua(p, s, e, flow / tcs, s.fws_flow), flow, cold)
    s0 = (ch * s.tcs_supply + gx * fws_in + s.cdu_w) / (ch + flow)
    s1 = (flow - gx) / (ch + flow)
    s.tcs_supply = (s0 + s1 * h0) / (1 - s1 * h1)
    s.tcs_return = h0 + h1 * s.tcs_supply
    s.cdu_heat = gx * (s.tcs_return - fws_in)
    cf = fws * p.half / dt
    s.fws_out = (cf * s.fws_out + cold * fws_in + s.cdu_heat) / (cf + cold)


@register_jitable
def _cdu_ua(p, s, e, tcs, fws):
    """UA [W/K]: two films in series, each ~ flow ** 0.7 (chevron plates, Kumar 1984: 0.6 .. 0.75), plate wall 10 % of the whole."""
    hot = max(tcs / p.tcs_rated, 1e-3) ** 0.7 * viscosity_film(s.tcs_return)
    cold = max(fws / p.fws_rated, 1e-3) ** 0.7 * viscosity_film(s.fws_out)
    return p.ua * e.cdu_ua / (0.1 + 0.45 / hot + 0.45 / cold)


@register_jitable
def _plates(p, s, e, load, joints):
    """Affine step of every plate, new plate = (n + g * inlet) / d, and of its rack's heat, a - b * inlet; `source` is what the die needs.

    g [W/K] between plate and inlet coolant: c (1 - exp(-film / c)), film ~ flow ** exponent.
    """
    racks, gpus = p.share.shape
    g, n, d, source = np.empty((racks, gpus)), np.empty((racks, gpus)), np.empty((racks, gpus)), np.empty((racks, gpus))
    a, b = np.zeros(racks), np.zeros(racks)
    for r in range(racks):
        rack, x = p.rack[r], s.rack[r]
        level = max(x.rack_flow * rack.mean_share / rack.plate_flow, 0.0) ** rack.exponent * viscosity_film(x.rack_in)
        flow, power = p.tcs_volumetric * x.rack_flow, 0.0
        for k in range(gpus):
            stream, film = flow * p.share[r, k], level * p.film_share[r, k]
            if e.plates_hit:
                stream, film = stream * e.plate_flow[r, k], film * e.plate_film[r, k] * e.plate_flow[r, k] ** rack.exponent
            stream = max(stream, 1e-9)
            left = np.exp(-np.float32(film / stream))  # half the cost of double; the share is wrong by 1e-7 at most
            g[r, k] = (1.0 - left) * stream
            source[r, k] = joints.die[r, k] * s.die[r, k] + load.gpu[r, k]
            n[r, k] = joints.plate[r, k] * s.plate[r, k] + joints.pull[r, k] * source[r, k]
            d[r, k] = joints.d[r, k] + g[r, k]
            part = g[r, k] / d[r, k]
            a[r] += part * n[r, k]
            b[r] += g[r, k] * (1.0 - part)
            power += load.gpu[r, k]
        x.rack_w = power + load.other[r] + load.air[r]
    return g, n, d, source, a, b


@register_jitable
def _dies(p, s, joints, g, n, d, source):
    """Plates and dies from the inlet coolant that came out; what they hold [J]."""
    held = 0.0
    for r in range(g.shape[0]):
        inlet = s.rack[r].rack_in
        for k in range(g.shape[1]):
            s.plate[r, k] = (n[r, k] + g[r, k] * inlet) / d[r, k]
            s.die[r, k] = (source[r, k] + p.joint[r, k] * s.plate[r, k]) / joints.a[r, k]
            held += p.die[r, k] * s.die[r, k] + p.plate[r, k] * s.plate[r, k]
    return held
