"""Layout of the filter's blocks: which states stand where, and which sensor sees which.

Core of a loop: temperatures of its nodes, heats that no law explains, offsets of its sensors, errors of its heat meters. CDU: supply and return as the model moves
them, how far the model is off for good at each, and the offsets of both sensors. Rack: the same of the coolant leaving. What the model is
off and what a sensor is off look alike: only their priors part them, and what is left in doubt stays in the band.
"""
from __future__ import annotations

import numpy as np

from twin.estimate.instruments import instrument
from twin.plant import nodes

# Which core node a measured temperature stands at. Ports of devices are the node the water comes from or leaves in.
CORE_SENSORS: tuple[tuple[str, str, int], ...] = (
    ("loop", "supply_c", nodes.SUPPLY),
    ("loop", "return_c", nodes.PLANT_IN),
    ("loop", "air_c", nodes.AIR),
    ("tank", "top_c", nodes.TANK_IN),
    ("tank", "bottom_c", nodes.TANK_OUT),
    ("cooler", "in_c", nodes.HEATPUMP),
    ("cooler", "out_c", nodes.REJECTION),
    ("heatpump", "source_in_c", nodes.DISTRICT),
    ("heatpump", "source_out_c", nodes.HEATPUMP),
    ("district", "in_c", nodes.PLANT_IN),
    ("district", "out_c", nodes.DISTRICT),
    ("tower", "supply_c", nodes.TOWER_SUPPLY),
    ("tower", "return_c", nodes.TOWER_RETURN),
    ("cdu", "fws_supply_c", nodes.HALL_IN),  # every unit measures the same water: the mean of a loop's
)
HEATS = (nodes.HALL_OUT, nodes.DISTRICT, nodes.HEATPUMP, nodes.REJECTION, nodes.TANK_OUT, nodes.AIR, nodes.TOWER_SUPPLY)
HALL_HEAT, DISTRICT_HEAT, HEATPUMP_HEAT, REJECTION_HEAT = range(4)
FIRST_HEAT, FIRST_OFFSET = nodes.N, nodes.N + len(HEATS)
FIRST_METER = FIRST_OFFSET + len(CORE_SENSORS)
CORE_METERS = (("district", DISTRICT_HEAT), ("heatpump", HEATPUMP_HEAT))  # classes whose heat meters see what is unexplained, and their own error
CORE = FIRST_METER + len(CORE_METERS)


def _core_sees() -> np.ndarray:
    sees = np.zeros((len(CORE_SENSORS) + len(CORE_METERS), CORE))
    for i, (_, heat) in enumerate(CORE_METERS):
        sees[len(CORE_SENSORS) + i, FIRST_HEAT + heat] = sees[len(CORE_SENSORS) + i, FIRST_METER + i] = 1.0
    for i, (_, _, node) in enumerate(CORE_SENSORS):
        sees[i, node] = sees[i, FIRST_OFFSET + i] = 1.0
    return sees


def _states(sees: np.ndarray) -> np.ndarray:
    """The states [S, 3] that each sensor sees the sum of; -1: none."""
    out = np.full((len(sees), 3), -1)
    for i, row in enumerate(sees):
        found = np.flatnonzero(row)
        out[i, : len(found)] = found
    return out


CORE_SEES = _core_sees()
CORE_AT = _states(CORE_SEES)
CORE_OFFSET = np.array([instrument(cls, column).offset for cls, column, _ in CORE_SENSORS])
LEAST_OFFSET = 0.025  # K, of the mean of many sensors: what tolerance those of one make have in common (assumption)
MODEL_K = 0.13  # how far a temperature of the model may be off for good: heat known to 1 % of a rise of 12 K, conductance to 5 %
PAIR_SEES = np.hstack([np.eye(2)] * 3)
PAIR_AT = _states(PAIR_SEES)
CDU_OFFSET = instrument("cdu", "tcs_supply_c").offset
RACK_SEES = np.ones((1, 3))
RACK_AT = _states(RACK_SEES)
RACK_OFFSET = instrument("rack", "return_c").offset
