"""The present of a twin as the start of a future: what it believes, and machines standing where its sensors say."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from config.classes import CLASSES
from twin.engine.twin import Twin
from twin.physics.hydraulics import pump_head, valved
from twin.plant import nodes
from twin.plant.machines import Machinery
from twin.plant.power import at_rest
from twin.plant.stocks import filled
from twin.plant.types import Inputs, Parameters
from twin.whatif.ground import Ground
from twin.whatif.poise import cooling, poised
from twin.whatif.start import Doubt, Start
from twin.whatif.world import World, calm

Array = np.ndarray
FULL = 0.98  # of a fan's speed
CHARGED = 0.99  # read so full, a battery is full: meters of charge scatter, and one short by a thousandth would be charged with all that its UPS can


def present(g: Ground, twin: Twin) -> Start:
    """The start of futures from what a twin believes now. Nothing of the twin is changed, and nothing of it that changes later is kept.

    Load, weather and network go on as they are; controllers keep the set points of the design, pressures those that are held now.
    """
    belief, u = twin.belief, twin.inputs or twin.designed
    known = replace(belief.slow.p, leaves=replace(belief.slow.p.leaves, plate_factor=belief.of_gpus.factor.copy()))
    g = replace(g, m=found(g, twin, u))
    machines = cooling(known, poised(known, g.m, u, _running(g, twin)), u, belief.state, _rejected(g, twin))
    world = _world(g, twin, u, replace(calm(g, machines, g.d.average_load, g.d.mean_outdoor, g.d.mean_outdoor - 3.0), stand=machines))
    supply = at_rest(g.supply)
    supply = supply.shift(battery=_charge(twin) * g.supply.battery)
    return Start(belief.state, machines, supply, filled(known, g.volumes, belief.state), world, twin.snapshot.ts_ms if twin.snapshot else 0, known,
                 doubt(belief, known), g.m)


def found(g: Ground, twin: Twin, u: Inputs) -> Machinery:
    """Facility water's ways as they are now, at the pressure across the hall that is measured, else held; of the datasheets where that is not
    half to twice as much. Fan coils by what the main carries beside the CDUs, CDUs by flow and valve, and the mains by the speed of the pumps:
    a pump's curve is known better than its pipes."""
    dp, loops = g.m.loop_dp.astype(float).copy(), twin.model.loop_of["loop"]
    seen = _column(twin, "loop", "dp_kpa")
    dp[loops] = np.where(np.isfinite(seen) & (seen > 0.1 * dp[loops]), seen, dp[loops])
    root = np.sqrt(dp)
    lawful = valved(g.m.branch, g.m.valve, np.nan_to_num(_column(twin, "cdu", "valve_pct")))
    passes = _near(u.fws_flow / np.maximum(root[g.p.wiring.cdu_loop] * lawful, 1e-12), np.ones_like(lawful))
    return replace(g.m, air=_near(u.air_flow / root, g.m.air), branch=g.m.branch / passes**2, valve=g.m.valve / passes**2, main=_mains(g, twin, u, dp))


def _mains(g: Ground, twin: Twin, u: Inputs, dp: Array) -> Array:
    """Resistance [L] Pa s2/m6 of mains and plant room that leaves `dp` [Pa] across the hall at the pumps' measured speed."""
    speed, loops = np.full(len(g.halls), np.nan), twin.model.loop_of["pump"]
    speed[loops] = _column(twin, "pump", "speed_pct")
    flow = g.p.wiring.cdus_to_loops(u.fws_flow) + u.air_flow
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (pump_head(speed, flow, _running(g, twin), g.m.loop_head, g.m.loop_flow) - dp) / np.square(flow)
    return np.where((left > 0.2 * g.m.main) & (left < 5.0 * g.m.main), left, g.m.main)


def _near(x: Array, usual: Array) -> Array:
    return np.where((x > 0.5 * usual) & (x < 2.0 * usual), x, usual)


def _charge(twin: Twin) -> Array:
    """Share [ups] of its charge that each battery holds."""
    read = _column(twin, "ups", "charge_pct")
    return np.where(read < CHARGED, np.maximum(read, 0.0), 1.0)


def _column(twin: Twin, cls: str, name: str) -> Array:
    return twin.latest.values[cls][:, CLASSES[cls].column(name)]


def _running(g: Ground, twin: Twin) -> Array:
    """Facility pumps on [L], as their count says."""
    out = g.m.loop_needed.copy()
    said, loops = _column(twin, "pump", "running_count"), twin.model.loop_of["pump"]
    out[loops] = np.where(np.isfinite(said), np.clip(said, 1.0, g.m.loop_pumps[loops]), out[loops])
    return out


def _world(g: Ground, twin: Twin, u: Inputs, w: World) -> World:
    """The world of the design with what the sensors say of it."""
    racks = g.p.wiring.racks_to_cdus(u.rack_flow) / g.p.wiring.racks_to_cdus(g.m.rack)
    dp = np.where(racks > 0.0, np.square(racks), g.m.cdu_dp)
    closed = _column(twin, "feed", "closed_on")
    aimed = w.aim(gpu_power=u.gpu_power, other_power=u.other_power, air_power=u.air_power, dry_bulb=u.dry_bulb, wet_bulb=u.wet_bulb,
                  heatpump=np.clip(u.heatpump_load, 0.0, 1.0), sink_out=u.sink_out, dh_return=u.dh_return, dh_flow=u.dh_flow, cdu_dp=dp,
                  fans_able=_able(g, u), tower_flow=u.tower_flow)
    return replace(aimed, grid_ok=np.where(closed < 0.5, 0.0, 1.0))


def _rejected(g: Ground, twin: Twin) -> Array:
    """Heat [L] W that the coolers take now, NaN where a loop has none or nothing was seen yet."""
    out, loops = np.full(len(g.halls), np.nan), twin.model.loop_of["cooler"]
    if twin.snapshot is not None and len(loops):
        out[loops] = twin.snapshot.values["cooler"][:, CLASSES["cooler"].column("heat_kw")]
    return out


def _able(g: Ground, u: Inputs) -> Array:
    """Share of the cooler fans that can run [L]: fans that stand still are missing where the others are at full speed; else they are not needed."""
    lost = (u.cooler_fan > FULL) & (g.p.core.ehx_ua <= 0)
    return np.where(lost, np.clip(u.cooler_on, 0.0, 1.0), 1.0)


def doubt(belief: object, p: Parameters) -> Doubt:
    """What of a belief's doubt moves futures: loops and coolant as a whole, plates, exchangers."""
    core = np.sqrt(np.maximum(np.diagonal(belief.blocks.core_cov, axis1=-2, axis2=-1)[..., : nodes.N], 0.0))
    cdu = np.sqrt(np.maximum(belief.blocks.cdu_cov[..., 0, 0], 0.0))
    gpu = np.sqrt(np.maximum(belief.of_gpus.v_r, 0.0)).mean(-1)
    block = belief.slow.blocks["cdu"]
    at = block.names.index("ua") if "ua" in block.names else None
    ua = np.full(len(cdu), 0.05) if at is None else np.sqrt(np.maximum(block.cov[:, at, at], 0.0))
    return Doubt(core[..., nodes.SUPPLY], cdu, gpu / np.sqrt(belief.of_gpus.v_r.shape[-1]), np.minimum(gpu, 0.3), np.minimum(ua, 0.3))
