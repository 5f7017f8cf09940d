"""The supply of a site: its parameters from the datasheets, its state as found in the morning, its loads by group, and its static flows.

Loads that must not blink (racks, CDU pumps, controls) stand behind the UPS of their feeds; fans, chillers and heat pumps hang on the
bus of the transfer switch, facility pumps on either as the site says.
"""
from __future__ import annotations

import numpy as np

from config.equipment import Transformer
from config.model import Feed, Hall
from config.site import Site
from twin.physics.machines import transformer_losses, ups_coefficients
from twin.plant.supply import chain, even, over_feeds, step
from twin.plant.supply_types import KINDS, Supply, SupplyFlows, SupplyInputs, SupplyState

Array = np.ndarray
UNLIMITED = 1e15  # W, rating of a stage that a feed does not have


def hangs(hall: Hall, kind: str) -> tuple[tuple[str, ...], bool]:
    """Feeds of a kind of consumer and whether it stands behind the UPS. Fan coils hang beside the pumps."""
    units = {"pump": hall.pumps, "air_fan": hall.pumps, "cooler": hall.coolers, "chiller": hall.chiller, "tower": hall.tower,
             "heat_pump": hall.heat_pump, "rack": hall.racks, "cdu": hall.cdus}
    unit = units[kind]
    return (unit.feeds if unit else ()), kind in ("rack", "cdu") or (kind == "pump" and hall.pumps.ups)


def members(site: Site) -> tuple[Array, Array]:
    """[F, X] behind the UPS and on the bus."""
    places = [hangs(h, kind) for kind in KINDS for h in site.model.halls]
    ids = [f.id for f in site.model.feeds]
    named = np.array([[i in feeds for feeds, _ in places] + [True] for i in ids], dtype=float)
    protected = np.array([behind for _, behind in places] + [True], dtype=float)
    return named * protected, named * (1.0 - protected)


def stage(site: Site, feed: Feed, part: str, count: int) -> tuple[float, float, float]:
    """Rating, no-load loss and loss at rating [W] of a transformer, PDU or busway; nothing where the feed has none."""
    if getattr(feed, part) is None:
        return UNLIMITED, 0.0, 0.0
    sheet = site.sheets[getattr(feed, part)]
    rating = sheet.rating_kva if isinstance(sheet, Transformer) else sheet.rating_kw
    return rating * 1e3 * count, getattr(sheet, "no_load_kw", 0.0) * 1e3 * count, sheet.load_kw * 1e3 * count


def feeds(site: Site) -> Supply:
    """Electrical parameters of a site."""
    m = site.model
    ups = [(site.sheets[f.ups], f.ups_count) for f in m.feeds]
    sets = [(site.sheets[f.genset], f.gensets) for f in m.feeds]
    tx = np.array([stage(site, f, "transformer", f.transformers) for f in m.feeds]).T
    pdu = np.array([stage(site, f, "pdu", f.pdus) for f in m.feeds]).T
    busway = np.array([stage(site, f, "busway", f.busways) for f in m.feeds]).T
    behind, beside = members(site)
    racks = [h.racks.count for h in m.halls]
    rating = np.array([u.rating_kw * 1e3 * n for u, n in ups])
    return Supply(
        ups_member=behind, bus_member=beside, rack_loop=np.repeat(np.arange(len(racks)), racks),
        loop_racks=np.concatenate([[0], np.cumsum(racks)[:-1]]).astype(int),
        transformer_rating=tx[0], no_load=tx[1], at_rating=tx[2],
        genset_rating=np.array([g.rating_kw * 1e3 * n for g, n in sets]), genset_start=np.array([g.start_s for g, _ in sets]),
        genset_ramp=np.array([g.ramp_kw_s * 1e3 * n for g, n in sets]),
        transfer=np.array([f.transfer_s for f in m.feeds]), retransfer=np.array([f.retransfer_s for f in m.feeds]),
        ups_rating=rating, ups_loss=np.array([ups_coefficients(u.efficiency_25, u.efficiency_50, u.efficiency_100) for u, _ in ups]).T,
        battery=np.array([u.battery_kwh * 3.6e6 * n for u, n in ups]),
        battery_power=np.array([(u.battery_kw or u.rating_kw / u.efficiency_100) * 1e3 * n for u, n in ups]),
        charge_power=np.array([u.charge_share for u, _ in ups]) * rating,
        charge_efficiency=np.array([u.battery_efficiency for u, _ in ups]),
        pdu_rating=pdu[0], pdu_no_load=pdu[1], pdu_at_rating=pdu[2], busway_rating=busway[0], busway_at_rating=busway[2],
        base=m.base_kw * 1e3,
    )


