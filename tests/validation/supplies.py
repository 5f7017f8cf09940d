"""Electrical stages of assembled supplies at the points of their datasheets and regulations."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from config.load import load_site
from config.shelf import PACKAGE, read_sheet
from tests.supplies import supply
from tests.validation.check import check
from tests.validation.datasheets import relative
from twin.physics.machines import transformer_losses
from twin.plant.power import at_rest, undisturbed
from twin.plant.rack_power import rack_input, rack_power
from twin.plant.supply import chain, step

LOADS = np.array([0.25, 0.5, 1.0])


@check("published", "sheet of the 1,500 kW UPS: 95.5, 96.5, 96.0 % at 25, 50, 100 % (assumed, class of double conversion)", 0.002, "1")
def ups_efficiency() -> float:
    """Efficiency of Valence's UPS at its three loads; greatest error"""
    p = supply("valence")
    c = [chain(p, x * p.ups_rating) for x in LOADS]
    ours = np.array([(s.out / s.need)[0] for s in c])
    return float(np.max(np.abs(ours - [0.955, 0.965, 0.960])))


@check("published", "Open Compute Project product 431, Open Rack V3 power shelf", 0.002, "1")
def power_shelf_peak() -> float:
    """Efficiency of 97.5 %, at half load by assumption"""
    p = rack_power(load_site("valence"))
    half = 0.5 * p.shelf_rating
    return float(abs((half / rack_input(p, half))[0] - 0.975))


@check("published", "10 CFR 431.196, dry-type, three-phase, 300 kVA", 0.0005, "1")
def pdu_efficiency() -> float:
    """Floor PDU: 99.02 % at 35 % load"""
    s = read_sheet(PACKAGE / "equipment" / "pdu-300.yaml").model
    load = 0.35 * s.rating_kw
    return float(abs(load / (load + transformer_losses(load, s.rating_kw, s.no_load_kw, s.load_kw)) - 0.9902))


def transformer_loss(share: float) -> float:
    """Loss [W] of one transformer of Valence's feed A at a share of its rating, in the stepped supply."""
    p = supply("valence")
    rating = p.transformer_rating
    bare = replace(p, ups_loss=0.0 * p.ups_loss, ups_rating=1e3 * p.ups_rating, base=0.0)
    group = np.zeros(p.ups_member.shape[1])
    group[np.flatnonzero(p.bus_member.all(0))[0]] = share * rating.sum()
    flows = step(bare, at_rest(bare), undisturbed(bare, group), 1.0)[1]
    return float(flows.transformer_loss[0]) / load_site("valence").model.feeds[0].transformers


EU = "Regulation (EU) 548/2014 with 2019/1783, dry type, tier 2, 3,150 kVA"


@check("published", EU, 0.02, "1")
def transformer_idle_loss() -> float:
    """No-load loss of 3.42 kW"""
    return relative(transformer_loss(0.0), 3.42e3)


@check("published", EU, 0.02, "1")
def transformer_full_loss() -> float:
    """No-load and load loss of 3.42 and 22.0 kW at rating"""
    return relative(transformer_loss(1.0), 25.42e3)
