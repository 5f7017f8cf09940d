"""The electrical supply compiled: `twin.plant.supply.step` over rows of loads, from the very functions that numpy runs on all feeds.

Laws of one feed are theirs; what is written anew here are the sums over feeds and groups. Equal to numpy to rounding (tested).
"""
from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from twin.kernels import inner, kernel
from twin.plant import compiled_types as ct
from twin.plant.supply import (
    FeedFlows,
    account,
    bus_share,
    chain,
    deliverable,
    run_battery,
    short,
    ups_on,
    ups_room,
    ups_share,
)
from twin.plant.supply_types import Supply, SupplyFlows, SupplyInputs, SupplyState
from twin.plant.transfer import alive, moved, timing, window

Array = np.ndarray

_SINGLE = [f for f in Supply.__dataclass_fields__ if f not in ("ups_member", "bus_member", "rack_loop", "loop_racks", "ups_loss", "base")]
FEED = np.dtype([*((f, np.float64) for f in _SINGLE), ("ups_loss", np.float64, 3)])
STATE = ct.record(SupplyState.__dataclass_fields__)
WORLD = ct.record(f for f in SupplyInputs.__dataclass_fields__ if f != "loads")
FLOWS = ct.record(FeedFlows._fields)
ROOM = ct.record(("live", "own", "held", "extra", "room", "asked", "need"))  # of one side of the UPS, by feed


class SupplyCourse(NamedTuple):
    """A supply through rows of loads."""

    after: SupplyState
    flows: SupplyFlows  # [n, ...] means of each row
    battery: Array  # [n, F] J at the rows' ends


class SupplyRunner:
    """A supply without batch axes."""

    def __init__(self, p: Supply):
        self.feeds = ct.table(FEED, len(p.battery))
        for name in _SINGLE:
            self.feeds[name] = getattr(p, name)
        self.feeds["ups_loss"] = p.ups_loss.T
        self.ups, self.bus = (np.array(m, dtype=float) for m in (p.ups_member, p.bus_member))

    def run(self, s: SupplyState, u: SupplyInputs, dt: float) -> SupplyCourse:
        """Rows of `dt` seconds each, one for every row of `u.loads` [n, X], from state `s`."""
        loads = np.ascontiguousarray(u.loads, dtype=float)
        if loads.ndim != 2 or loads.shape[1] != self.ups.shape[1]:
            raise ValueError(f"loads of shape {loads.shape}: expected [n, {self.ups.shape[1]}]")
        n, feeds = len(loads), len(self.feeds)
        state, world = ct.table(STATE, feeds, s), ct.table(WORLD, feeds, u)
        flows, powered, battery = np.zeros((n, feeds), FLOWS), np.empty_like(loads), np.empty((n, feeds))
        _course(dt, self.feeds, self.ups, self.bus, state, world, loads, flows, powered, battery)
        after = SupplyState(*(state[f].copy() for f in STATE.names))
        return SupplyCourse(after, SupplyFlows(powered=powered, **{f: flows[f] for f in FLOWS.names}), battery)

    def step(self, _: Supply, s: SupplyState, u: SupplyInputs, dt: float) -> tuple[SupplyState, SupplyFlows]:
        """`twin.plant.supply.step`: one row, without its axis."""
        after, flows, _ = self.run(s, replace(u, loads=u.loads[None]), dt)
        return after, SupplyFlows(**{f: getattr(flows, f)[0] for f in SupplyFlows.__dataclass_fields__})


@kernel()
def _course(dt, p, ups, bus, s, u, loads, flows, powered, battery):
    """Every row in turn; `s` moves."""
    first, second, dropped = np.zeros(ups.shape), np.zeros(ups.shape), np.zeros(ups.shape[1])
    x = np.zeros(len(p), ROOM)
    for i in range(len(loads)):
        powered[i] = 0.0
        _serve_ups(dt, p, ups, s, u, loads[i], x, first, second, dropped, powered[i])
        for f in range(len(p)):  # `asked` is now what UPS carry
            w, c = _at(dt, p[f], s[f], u[f]), chain(p[f], x[f].asked)
            flows[i, f].ups_on = ups_on(w, deliverable(p[f], s[f], u[f].battery_health, dt), c)
            x[f].need = c.need if flows[i, f].ups_on > 0.0 else 0.0
        _serve_bus(dt, p, bus, s, u, loads[i], x, first, second, dropped, powered[i])
        for f in range(len(p)):
            _finish(dt, p[f], s[f], u[f], x[f], flows[i, f])
            battery[i, f] = s[f].battery


@inner()
def _at(dt, p, s, u):
    """Who holds the bus of a feed."""
    return window(p, s, u, timing(p, s, u), dt)


