"""Cooling loop: temperatures, flows and machines from the racks' water to the outdoors."""
from __future__ import annotations

from twin.grafana import limits
from twin.grafana.board import COMMON, Board, Placed, Row
from twin.grafana.influxql import SENSOR, Column, Select, agg, rows_of
from twin.grafana.panels import by_name, coloured, lines, right_axis, stat, table
from twin.grafana.targets import Target, means, target, trend
from twin.grafana.units import unit


def _now(column: str, name: str) -> Target:
    return means("loop", {column: name}, by="hall", fill="none")


def _figure(column: str, title: str, description: str, steps: limits.Steps = limits.NEUTRAL) -> Placed:
    return stat(title, description, unit(column), _now(column, ""), steps=steps), 4, 4


SPREAD = stat("Spread", "Return minus supply of the facility loop.", "kelvin",
              trend("loop", Column('mean("return_c") - mean("supply_c")', "ΔT"), by="hall", fill="none"), steps=limits.NEUTRAL)
FIGURES = (
    _figure("supply_c", "Facility supply", "Water to the CDUs. Colours: ASHRAE liquid classes W17, W40, W45.", limits.LIQUID_SUPPLY),
    _figure("return_c", "Facility return", "Water back from the CDUs."),
    (SPREAD, 4, 4),
    _figure("flow_lpm", "Flow", "Facility loop flow."),
    _figure("dp_kpa", "Differential pressure", "Across the hall, what the pumps hold."),
    _figure("heat_kw", "Heat carried", "Heat the loop takes from the hall, estimated by the twin."),
)

TEMPERATURES = lines("Loop temperatures", "Estimated by the twin; the hall's air for comparison.", unit("supply_c"),
                     means("loop", {"supply_c": "Supply", "return_c": "Return", "air_c": "Hall air"}, by="hall"),
                     legend="table", calcs=("lastNotNull", "min", "max"))
EACH_CDU = Select("cdu", (agg("mean", "fws_flow_lpm", "x"),), SENSOR, ("hall", "id"))
FLOWS = lines("Flows", "Facility loop, and the sum of the CDUs on their facility side: the two agree when nothing bypasses.",
              unit("flow_lpm"), means("loop", {"flow_lpm": "loop"}, by="hall"),
              target(f'SELECT sum("x") AS "CDUs" FROM ({EACH_CDU}) WHERE $timeFilter GROUP BY time($__interval), "hall" fill(null)',
                     "$tag_hall $col"),
              low=0)
PRESSURE = lines("Pressures", "Differential pressure across the hall (left) and static pressure (right), measured.", unit("dp_kpa"),
                 means("loop", {"dp_kpa": "Differential", "pressure_kpa": "Static"}, src=SENSOR, by="hall"),
                 overrides=(right_axis("Static$", unit("pressure_kpa")),))
TANK = lines("Buffer tank", "Temperatures (left) and charge (right).", unit("top_c"),
             means("tank", {"top_c": "Top", "bottom_c": "Bottom", "charge_pct": "Charge"}, by="id"),
             overrides=(right_axis("Charge", unit("charge_pct"), min=0, max=100, custom__fillOpacity=20),))
PUMPS = lines("Facility pumps", "Speed (left), power (right) and how many run.", unit("speed_pct"),
              means("pump", {"speed_pct": "Speed", "power_kw": "Power", "running_count": "Running"}, src=SENSOR, by="id"), low=0,
              overrides=(right_axis("Power$", unit("power_kw")), right_axis("Running$", "none", custom__lineInterpolation="stepAfter")))
COOLERS = lines("Dry coolers: water", "Inlet and outlet temperature; approach to outdoor air on the right.", unit("in_c"),
                means("cooler", {"in_c": "In", "out_c": "Out", "approach_k": "Approach"}, by="id"),
                overrides=(right_axis("Approach", unit("approach_k")),))
FANS = lines("Dry coolers: fans", "Fan speed (left) and power (right).", unit("fan_pct"),
             means("cooler", {"fan_pct": "Speed", "power_kw": "Power"}, src=SENSOR, by="id"), low=0,
             overrides=(right_axis("Power$", unit("power_kw")),))
