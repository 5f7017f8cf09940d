"""Incompressible loops: pumps, valves and fittings as quadratic laws, so that a loop with one pump group solves in closed form.

A resistance r [Pa s2/m6] takes dp = r q^2; its conductance y = r ** -0.5 [m3/(s Pa^0.5)] adds in parallel and is zero for a
closed valve, which is why parallel parts are kept as conductances and nothing is ever divided by a flow.
"""
from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

from twin.physics.elementwise import clip, where

Array = np.ndarray
SHUTOFF = 1.25  # shut-off over rated head of a radial pump, 1.2 .. 1.3 (Karassik, Pump Handbook, 4th ed. 2008, sec. 2.3)
MIN_FLOW = 0.25  # share of the rated flow, at the same speed, below which a pump's minimum-flow line opens (assumption; makers ask for 0.2 .. 0.3 of radial pumps)
NO_FLOW_POWER = 0.35  # share of rated shaft power at shut-off, radial impellers 0.3 .. 0.4 (same section)
RANGEABILITY, SEAT = 50.0, 0.02  # equal-percentage valves (IEC 60534-2-4), and the position from which they close tight


def resistance(dp: Array, flow: Array) -> Array:
    """Resistance [Pa s2/m6] that takes `dp` [Pa] at `flow` [m3/s]."""
    return dp / np.square(flow)


def series(*parts: Array) -> Array:
    """Resistance of resistances in series."""
    return sum(parts)


def conductance(r: Array) -> Array:
    """Conductance [m3/(s Pa^0.5)] of a resistance."""
    return 1.0 / np.sqrt(r)


@register_jitable
def equal_percentage(position: Array) -> Array:
    """Relative conductance of an equal-percentage valve at position x, 0 .. 1: R ** (x - 1) (IEC 60534-2-4), down to nothing between SEAT and 0."""
    x = clip(position, 0.0, 1.0)
    return RANGEABILITY ** (x - 1.0) * np.minimum(x / SEAT, 1.0)


def opening(share: Array) -> Array:
    """Position, SEAT .. 1, at which an equal-percentage valve passes this share of what it passes open."""
    return clip(1.0 + np.log(np.maximum(share, 1e-9)) / np.log(RANGEABILITY), SEAT, 1.0)


@register_jitable
def valved(fixed: Array, open_valve: Array, position: Array) -> Array:
    """Conductance of a fixed resistance in series with a control valve of resistance `open_valve` when open."""
    opening = np.square(equal_percentage(position))
    return np.sqrt(opening / (fixed * opening + open_valve))


@register_jitable
def pumped_flow(speed: Array, running: Array, rated_head: Array, rated_flow: Array, system: Array, extra_head: Array = 0.0,
                min_flow: float = MIN_FLOW) -> Array:
    """Flow [m3/s] of `running` alike pumps at relative `speed` into a system of resistance `system`.

    Each pump: head = SHUTOFF n^2 H - (SHUTOFF - 1) H (q / Q)^2, rated H [Pa] at Q [m3/s]; check valves let nothing back.
    `extra_head` [Pa] is any other head along the loop, negative when it opposes. Infinite `system` gives zero flow. Where the system
    would take less than pumps must pass, the rest returns through their minimum-flow lines at the head they make then.
    """
    own = (SHUTOFF - 1.0) * rated_head / np.square(rated_flow * np.maximum(running, 1e-9))
    drive = where(running > 0, SHUTOFF * np.square(speed) * rated_head + extra_head, 0.0)
    flow = np.sqrt(np.maximum(drive, 0.0) / (own + system))
    least = min_flow * speed * running * rated_flow
    return where(flow < least, np.sqrt(np.maximum(drive - own * np.square(least), 0.0) / np.maximum(system, 1e-12)), flow)


@register_jitable
def through_pumps(speed: Array, flow: Array, running: Array, rated_flow: Array) -> Array:
    """Flow [m3/s] through the pumps themselves where the system takes `flow`: what minimum-flow lines return is in it."""
    return np.maximum(flow, MIN_FLOW * speed * running * rated_flow)


def pump_head(speed: Array, flow: Array, running: Array, rated_head: Array, rated_flow: Array) -> Array:
    """Head [Pa] of the group at a total `flow`."""
    each = flow / np.maximum(running, 1e-9)
    head = SHUTOFF * np.square(speed) * rated_head - (SHUTOFF - 1.0) * rated_head * np.square(each / rated_flow)
    return where(running > 0, head, 0.0)


@register_jitable
def pump_power(speed: Array, flow: Array, running: Array, rated_flow: Array, rated_power: Array) -> Array:
    """Electric power [W] of the group: linear in flow at fixed speed, cubic in speed along a system curve."""
    each = flow / np.maximum(running, 1e-9) / rated_flow
    return running * rated_power * (NO_FLOW_POWER * speed**3 + (1.0 - NO_FLOW_POWER) * np.square(speed) * each)
