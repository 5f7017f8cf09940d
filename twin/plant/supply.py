"""One step of the electrical supply: who has power, from where, and what every stage loses.

A group with several feeds draws evenly from those alive; what one of them cannot carry moves to the others within the step. Behind a
bus that cannot carry all (gensets on their ramp) UPS come first, then the groups on the bus, then the charging of batteries.
Transformers, UPS, PDUs and busways above their rating are flagged, not tripped; gensets and batteries cannot give more than they have.
The order is an assumption: plants sequence their loads on gensets, computing before cooling, charging last. On battery the UPS loses what
it loses in double conversion, though its rectifier rests (cautious: ride-through is a little short).
"""
from __future__ import annotations

from dataclasses import fields
from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from twin.physics.elementwise import clip, where
from twin.physics.machines import transformer_losses, ups_losses
from twin.plant.supply_types import Supply, SupplyFlows, SupplyInputs, SupplyState
from twin.plant.transfer import Window, alive, draw, genset_mean, moved, timing, window

Array = np.ndarray
WHOLE = 1.0 - 1e-12  # a share above is one: round-off must not shed load
ROUND = 1e-9  # of a need: what gensets leave uncovered by round-off must not turn an empty battery's UPS away
TRIAL_W = 1e3  # where nothing is asked for, could this much be had?


class Chain(NamedTuple):
    """Powers behind a UPS for a load at the ends of its busways [..., F] W."""

    busway: Array
    pdu: Array
    ups: Array
    out: Array  # at the UPS's output
    need: Array  # at its input


class Served(NamedTuple):
    """What the groups on one side of the UPS got."""

    powered: Array  # [..., X] share
    asked: Array  # [..., F] W with all that moved over from other feeds


@register_jitable
def chain(p: Supply, load: Array) -> Chain:
    """Losses from the busways' ends up to the UPS's input."""
    busway = transformer_losses(load, p.busway_rating, 0.0, p.busway_at_rating)
    pdu = transformer_losses(load + busway, p.pdu_rating, p.pdu_no_load, p.pdu_at_rating)
    out = load + busway + pdu
    ups = ups_losses(out, p.ups_rating, p.ups_loss[0], p.ups_loss[1], p.ups_loss[2])
    return Chain(busway, pdu, ups, out, out + ups)


def even(member: Array, able: Array) -> Array:
    """Shares [..., F, X] of each group in its able feeds [..., F]: equal parts, none where none is able."""
    part = member * able[..., :, None]
    return part / np.maximum(part.sum(-2, keepdims=True), 1.0)


def over_feeds(share: Array, load: Array) -> Array:
    """Loads [..., X] W by shares [..., F, X]: [..., F] W."""
    return np.einsum("...fx,...x->...f", share, load)


@register_jitable
def short(w: Window, need: Array) -> Array:
    """What the bus leaves uncovered of a need [W]."""
    return need - draw(w, need)


@register_jitable
def ups_share(w: Window, most: Array, need: Array) -> Array:
    """Share of a need [W] that bus and battery (at most `most` W) cover."""
    asked = np.maximum(need, TRIAL_W * (need <= 0.0))
    got = draw(w, asked) + np.minimum(short(w, asked), most)
    share = got / asked
    return where(share > WHOLE, 1.0, share)


@register_jitable
def ups_room(p: Supply, w: Window, most: Array, load: Array, extra: Array) -> Array:
    """Share of an extra load [W] that a UPS which carries its own can take: the battery's part grows at most linearly with it."""
    more = chain(p, load + extra).need
    before, after = short(w, chain(p, load).need), short(w, more)
    grown = np.maximum(after - before, 1e-9)
    return where(after <= most + ROUND * more, 1.0, clip((most - before) / grown, 0.0, 1.0))


def serve_ups(p: Supply, w: Window, most: Array, loads: Array) -> Served:
    """Racks, CDUs and controls: first evenly over the live UPS, then what one of them drops to those that hold."""
    live = 1.0 * ((alive(w) > 0.0) | (most > 0.0))
    first = even(p.ups_member, live)
    own = over_feeds(first, loads)
    held = live * ups_share(w, most, chain(p, own).need)
    dropped = (first * (1.0 - held[..., :, None])).sum(-2)
    second = even(p.ups_member, 1.0 * (held >= 1.0))
    extra = over_feeds(second, dropped * loads)
    room = ups_room(p, w, most, own, extra)
    powered = (first * held[..., :, None]).sum(-2) + dropped * (second * room[..., :, None]).sum(-2)
    return Served(powered, own + room * extra)


@register_jitable
def bus_share(w: Window, base: Array, load: Array) -> Array:
    """Share of a load [W] that the bus carries beside `base` [W]."""
    asked = np.maximum(load, TRIAL_W * (load <= 0.0))
    share = (draw(w, base + asked) - draw(w, base)) / asked
    return where(share > 1.0 - 1e-9, 1.0, clip(share, 0.0, 1.0))