SINKS = lines("Heat by sink", "Dry coolers, heat pump (delivered) and district exchanger.", unit("heat_kw"),
              means("cooler", {"heat_kw": "dry coolers"}, by="id"), means("heatpump", {"heat_kw": "heat pump"}, by="id"),
              means("district", {"heat_kw": "district"}, by="id"), legend="table", calcs=("lastNotNull", "mean", "max"))

CDU_SUPPLY = lines("CDU supply to racks", "Technology loop supply of each CDU, measured. Limits: ASHRAE W40 and W45.", unit("tcs_supply_c"),
                   means("cdu", {"tcs_supply_c": ""}, src=SENSOR, by="id"), fill=0, width=1, steps=limits.LIQUID_SUPPLY)
CDU_VALVE = lines("CDU valves", "Facility side control valve. One that stays open has no reserve left.", unit("valve_pct"),
                  means("cdu", {"valve_pct": ""}, src=SENSOR, by="id"), fill=0, width=1, low=0)
CDU_TABLE = table(
    "CDUs", "Latest values by the twin, worst approach first.",
    target(rows_of(Select("cdu", tuple(agg("last", c, n) for c, n in (
        ("tcs_supply_c", "Supply"), ("tcs_return_c", "Return"), ("tcs_flow_lpm", "Flow"), ("fws_flow_lpm", "Facility flow"),
        ("approach_k", "Approach"), ("dp_kpa", "dp"), ("speed_pct", "Pumps"), ("valve_pct", "Valve"), ("heat_kw", "Heat"))),
        by=("hall", "id", "scenario"), every=None)), table=True),
    sort="Approach",
    overrides=(coloured("Supply", "celsius", limits.LIQUID_SUPPLY), by_name("Return", unit="celsius", decimals=1),
               by_name("Flow", unit="flowlpm", decimals=0), by_name("Facility flow", unit="flowlpm", decimals=0),
               by_name("Approach", unit="kelvin", decimals=1), by_name("dp", unit="pressurekpa", decimals=0),
               by_name("Pumps", unit="percent", decimals=0), by_name("Valve", unit="percent", decimals=0), by_name("Heat", unit="kwatt")))

TOWER_WATER = lines("Tower water", "Supply and return; approach to wet bulb on the right.", unit("supply_c"),
                    means("tower", {"supply_c": "Supply", "return_c": "Return", "approach_k": "Approach"}, by="id"),
                    overrides=(right_axis("Approach", unit("approach_k")),))
TOWER_DRIVE = lines("Tower fans and pumps", "Speeds (left), power (right).", unit("fan_pct"),
                    means("tower", {"fan_pct": "Fans", "speed_pct": "Pumps", "power_kw": "Power"}, src=SENSOR, by="id"), low=0,
                    overrides=(right_axis("Power$", unit("power_kw")),))
TOWER_USE = lines("Heat rejected and water used", "Heat (left) and make-up water (right).", unit("heat_kw"),
                  means("tower", {"heat_kw": "Heat", "water_lph": "Water"}, by="id"), overrides=(right_axis("Water", unit("water_lph")),))

BOARD = Board(
    "cooling", "Boucle · Cooling loop", "From the racks' water to the outdoors: temperatures, flows, pressures and machines.", COMMON,
    (Row("Now", FIGURES),
     Row("Facility loop", ((TEMPERATURES, 12, 9), (FLOWS, 12, 9), (PRESSURE, 8, 8), (TANK, 8, 8), (PUMPS, 8, 8))),
     Row("Heat rejection and reuse", ((COOLERS, 8, 8), (FANS, 8, 8), (SINKS, 8, 8))),
     Row("Coolant distribution units", ((CDU_SUPPLY, 12, 8), (CDU_VALVE, 12, 8), (CDU_TABLE, 24, 10))),
     Row("Cooling tower (sites that have one)", ((TOWER_WATER, 8, 8), (TOWER_DRIVE, 8, 8), (TOWER_USE, 8, 8)), collapsed=True)),
)
