"""Heat the loop brings home against what its CDUs took up."""
from __future__ import annotations

from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio
from twin.physics.water import VOLUMETRIC


def law(f: Facts, v: Columns) -> Array:
    """The fan coils' heat is the racks' air share, taken as designed: a tenth of the whole."""
    brought = VOLUMETRIC * v["loop.flow_lpm"] * (v["loop.return_c"] - v["loop.supply_c"])
    share = f.p.wiring.racks_to_loops(f.d.air) / f.p.wiring.racks_to_loops(f.d.air + f.d.other + f.p.leaves.plate_factor.shape[-1] * f.d.gpu_max)
    return log_ratio(brought * (1.0 - share[f.loop_of["loop"]]), v["cdu.heat_kw"] + v["cdu.power_kw"])


CHANNEL = Channel(
    "loop.heat", "loop", "heat of the loop against the CDUs' heat meters", ("loop.flow_lpm", "loop.return_c", "loop.supply_c", "cdu.heat_kw", "cdu.power_kw"),
    law, {"flow_meter": 1.0, "pair": lambda f, v: 1.0 / (v["loop.return_c"] - v["loop.supply_c"])}, lag_s=120.0, model=0.02, instrumental=True)
