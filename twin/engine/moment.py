"""What a step shows: every column of every class with its doubt, and what became of every reading."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from config.classes import CLASSES
from twin.engine.compiled_moment import PLANT, Layout, Readings, consumed, judged, shown
from twin.engine.compiled_show import Doubts, Learned, Out, Seen
from twin.engine.latest import NEVER, Latest
from twin.engine.model import Model
from twin.estimate import noise
from twin.estimate.belief import Belief
from twin.estimate.compiled import Told
from twin.estimate.instruments import instrument
from twin.estimate.sheet import Sheet
from twin.estimate.slow import Slow
from twin.plant.compiled_supply import SupplyRunner
from twin.plant.live import Lived
from twin.plant.power import feed_flows
from twin.plant.supply import even

Array = np.ndarray
CLOSED = CLASSES["feed"].column("closed_on")
DOUBTS = Doubts(instrument("rack", "flow_lpm").noise_gain, instrument("cdu", "tcs_flow_lpm").gain, instrument("cdu", "tcs_flow_lpm").noise_gain,
                instrument("weather", "dry_bulb_c").offset, noise.GPU_POWER_SILENT**2, noise.HEAT_W)
NO_LOADS = np.zeros(0)


class Moment(NamedTuple):
    """[rows, columns] by class."""

    values: Sheet
    std: Sheet


def layout(m: Model) -> Layout:
    """Where a site's columns are shown."""
    at, one = np.full((len(m.design.fws_supply), len(PLANT)), -1), np.ones_like(m.feeds.battery)
    for i, cls in enumerate(PLANT):
        if m.rows[cls]:
            start, rows, width = m.shown.places[cls]
            at[m.loop_of[cls], i] = start + width * np.arange(rows)
    first = {cls: m.shown.places[cls][0] if m.rows[cls] else 0 for cls in ("rack", "cdu", "site", "feed", "ups")}
    return Layout(*first.values(), at, m.measured.places["cdu"][0], m.parameters.leaves.throttle, m.design.fws_supply, SupplyRunner(m.feeds).feeds,
                  even(m.feeds.ups_member, one), even(m.feeds.bus_member, one), float(m.feeds.base))


def observe(m: Model, at: Layout, latest: Latest, b: Belief, lived: Lived) -> Moment:
    """Values and one standard deviation of every class, SI; what is not modelled shows its newest reading, what is not known is NaN."""
    out = Out(np.empty(m.shown.size), np.empty(m.shown.size))
    seen = Seen(lived.plant, lived.inputs, b.blocks, b.of_gpus, b.gpu_power_var(), _learned(b.slow))
    loads, feeds = np.empty(at.behind.shape[1]), np.empty((len(at.feeds), 4))
    closed = np.nan_to_num(latest.values["feed"][:, CLOSED], nan=1.0)
    if not (closed > 0.5).all():
        consumed(seen, loads, at.base)
        f = feed_flows(m.feeds, closed, loads)
        feeds[:], loads = np.stack([f.feed, f.loss, f.ups_in, f.ups_out], axis=1), NO_LOADS
    shown(m.measured_at, latest.values.flat, seen, DOUBTS, at, loads, feeds, out)
    return Moment(m.shown.sheet(out.values), m.shown.sheet(out.std))


def _learned(s: Slow) -> Learned:
    return Learned(s.shares.var, s.shares.meter, *s.doubts, s.mean.flat, s.rate.flat)


def verdicts(m: Model, now_ms: int, latest: Latest, fresh: Array, told: Told, excluded: Array, before: Sheet, values: Sheet) -> tuple[Sheet, Sheet]:
    """Residuals and qualities (uint8) of every measured column; `excluded` are sensors found at fault, `before` the qualities a step ago."""
    residual, quality = np.empty(m.measured.size), np.empty(m.measured.size, np.uint8)
    of = Readings(latest.values.flat, latest.ts_ms.flat, fresh, told.innovation, told.refused, excluded, before.flat)
    judged(now_ms, NEVER, m.stale_ms, m.measured_at, values.flat, of, residual, quality)
    return m.measured.sheet(residual), m.measured.sheet(quality)
