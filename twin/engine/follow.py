"""Inputs of the next step from what the sensors last said; the designed plant fills what no sensor reports."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from config.classes import CLASSES
from twin.engine.compiled_follow import Follow, Found, Said, followed, loaded
from twin.engine.latest import Latest
from twin.engine.model import Model
from twin.estimate import noise
from twin.estimate.compiled import Blocks
from twin.estimate.slow import Slow
from twin.plant.compiled_types import Plant
from twin.plant.design import SINK_LIFT
from twin.plant.live import INPUTS, LOOP_INPUTS
from twin.plant.types import Inputs

Array = np.ndarray
SEEN: dict[str, tuple[str, str]] = {  # input of a loop -> class and column that tell it
    "loop_pump": ("pump", "power_kw"), "heatpump_load": ("heatpump", "load_pct"), "dh_return": ("district", "dh_return_c"),
    "dh_flow": ("district", "dh_flow_lpm"), "cooler_fan": ("cooler", "fan_pct"), "cooler_on": ("cooler", "running_count"), "tower_fan": ("tower", "fan_pct"),
    "tower_cells": ("tower", "running_count"), "tower_flow": ("tower", "flow_lpm"), "dry_bulb": ("weather", "dry_bulb_c"), "wet_bulb": ("weather", "wet_bulb_c")}
SHARES = ("cooler_on", "tower_cells")  # of the units installed
AIR_FLOW, DRY_BULB, SINK_OUT = (LOOP_INPUTS.index(n) for n in ("air_flow", "dry_bulb", "sink_out"))


class Followed(NamedTuple):
    """Inputs of a step, in the plant's records and as they are known elsewhere."""

    room: Plant
    table: Array  # [L] INPUTS
    inputs: Inputs


def following(m: Model, designed: Inputs) -> Follow:
    """What never changes of it."""
    loops, w, d = len(m.design.fws_supply), m.parameters.wiring, m.design
    loop_at, units = np.full((loops, len(LOOP_INPUTS)), -1), np.zeros((loops, len(LOOP_INPUTS)))
    for name, (cls, column) in SEEN.items():
        if m.rows[cls]:
            i, of = LOOP_INPUTS.index(name), slice(None) if cls == "weather" else m.loop_of[cls]
            loop_at[of, i] = _places(m, cls, column)[:1] if cls == "weather" else _places(m, cls, column)
            if name in SHARES:
                units[of, i] = np.maximum(m.units[cls], 1.0)
    main_at = np.full(loops, -1)
    main_at[m.loop_of["loop"]] = _places(m, "loop", "flow_lpm")
    return Follow(
        loop_at, units, np.stack([np.broadcast_to(getattr(designed, n), loops) for n in LOOP_INPUTS], axis=1).astype(float), main_at, d.dh_supply_cold, d.dh_supply_warm,
        m.measured.places["rack"][0], m.measured.places["cdu"][0], designed.rack_flow, designed.gpu_power.sum(-1) + designed.other_power + designed.air_power,
        designed.fws_flow, designed.cdu_pump, w.cdus_to_loops(designed.fws_flow) + designed.air_flow, d.gpu_idle, d.gpu_max, d.other + d.air,
        float(m.liquid_share), float(m.gpu_share + (1.0 - m.gpu_share) * m.liquid_share))


def _places(m: Model, cls: str, column: str) -> Array:
    start, rows, width = m.measured.places[cls]
    return start + width * np.arange(rows) + CLASSES[cls].column(column)


def inputs(f: Follow, latest: Latest, slow: Slow, room: Plant, b: Blocks, before: Inputs | None, loads: bool) -> Followed:
    """Inputs followed into the records of `room` and the loads into `b`, both opened for this step.

    Unless `loads`, no rack and no GPU said anything new, and their powers are those of `before`.
    """
    said = Said(latest.values.flat, latest.gpu, latest.gpu_whole, latest.rack_at_gpu)
    s, racks, cdus = slow.shares, room.racks, room.cdus
    found, table = Found(s.open, s.meter, slow.even_share, float(s.idle_share), SINK_LIFT), np.empty(f.designed.shape)
    followed(room, table, f, said, found, AIR_FLOW, DRY_BULB, SINK_OUT)
    if loads or before is None:
        power = np.empty_like(room.factor)
        loaded(room, power, f, said, found, b, noise.JUMP_MEMORY if before is not None and "rack" in latest.spoke else -1.0)
    else:
        power = before.gpu_power
        racks["other"], racks["air"] = before.other_power, before.air_power
    u = Inputs(power, racks["other"].copy(), racks["air"].copy(), racks["flow"].copy(), cdus["fws_flow"].copy(), cdus["pump"].copy(), **_columns(table))
    return Followed(room._replace(power=power), table.view(INPUTS)[:, 0], u)


def _columns(table: Array) -> dict[str, Array]:
    return {name: table[:, i] for i, name in enumerate(LOOP_INPUTS)}
