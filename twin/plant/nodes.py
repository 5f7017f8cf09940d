"""The core nodes of a loop, in the order the water passes them; every array of core temperatures has this order."""
from __future__ import annotations

SUPPLY = ("supply_1", "supply_2", "supply_3")  # main, plant to hall
RETURN = ("return_1", "return_2", "return_3")  # main, hall to plant
TANK = ("tank_1", "tank_2", "tank_3", "tank_4")  # inlet to outlet
CHAIN = SUPPLY + RETURN + ("district", "heatpump", "rejection") + TANK
NODES = CHAIN + ("air", "tower_supply", "tower_return")
INDEX = {name: i for i, name in enumerate(NODES)}
N = len(NODES)

FIRST, HALL_IN = INDEX["supply_1"], INDEX["supply_3"]
HALL_OUT, PLANT_IN = INDEX["return_1"], INDEX["return_3"]
DISTRICT, HEATPUMP, REJECTION = INDEX["district"], INDEX["heatpump"], INDEX["rejection"]
TANK_IN, TANK_OUT = INDEX["tank_1"], INDEX["tank_4"]
AIR, TOWER_SUPPLY, TOWER_RETURN = INDEX["air"], INDEX["tower_supply"], INDEX["tower_return"]