def serve_bus(p: Supply, w: Window, ups_need: Array, loads: Array) -> Served:
    """Groups on the bus, likewise, with what the UPS leave."""
    live = 1.0 * (alive(w) > 0.0)
    first = even(p.bus_member, live)
    own = over_feeds(first, loads)
    held = live * bus_share(w, ups_need, own)
    dropped = (first * (1.0 - held[..., :, None])).sum(-2)
    second = even(p.bus_member, 1.0 * (held >= 1.0))
    extra = over_feeds(second, dropped * loads)
    room = bus_share(w, ups_need + own, extra)
    powered = (first * held[..., :, None]).sum(-2) + dropped * (second * room[..., :, None]).sum(-2)
    return Served(powered, own + extra)


class Battery(NamedTuple):
    """[..., F] W and J."""

    discharge: Array
    wanted: Array  # charge, had the bus room for it
    charge: Array
    loss: Array
    after: Array


@register_jitable
def floor(p: Supply, health: Array) -> Array:
    """Charge [J] that an aged battery no longer gives: its energy is still there, so ageing moves no heat."""
    return p.battery * (1.0 - clip(health, 0.0, 1.0))


@register_jitable
def deliverable(p: Supply, s: SupplyState, health: Array, dt: float) -> Array:
    """Greatest mean discharge [W] over a step."""
    return np.minimum(p.battery_power, np.maximum(s.battery - floor(p, health), 0.0) / dt)


@register_jitable
def run_battery(p: Supply, s: SupplyState, w: Window, discharge: Array, base: Array) -> Battery:
    """Charging with what the bus has left beside `base` [W], up to the charger's limit and the room in the battery."""
    left = s.battery - discharge * w.dt
    room = np.maximum(p.battery - left, 0.0) / (p.charge_efficiency * w.dt)
    want = np.minimum(p.charge_power, room)
    charge = draw(w, base + want) - draw(w, base)
    return Battery(discharge, want, charge, (1.0 - p.charge_efficiency) * charge, left + p.charge_efficiency * charge * w.dt)


@register_jitable
def transformer(p: Supply, w: Window, energised: Array, through: Array) -> Array:
    """Losses [W]: iron while the grid is there, copper while the load is on it."""
    at_once = through / np.maximum(w.grid, 1e-9)
    copper = transformer_losses(at_once, p.transformer_rating, 0.0, p.at_rating) * w.grid
    return energised * p.no_load + copper


def step(p: Supply, s: SupplyState, u: SupplyInputs, dt: float) -> tuple[SupplyState, SupplyFlows]:
    """Supply after `dt` seconds under constant inputs, and the mean powers of the step."""
    t = timing(p, s, u)
    w = window(p, s, u, t, dt)
    most = deliverable(p, s, u.battery_health, dt)
    behind = serve_ups(p, w, most, u.loads)
    c = chain(p, behind.asked)
    on = ups_on(w, most, c)
    need = where(on > 0.0, c.need, 0.0)
    beside = serve_bus(p, w, need, u.loads)
    battery = run_battery(p, s, w, np.minimum(short(w, need), most), need + beside.asked)
    after = s.shift(battery=battery.after, **moved(p, s, u, t, w)._asdict())
    feeds = account(p, u, w, c, on, need, beside.asked, battery)
    return after, SupplyFlows(powered=behind.powered + beside.powered, **feeds._asdict())


@register_jitable
def ups_on(w: Window, most: Array, c: Chain) -> Array:
    """Share of the step with the UPS output alive."""
    return where((alive(w) > 0.0) | (most > 0.0), ups_share(w, most, c.need), 0.0)


FeedFlows = NamedTuple("FeedFlows", [(f.name, Array) for f in fields(SupplyFlows) if f.name != "powered"])  # [..., F] each


@register_jitable
def account(p: Supply, u: SupplyInputs, w: Window, c: Chain, on: Array, need: Array, direct: Array, battery: Battery) -> FeedFlows:
    """Mean powers by stage, and what does not balance."""
    to_ups, to_both = draw(w, need), draw(w, need + direct)
    total = need + direct + battery.wanted
    genset, through = genset_mean(w, total), w.grid * total
    lost = transformer(p, w, u.grid_ok, through)
    wanted = np.minimum(w.on_s, 1.0) * (need + direct - w.limit_w)
    entered = through + genset + battery.discharge
    left = on * c.need + to_both - to_ups + battery.charge
    return FeedFlows(
        feed=through + lost, transformer_loss=lost, genset=genset, direct=to_both - to_ups,
        ups_in=to_ups + battery.charge, battery=battery.discharge, charge=battery.charge, charge_loss=battery.loss,
        ups_loss=on * c.ups, ups_out=on * c.out, pdu_loss=on * c.pdu, busway_loss=on * c.busway,
        output=on * (c.out - c.pdu - c.busway), bus_on=alive(w), ups_on=on,
        ups_over=1.0 * (on * c.out > p.ups_rating * (1 + 1e-9)),
        transformer_over=1.0 * (through > w.grid * p.transformer_rating * (1 + 1e-9)),
        genset_over=1.0 * (wanted > 0.0),
        pdu_over=1.0 * (on * (c.out - c.pdu) > p.pdu_rating), busway_over=1.0 * (on * (c.out - c.pdu - c.busway) > p.busway_rating),
        residual=entered - left,
    )
