"""GPUs: temperature, cold-plate resistance and sensor offset of every one, from what it reports; the rest from what others show.

The die follows its resistance in proportion to the heat it carries, so a load that moves tells the resistance from the sensor's offset.
A GPU that reports nothing has its rack's resistance, or that of all, and their spread. One heard for the first time gives its
temperature only: what its plate resists shows once the designed start is forgotten.
"""
from __future__ import annotations

import numpy as np

from twin.estimate import noise
from twin.estimate.belief import Belief
from twin.estimate.compiled_gpus import GpuLaw, Gpus, heard_gpus, pooled
from twin.estimate.kept import Kept
from twin.estimate.predict import Ahead

Array = np.ndarray
EVERY_S = 30.0  # between messages, for the walk of a resistance
MANY, LONGEST, FAR_K = 100, 50, 10.0  # GPUs that make a common resistance; messages it is averaged over; innovations count to here
ALONE = 4.0  # a rack's own mean counts against all others' as this many GPUs
LAW = GpuLaw(walk=noise.RESISTANCE_RT_S**2 * EVERY_S, read_var=noise.GPU_READ_K**2, gate=noise.GATE, low=noise.RESISTANCE_BOUNDS[0],
             high=noise.RESISTANCE_BOUNDS[1], many=MANY, longest=LONGEST, far_k=FAR_K, least_var=1e-7)


def update_gpus(before: Belief, ahead: Ahead, rows: Array, seen: Array) -> tuple[Kept, Array, int, Array]:
    """Take in the temperatures `seen` [r, K] of the racks `rows` [r], dies in the arrays of `ahead`.

    Returns what is known of the plates, scales [R] of powers' variance, messages that shaped the common resistance, and the squared
    normalised innovations [r, K].
    """
    plant, b, design = ahead.lived.plant, ahead.blocks, before.slow.plate_design
    complete = bool(before.of_gpus.heard.all())
    kept, arrays = before.gpus.next(rows if complete else np.arange(len(design)))
    own, scale = Gpus(*arrays), before.gpu_scale.copy()
    var = noise.GPU_POWER**2 * scale + noise.JUMP_GPU**2 * b.jumps_rack / b.drawn**2
    square, shaped = heard_gpus(rows, np.ascontiguousarray(seen), plant.die, plant.plate, b.inlet, var, design, own, scale, before.common, LAW)
    if not complete:
        pooled(own, design, ALONE, (0.5 * noise.RESISTANCE) ** 2)
    return kept, scale, before.common + shaped, square
