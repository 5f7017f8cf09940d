"""Inside the rack: from its input over power shelf and board regulators to the dies, and where each loss ends as heat.

A rack's measured power is that at its input. A GPU's own power reading is that of its module: the last regulators are in it, and under
the cold plate with the die. So the plant's heat needs no correction: the shelf's loss is a part of the rack's heat beside the GPUs, the
regulators' a part of the GPUs'. This file says how large the parts are, and what a rack would draw for a given load behind its shelves.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from config.model import Hall
from config.site import Site
from twin.physics.machines import conversion_output, ups_coefficients, ups_losses

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class RackPower:
    """[R] each; racks without a shelf on their sheet lose nothing."""

    shelf_rating: Array  # [R] W, all shelves of the rack
    shelf_loss: Array  # [3, R] coefficients of rating
    shelf_liquid: Array  # [R] share of the shelf's loss that ends in coolant
    regulator: Array  # [R] efficiency from the GPU module's input to its die


class RackChain(NamedTuple):
    """[..., R] W."""

    shelf_out: Array
    shelf_loss: Array
    shelf_liquid: Array  # of the loss, to coolant
    shelf_air: Array  # of the loss, to hall air
    regulator_loss: Array  # to the cold plates
    die: Array
    shelf_over: Array  # 1 where the live shelves carry more than their rating


def rack_power(site: Site) -> RackPower:
    """Shelves and regulators of a site's racks."""
    rows = [_row(site, h) for h in site.model.halls]
    counts = [h.racks.count for h in site.model.halls]
    columns = [np.repeat(np.array(c), counts, axis=0) for c in zip(*rows, strict=True)]
    return RackPower(columns[0], columns[1].T, columns[2], columns[3])


def _row(site: Site, hall: Hall) -> tuple[float, tuple[float, float, float], float, float]:
    regulator = site.sheets[hall.racks.equipment].regulator_efficiency
    if hall.racks.shelf is None:
        return 1.0, (0.0, 0.0, 0.0), 0.0, regulator
    s = site.sheets[hall.racks.shelf]
    return (s.rating_kw * 1e3 * hall.racks.shelves, ups_coefficients(s.efficiency_25, s.efficiency_50, s.efficiency_100),
            s.liquid_share, regulator)


def rack_input(p: RackPower, behind: Array, live: Array | float = 1.0) -> Array:
    """Power [..., R] W a rack draws for a load `behind` its shelves, `live` of which share it evenly."""
    return behind + ups_losses(behind, p.shelf_rating * live, *p.shelf_loss)


def rack_chain(p: RackPower, power: Array, gpu: Array, live: Array | float = 1.0) -> RackChain:
    """Stages of racks that draw `power` [..., R] W with GPU modules that draw `gpu` [..., R] W, on a share `live` of their shelves."""
    rating = p.shelf_rating * live
    out = conversion_output(power, rating, *p.shelf_loss)
    loss = power - out
    over = 1.0 * ((out > rating) & (p.shelf_loss.sum(0) > 0.0))
    liquid = p.shelf_liquid * loss
    return RackChain(out, loss, liquid, loss - liquid, (1.0 - p.regulator) * gpu, p.regulator * gpu, over)