@inner()
def _serve_ups(dt, p, member, s, u, loads, x, first, second, dropped, powered):
    """`supply.serve_ups`: x.asked is what each UPS carries."""
    for f in range(len(p)):
        most = deliverable(p[f], s[f], u[f].battery_health, dt)
        x[f].live = 1.0 if alive(_at(dt, p[f], s[f], u[f])) > 0.0 or most > 0.0 else 0.0
    _even(member, x.live, first)
    _over(first, loads, x.own)
    for f in range(len(p)):
        most, w = deliverable(p[f], s[f], u[f].battery_health, dt), _at(dt, p[f], s[f], u[f])
        x[f].held = x[f].live * ups_share(w, most, chain(p[f], x[f].own).need)
    _drop(member, loads, x, first, second, dropped)
    for f in range(len(p)):
        most, w = deliverable(p[f], s[f], u[f].battery_health, dt), _at(dt, p[f], s[f], u[f])
        x[f].room = ups_room(p[f], w, most, x[f].own, x[f].extra)
        x[f].asked = x[f].own + x[f].room * x[f].extra
    _power(x, first, second, dropped, powered)


@inner()
def _serve_bus(dt, p, member, s, u, loads, x, first, second, dropped, powered):
    """`supply.serve_bus`: x.extra becomes what is asked of each bus beside its UPS."""
    carried = x.asked.copy()
    for f in range(len(p)):
        x[f].live = 1.0 if alive(_at(dt, p[f], s[f], u[f])) > 0.0 else 0.0
    _even(member, x.live, first)
    _over(first, loads, x.own)
    for f in range(len(p)):
        x[f].held = x[f].live * bus_share(_at(dt, p[f], s[f], u[f]), x[f].need, x[f].own)
    _drop(member, loads, x, first, second, dropped)
    for f in range(len(p)):
        x[f].room = bus_share(_at(dt, p[f], s[f], u[f]), x[f].need + x[f].own, x[f].extra)
    _power(x, first, second, dropped, powered)
    for f in range(len(p)):
        x[f].asked, x[f].own = carried[f], x[f].own + x[f].extra


@inner()
def _even(member, able, part):
    """`supply.even`."""
    for g in range(member.shape[1]):
        total = 0.0
        for f in range(member.shape[0]):
            total += member[f, g] * able[f]
        for f in range(member.shape[0]):
            part[f, g] = member[f, g] * able[f] / max(total, 1.0)


@inner()
def _over(share, loads, out):
    """`supply.over_feeds`."""
    for f in range(share.shape[0]):
        out[f] = np.dot(share[f], loads)


@inner()
def _drop(member, loads, x, first, second, dropped):
    """What feeds drop, and the shares in which those that hold are asked to take it."""
    for g in range(member.shape[1]):
        dropped[g] = 0.0
        for f in range(member.shape[0]):
            dropped[g] += first[f, g] * (1.0 - x[f].held)
    whole = np.empty(len(x))
    for f in range(len(x)):
        whole[f] = 1.0 if x[f].held >= 1.0 else 0.0
    _even(member, whole, second)
    _over(second, dropped * loads, x.extra)


@inner()
def _power(x, first, second, dropped, powered):
    """Shares of the groups that are served, added to `powered`."""
    for g in range(len(powered)):
        for f in range(len(x)):
            powered[g] += first[f, g] * x[f].held + dropped[g] * second[f, g] * x[f].room


@inner()
def _finish(dt, p, s, u, x, out):
    """Battery, switch and account of a feed: x.asked behind its UPS, x.own on its bus."""
    t = timing(p, s, u)
    w, c = window(p, s, u, t, dt), chain(p, x.asked)
    most = deliverable(p, s, u.battery_health, dt)
    cell = run_battery(p, s, w, np.minimum(short(w, x.need), most), x.need + x.own)
    _write(account(p, u, w, c, out.ups_on, x.need, x.own, cell), out)
    to = moved(p, s, u, t, w)
    s.battery, s.position, s.moved_s = cell.after, to.position, to.moved_s
    s.stable_s, s.run_s, s.genset_ramp_w = to.stable_s, to.run_s, to.genset_ramp_w


@inner()
def _write(a, out):
    out.feed, out.transformer_loss, out.genset, out.direct, out.ups_in = a.feed, a.transformer_loss, a.genset, a.direct, a.ups_in
    out.battery, out.charge, out.charge_loss, out.ups_loss, out.ups_out = a.battery, a.charge, a.charge_loss, a.ups_loss, a.ups_out
    out.pdu_loss, out.busway_loss, out.output, out.bus_on, out.ups_on = a.pdu_loss, a.busway_loss, a.output, a.bus_on, a.ups_on
    out.ups_over, out.transformer_over, out.genset_over = a.ups_over, a.transformer_over, a.genset_over
    out.pdu_over, out.busway_over, out.residual = a.pdu_over, a.busway_over, a.residual
