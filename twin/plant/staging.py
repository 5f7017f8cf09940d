"""Staging of machines in service (tower cells, pumps, exchangers): hysteresis, delays, limits. Pure; counts are floats or float arrays.

One machine starts after the wish to stage up has held `up_delay_s` without a break, one stops after the wish to stage
down has held `down_delay_s`. Both clocks restart at every change, so a delay is a minimum run time as well.
"""
from __future__ import annotations

from typing import NamedTuple

from numba.extending import register_jitable


class Rule(NamedTuple):
    """How a group stages. Counts [-], delays [s]; any batch shape."""

    least: float
    most: float
    up_delay_s: float
    down_delay_s: float


class Stage(NamedTuple):
    """How many run and how long each wish has held [s]; any batch shape."""

    count: float
    up_s: float
    down_s: float


@register_jitable
def stage(rule, now, want_up, want_down, dt_s):
    """The group after dt_s [s] under the wishes want_up and want_down [bool]; a wish up wins over a wish down."""
    up_s = (now.up_s + dt_s) * want_up
    down_s = (now.down_s + dt_s) * want_down * (1.0 - want_up)
    up = 1.0 * ((up_s >= rule.up_delay_s) & (now.count < rule.most))
    down = (1.0 - up) * ((down_s >= rule.down_delay_s) & (now.count > rule.least))
    still = 1.0 - up - down
    return Stage(now.count + up - down, up_s * still, down_s * still)
