"""Power feeds as built."""
from __future__ import annotations

import numpy as np

from config.model import Feed
from config.site import Site
from sensors.truth.parameters import FeedParameters
from sensors.truth.settings import Spread


def ups_curve(eff_25: float, eff_50: float, eff_100: float) -> np.ndarray:
    """Loss coefficients (idle, proportional, square) through three published efficiencies."""
    x = np.array([0.25, 0.5, 1.0])
    loss = x * (1 / np.array([eff_25, eff_50, eff_100]) - 1)
    return np.linalg.solve(np.stack([np.ones(3), x, x * x], axis=1), loss)


def _feed(site: Site, feed: Feed, rng: Spread) -> dict[str, float]:
    ups, tr, gen = site.sheets[feed.ups], site.sheets[feed.transformer], site.sheets[feed.genset]
    return {
        "rating": feed.ups_count * ups.rating_kw * 1e3, "battery": feed.ups_count * ups.battery_kwh * 3.6e6 * rng.uniform(0.85, 1.0),
        "transformer": feed.transformers * tr.rating_kva * 1e3, "iron": feed.transformers * tr.no_load_kw * 1e3 * rng.uniform(0.97, 1.05),
        "copper": feed.transformers * tr.load_kw * 1e3 * rng.uniform(0.97, 1.05), "genset": feed.gensets * gen.rating_kw * 1e3,
        "gensets": feed.gensets,
        "genset_start": gen.start_s, "genset_ramp": feed.gensets * gen.ramp_kw_s * 1e3,
    }


def draw_feeds(site: Site, rng: Spread) -> FeedParameters:
    rows = [_feed(site, feed, rng) for feed in site.model.feeds]
    sheets = [site.sheets[f.ups] for f in site.model.feeds]
    curves = np.array([ups_curve(s.efficiency_25, s.efficiency_50, s.efficiency_100) for s in sheets]) * rng.uniform(0.97, 1.08)
    american = -170 < site.model.place.longitude < -30
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return FeedParameters(loss=curves, voltage=480.0 if american else 400.0, frequency=60.0 if american else 50.0, **columns)
