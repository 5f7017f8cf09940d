"""Datasheet models: one class a kind of equipment. Every number in a datasheet carries its source."""
from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]


IDLE_REST = 0.35  # share of a rack's power beside its GPUs that does not follow the load (assumption: fans, switches, memory)


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rack(Frozen):
    """Liquid-cooled rack. Heat shares refer to the power of the whole rack."""

    kind: Literal["rack"]
    title: str
    gpus: Annotated[int, Field(gt=0)]
    gpu_max_w: Positive
    gpu_idle_w: NotNegative
    other_liquid_kw: NotNegative  # CPUs, switches, ... at full load, to liquid
    air_kw: NotNegative  # at full load, to air
    flow_lpm: Positive  # rated coolant flow
    coolant_l: Positive  # volume of coolant in trays and manifold
    dp_kpa: Positive  # at rated flow
    die_j_k: Positive  # heat capacity of one GPU's die and lid
    plate_j_k: Positive  # heat capacity of one cold plate and its coolant
    die_plate_k_w: Positive  # resistance die to plate (TIM)
    plate_flow_lpm: Positive  # flow at which the plate's resistance is given
    plate_k_w: Positive  # plate to inlet coolant at plate_flow_lpm
    plate_base_k_w: NotNegative  # of it, what no flow removes: conduction and spreading
    plate_flow_exponent: Annotated[float, Field(gt=0, le=2)]  # the rest of the resistance ~ flow ** -exponent
    throttle_c: Positive
    shutdown_c: Positive
    restart_s: NotNegative = 0.0  # from power back at the rack to GPUs at work
    regulator_efficiency: Annotated[float, Field(gt=0, le=1)] = 1.0  # GPU module input to die


class Cdu(Frozen):
    """Coolant distribution unit: exchanger, pumps, valve. Rated point with water on both sides unless a fluid is named."""

    kind: Literal["cdu"]
    title: str
    heat_kw: Positive
    approach_k: Positive  # tcs supply minus fws supply at rated heat and flows
    tcs_flow_lpm: Positive
    fws_flow_lpm: Positive
    fws_dp_kpa: Positive
    tcs_dp_kpa: Positive  # external pressure available at rated flow
    pumps: Annotated[int, Field(ge=1)]
    pumps_needed: Annotated[int, Field(ge=1)]
    pump_kw: Positive  # all running pumps at rated flow
    volume_l: Positive  # in the unit: half of it coolant, half facility water
    glycol: Annotated[float, Field(ge=0, le=0.4)] = 0.0  # propylene glycol, share of the coolant's volume: 0.25 in PG25


class DryCooler(Frozen):
    kind: Literal["dry_cooler"]
    title: str
    heat_kw: Positive
    air_c: float
    in_c: float
    out_c: float
    fan_kw: Positive
    volume_l: Positive
    adiabatic_effectiveness: Fraction = 0.0  # of wetted pads before the coil, 0 where there are none
    cycles: Annotated[float, Field(gt=1)] = 3.0  # concentration of the pads' water over its make-up


class Tower(Frozen):
    """Cooling-tower plant: cells behind intermediate exchangers."""

    kind: Literal["tower"]
    title: str
    cells: Annotated[int, Field(ge=1)]
    heat_kw: Positive  # all cells at the rated point
    wet_bulb_c: float
    range_k: Positive
    approach_k: Positive
    fan_kw: Positive  # all fans
    exchangers: Annotated[int, Field(ge=1)]
    exchanger_kw_k: Positive  # conductance of one
    pumps: Annotated[int, Field(ge=1)]
    flow_lpm: Positive  # tower water, all pumps
    pump_kw: Positive
    volume_l: Positive
    cycles: Annotated[float, Field(gt=1)] = 5.0  # concentration over the make-up (assumption: 3 .. 7 with treatment, US DOE FEMP)
    drift: Fraction = 2e-5  # of the tower flow (assumption: eliminators of today, 0.001 .. 0.005 %)


class HeatPump(Frozen):
    kind: Literal["heat_pump"]
    title: str
    source_kw: Positive  # cooling capacity at the rated point
    cop: Annotated[float, Field(gt=1)]
    source_out_c: float
    sink_out_c: float
    min_load: Fraction  # of one unit; below it the unit is off
    units: Annotated[int, Field(ge=1)] = 1  # machines in this one, staged
    source_min_c: float = 5.0  # source water is never cooled below
    volume_l: Positive


class Chiller(Frozen):
    """Air-cooled trim chiller on the facility water, behind the coolers."""

    kind: Literal["chiller"]
    title: str
    cooling_kw: Positive
    cop: Annotated[float, Field(gt=0)]  # cooling over electric power
    water_out_c: float
    air_c: float
    min_load: Fraction  # of one unit; below it the unit is off
    volume_l: Positive


class Exchanger(Frozen):
    kind: Literal["exchanger"]
    title: str
    heat_kw: Positive
    hot_in_c: float
    hot_out_c: float
    cold_in_c: float
    cold_out_c: float
    volume_l: Positive


class Pump(Frozen):
    kind: Literal["pump"]
    title: str
    flow_lpm: Positive
    head_kpa: Positive
    power_kw: Positive


class Ups(Frozen):
    kind: Literal["ups"]
    title: str
    rating_kw: Positive
    efficiency_25: Fraction
    efficiency_50: Fraction
    efficiency_100: Fraction
    battery_kwh: Positive
    battery_kw: Positive | None = None  # greatest discharge; without it what the rated output needs
    charge_share: Fraction = 0.1  # of the rating, greatest charge
    battery_efficiency: Annotated[float, Field(gt=0, le=1)] = 0.95  # of what is charged


class Pdu(Frozen):
    """Floor unit with an isolation transformer."""

    kind: Literal["pdu"]
    title: str
    rating_kw: Positive
    no_load_kw: NotNegative
    load_kw: NotNegative  # at rating


class Busway(Frozen):
    kind: Literal["busway"]
    title: str
    rating_kw: Positive
    load_kw: NotNegative  # at rating


class PowerShelf(Frozen):
    """Rectifiers of a rack; efficiencies at shares of the rating."""

    kind: Literal["power_shelf"]
    title: str
    rating_kw: Positive
    efficiency_25: Fraction
    efficiency_50: Fraction
    efficiency_100: Fraction
    liquid_share: Fraction  # of the loss, to coolant


class Transformer(Frozen):
    kind: Literal["transformer"]
    title: str
    rating_kva: Positive
    no_load_kw: NotNegative
    load_kw: NotNegative  # at rating


class Genset(Frozen):
    kind: Literal["genset"]
    title: str
    rating_kw: Positive
    start_s: Positive
    ramp_kw_s: Positive


Equipment = Annotated[
    Rack | Cdu | DryCooler | Tower | HeatPump | Chiller | Exchanger | Pump | Ups | Transformer | Genset | Pdu | Busway | PowerShelf,
    Field(discriminator="kind"),
]