def at_rest(p: Supply) -> SupplyState:
    """Grid in, batteries full, gensets stopped."""
    zero = np.zeros_like(p.battery)
    return SupplyState(p.battery.copy(), zero, zero, p.retransfer.copy(), zero, zero)


def undisturbed(p: Supply, loads: Array) -> SupplyInputs:
    """Everything works."""
    one = np.ones_like(p.battery)
    return SupplyInputs(one, one, p.transfer.copy(), one, loads)


def loads(p: Supply, rack: Array, **by_hall: Array) -> Array:
    """Loads by group [..., X] W: racks [..., R] and any of KINDS [..., L]; what is left out is nothing; the base load is added."""
    racks = np.add.reduceat(np.asarray(rack, dtype=float), p.loop_racks, axis=-1)
    wrong = set(by_hall) - set(KINDS)
    if wrong:
        raise TypeError(f"no such kind of consumer: {', '.join(sorted(wrong))}")
    parts = np.broadcast_arrays(*[racks if k == "rack" else by_hall.get(k, np.zeros_like(racks)) for k in KINDS])
    return np.concatenate([*parts, np.full((*parts[0].shape[:-1], 1), p.base)], axis=-1)


def powered(p: Supply, flows: SupplyFlows, kind: str) -> Array:
    """Share of a kind of consumer that had power, by hall [..., L]; `base` gives [...]."""
    if kind == "base":
        return flows.powered[..., -1]
    first = KINDS.index(kind) * len(p.loop_racks)
    return flows.powered[..., first : first + len(p.loop_racks)]


def powered_racks(p: Supply, flows: SupplyFlows) -> Array:
    """Share of each rack that had power [..., R]: racks of a hall hang on the same feeds."""
    return powered(p, flows, "rack")[..., p.rack_loop]


def feed_flows(p: Supply, closed: Array, asked: Array) -> SupplyFlows:
    """Static powers of every feed: closed [..., F] is 0 or 1, loads [..., X] W; no battery, no gensets, nothing to charge."""
    if np.ndim(closed) == 1 and (closed > 0.5).all():
        return _grid_flows(p, asked)
    zero = np.zeros_like(p.battery)
    return step(p, at_rest(p), SupplyInputs(closed, zero, p.transfer, zero, asked), 1.0)[1]


def _grid_flows(p: Supply, asked: Array) -> SupplyFlows:
    """The same with every grid there: nothing is dropped, nothing moves over, and no time passes."""
    one, zero = np.ones_like(p.battery), np.zeros_like(p.battery)
    c = chain(p, over_feeds(even(p.ups_member, one), asked))
    direct = over_feeds(even(p.bus_member, one), asked)
    total = c.need + direct
    lost = p.no_load + transformer_losses(total, p.transformer_rating, 0.0, p.at_rating)
    inner = c.out - c.pdu - c.busway
    return SupplyFlows(
        powered=1.0 * ((p.ups_member + p.bus_member).sum(0) > 0), feed=total + lost, transformer_loss=lost, genset=zero, direct=direct, ups_in=c.need, battery=zero, charge=zero,
        charge_loss=zero, ups_loss=c.ups, ups_out=c.out, pdu_loss=c.pdu, busway_loss=c.busway, output=inner, bus_on=one, ups_on=one,
        ups_over=1.0 * (c.out > p.ups_rating * (1 + 1e-9)), transformer_over=1.0 * (total > p.transformer_rating * (1 + 1e-9)), genset_over=zero,
        pdu_over=1.0 * (c.out - c.pdu > p.pdu_rating), busway_over=1.0 * (inner > p.busway_rating), residual=zero,
    )
