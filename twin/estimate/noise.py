"""How far the model is trusted, before it has shown anything: one standard deviation each. Instruments: twin.estimate.instruments.

Each block scales its own process noise by what its innovations show (`SCALE`), so these are where it begins.
"""
from __future__ import annotations

# Model: what the balance does not know, per square root of a second (loads between readings, mixing, flows).
CORE_K_RT_S = 0.012
TANK_K_RT_S = 0.03  # layers are fewer than the tank's
AIR_K_RT_S = 0.03
MAIN_K_RT_S = 0.003
MAIN_K = 0.006  # contents of a main are never known better beside what entered it
CDU_K_RT_S = 0.03
RACK_K_RT_S = 0.05
SILENT_K_RT_S, SILENT_S = 0.1, 30.0  # a unit not heard for so long: its valve and pumps move unseen
BALANCE_S = 180.0  # over which the heat of a unit is drawn to its energy balance

# Heats of the plant room that no law of ours explains (bypasses, part loads): they come and go within hours.
HEAT_W = 1e5  # unit of their states
HEAT_SHARE = 0.1  # of the loop's rated heat, standard deviation
HEAT_S = 21_600.0
RATED_RISE_K = 10.0  # of the facility water, makes a heat of the rated flow

# Instruments between calibrations: their errors wander this far in a square root of a second (0.1 K in a year).
OFFSET_RT_S = 2e-5
MODEL_RT_S = 3e-4  # what the model is off for good wanders 0.1 K in a day
METER_SHARE = 0.05  # fixed error of a heat meter of class 2 (EN 1434) at half of the loop's rated heat, of `HEAT_SHARE` of it; it changes with what is measured, within hours
METER_W = 4e3  # least scatter of a heat meter: one that shows nothing does not scatter
SAMPLE_K = 0.02  # scatter of a temperature, for the contents of the mains

# Cold plates: relative resistance, spread when new, and random walk (fouling, blockage) per square root of a second.
RESISTANCE = 0.07  # spread between plates of one kind, die to coolant
RESISTANCE_RT_S = 2e-5
RESISTANCE_BOUNDS = (0.5, 20.0)
GPU_READ_K = 0.35  # a sample of an on-die sensor read in whole degrees
GPU_OFFSET_K = 0.5  # fixed error of an on-die sensor
GPU_POWER = 0.02  # power of a metered GPU between its readings; each rack scales it by what its innovations show
GPU_POWER_SILENT = 0.04  # power of a GPU that reports nothing: silicon and scheduling within a rack

# Loads that jump between two messages of a rack: what of the jump is not yet known, after the die's own half a minute has smoothed it.
JUMP = 0.8
JUMP_GPU = 0.25  # the same of a GPU, beside its own
JUMP_MEMORY = 0.9  # of a rack's or unit's squared jumps, from message to message

GATE = 5.0  # innovations beyond this many standard deviations are not believed: 1 in 1.7 million by chance
INITIAL_K = 8.0  # how wrong the designed steady state may be at the start
SCALE = (0.03, 400.0)  # bounds of a block's own scale of process variance
SCALE_CORE = 0.003  # least of a core: no load jumps into it
SCALE_RATE = 0.03  # of an update: a block finds its scale within minutes
SCALE_DOUBTED = 3.0  # up to here innovations beyond the gate widen a block as well: a load may have jumped, a sensor that is wrong widens no further
