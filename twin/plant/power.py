"""The electrical chain: what every feed carries and loses.

Loads that must not blink (racks, CDU pumps, controls) stand behind the UPS of their feeds; fans, facility pumps and the heat
pump hang on the transformer. A load with two feeds draws evenly from those that are closed.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from config.model import Hall
from config.site import Site
from twin.physics.machines import transformer_losses, ups_coefficients, ups_losses

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Feeds:
    """Axes: F feeds, L loops, R racks. Membership is 1 where the load can draw from the feed."""

    rack: Array  # [F, R]
    cdu: Array  # [F, L]
    mechanical: Array  # [F, L] pumps, fans and heat pump of a hall
    ups_rating: Array  # [F] W
    ups_loss: Array  # [3, F] coefficients of rating
    transformer_rating: Array  # [F] W
    no_load: Array  # [F] W
    at_rating: Array  # [F] W
    base: float  # W lights, offices and controls of the site


@dataclass(frozen=True, slots=True)
class FeedFlows:
    ups_out: Array  # [..., F] W
    ups_in: Array  # [..., F] W
    feed: Array  # [..., F] W drawn from grid or genset
    loss: Array  # [..., F] W UPS and transformer


def feeds(site: Site) -> Feeds:
    """Electrical parameters of a site."""
    model = site.model
    ids = [f.id for f in model.feeds]
    ups = [site.sheets[f.ups] for f in model.feeds]
    tx = [site.sheets[f.transformer] for f in model.feeds]
    curves = np.array([ups_coefficients(u.efficiency_25, u.efficiency_50, u.efficiency_100) for u in ups]).T

    def member(named: tuple[str, ...]) -> Array:
        return np.array([1.0 if i in named else 0.0 for i in ids])

    def mechanical(h: Hall) -> Array:
        units = [u for u in (h.coolers, h.tower, h.heat_pump) if u]
        return np.maximum.reduce([member(h.pumps.feeds)] + [member(u.feeds) for u in units])

    return Feeds(
        rack=np.concatenate([np.repeat(member(h.racks.feeds)[:, None], h.racks.count, 1) for h in model.halls], axis=1),
        cdu=np.stack([member(h.cdus.feeds) for h in model.halls], axis=1),
        mechanical=np.stack([mechanical(h) for h in model.halls], axis=1),
        ups_rating=np.array([u.rating_kw * 1e3 * f.ups_count for u, f in zip(ups, model.feeds, strict=True)]),
        ups_loss=curves,
        transformer_rating=np.array([t.rating_kva * 1e3 * f.transformers for t, f in zip(tx, model.feeds, strict=True)]),
        no_load=np.array([t.no_load_kw * 1e3 * f.transformers for t, f in zip(tx, model.feeds, strict=True)]),
        at_rating=np.array([t.load_kw * 1e3 * f.transformers for t, f in zip(tx, model.feeds, strict=True)]),
        base=model.base_kw * 1e3,
    )


def share(member: Array, closed: Array, load: Array) -> Array:
    """Divide loads [..., X] over the feeds they may draw from [F, X] that are closed [..., F]: [..., F] W."""
    able = member * closed[..., :, None]
    total = able.sum(-2)
    part = np.divide(load, total, out=np.zeros(np.broadcast_shapes(load.shape, total.shape)), where=total > 0)
    return np.einsum("...fx,...x->...f", able, part)


def feed_flows(p: Feeds, closed: Array, rack: Array, cdu: Array, mechanical: Array) -> FeedFlows:
    """Power of every feed from loads [W]: racks [..., R], CDU pumps and hall mechanics [..., L]; closed [..., F] is 0 or 1."""
    base = p.base * closed / np.maximum(closed.sum(-1, keepdims=True), 1.0)
    out = share(p.rack, closed, rack) + share(p.cdu, closed, cdu) + base
    loss_ups = closed * ups_losses(out, p.ups_rating, *p.ups_loss)
    through = out + loss_ups + share(p.mechanical, closed, mechanical)
    loss_tx = closed * transformer_losses(through, p.transformer_rating, p.no_load, p.at_rating)
    return FeedFlows(out, out + loss_ups, through + loss_tx, loss_ups + loss_tx)
