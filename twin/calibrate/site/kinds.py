"""What can be calibrated: the residual channel that shows each parameter, and the measured outlets and powers it is judged by."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from twin.estimate.facts import Facts
from twin.estimate.parameters import PARAMETERS, Parameter
from twin.estimate.residuals import BANK, Channel
from twin.estimate.residuals.base import Array, Columns
from twin.physics.exchange import counterflow
from twin.physics.films import EXPONENT, film_ua
from twin.physics.heat_pump import each_load, part_load_factor
from twin.physics.water import capacity_flow
from twin.plant.cdu import exchanger

Outlet = Callable[[Facts, Columns, Array], Array]  # facts, columns, residual of the channel -> predicted, [T, rows] SI
Doubt = Callable[[Facts, Columns], Array]
FLATTEST, WALL = 0.65, 0.1  # other end of what exchangers do away from their rated flows: films of plates 0.6 .. 0.75 (Kumar 1984), wall 10 %
RATED_K = 8.1  # datasheets leave the rating's temperatures open: anywhere from W17 to W45 (ASHRAE TC 9.9, 2021), 28 K / sqrt(12)
FILM_PER_K = 0.007  # films ~ viscosity ** -0.4 (Dittus and Boelter 1930), water around 42 degC
PART_LOAD = 0.5  # of what part load changes in the COP, one standard deviation (assumption: curves of machines differ by as much)
COIL_FANS, COIL_DOUBT = 0.3, 0.15  # share of the fan coils' rated power that is drawn at part speed, and its standard deviation (assumption)


@dataclass(frozen=True, slots=True)
class Kind:
    """A parameter of the assets of `cls`. `outlets`: measured column -> its prediction; `active`: when the history can show it.

    `doubt`: what the law itself leaves open in these conditions, one standard deviation of the residual, beside the channel's own.
    """

    cls: str
    name: str
    title: str
    channel: Channel
    outlets: Mapping[str, Outlet]
    active: str
    doubt: Doubt | None = None

    @property
    def prior(self) -> Parameter:
        return PARAMETERS[self.channel.cls][self.name]

    @property
    def terms(self) -> tuple[str, ...]:
        """Columns needed."""
        return tuple(dict.fromkeys((*self.channel.terms, *self.outlets, *_BESIDE.get((self.cls, self.name), ()))))


def _cdu_heat(f: Facts, v: Columns) -> tuple[Array, Array]:
    """Heat [W] through a CDU's exchanger by its inlets, and the coolant's capacity flow [W/K]."""
    c_tcs = f.p.cdus.volumetric * v["cdu.tcs_flow_lpm"]
    return exchanger(f.p.cdus, c_tcs, v["cdu.fws_flow_lpm"]) * (v["cdu.tcs_return_c"] - v["cdu.fws_supply_c"]), c_tcs


def _tcs_supply(f: Facts, v: Columns, _: Array) -> Array:
    heat, c_tcs = _cdu_heat(f, v)
    return v["cdu.tcs_return_c"] + (v["cdu.power_kw"] - heat) / c_tcs


def _fws_return(f: Facts, v: Columns, _: Array) -> Array:
    heat, _c = _cdu_heat(f, v)
    return v["cdu.fws_supply_c"] + heat / capacity_flow(v["cdu.fws_flow_lpm"])


def _district_heat(f: Facts, v: Columns) -> Array:
    """Heat [W] through the district exchanger by its inlets."""
    g = counterflow(f.p.core.district_ua[f.loop_of["district"]], capacity_flow(v["loop.flow_lpm"]), capacity_flow(v["district.dh_flow_lpm"]))
    return g * (v["district.in_c"] - v["district.dh_return_c"])


def _district_out(f: Facts, v: Columns, _: Array) -> Array:
    return v["district.in_c"] - _district_heat(f, v) / capacity_flow(v["loop.flow_lpm"])


def _cooler_out(f: Facts, v: Columns, residual: Array) -> Array:
    """The residual is the logarithm of measured over lawful heat, so of the water's fall."""
    return v["cooler.in_c"] - (v["cooler.in_c"] - v["cooler.out_c"]) * np.exp(-residual)


def _power(column: str, sign: float) -> Outlet:
    """Predicted power where the residual is the logarithm of measured power over its law, times -sign."""
    return lambda f, v, residual: v[column] * np.exp(sign * residual)


def _films_doubt(f: Facts, v: Columns) -> Array:
    """Flow: between the law's exponent and the flattest films, evenly likely: the law stands at one end, so 1/sqrt(3) of the distance.
    Temperature: the law has none, though warm water carries heat better.
    """
    c = f.p.cdus
    hot, cold = v["cdu.tcs_flow_lpm"] / c.rated_tcs, v["cdu.fws_flow_lpm"] / c.rated_fws
    flat = 1.0 / (WALL + (1.0 - WALL) / film_ua(1.0, hot, cold, c.hot_share, FLATTEST))
    return np.hypot(np.log(flat / film_ua(1.0, hot, cold, c.hot_share, EXPONENT)) / np.sqrt(3.0), RATED_K * FILM_PER_K)


def _cop_doubt(f: Facts, v: Columns) -> Array:
    c, loop = f.p.core, f.loop_of["heatpump"]
    each = each_load(v["heatpump.load_pct"], c.heatpump_units[loop], c.heatpump_min_load[loop])
    return PART_LOAD * np.abs(np.log(np.maximum(part_load_factor(each), 0.1)))


def _coil_fans(f: Facts) -> Array:
    """Power [loops] W of fan coils on the meter of the facility pumps."""
    return COIL_FANS * f.d.air_fan


def _pumps_law(f: Facts, v: Columns) -> Array:
    """The channel's law with the fan coils' power taken off the meter: no sensor tells it."""
    return BANK["loop.pump_power"].law(f, {**v, "pump.power_kw": v["pump.power_kw"] - _coil_fans(f)})


def _pumps_doubt(f: Facts, v: Columns) -> Array:
    return COIL_DOUBT * f.d.air_fan / np.maximum(v["pump.power_kw"] - _coil_fans(f), 1.0)


def _pumps_power(f: Facts, v: Columns, residual: Array) -> Array:
    return _coil_fans(f) + (v["pump.power_kw"] - _coil_fans(f)) * np.exp(-residual)


_BESIDE = {("district", "ua"): ("loop.flow_lpm",)}
KINDS: tuple[Kind, ...] = (
    Kind("cdu", "ua", "CDU exchanger UA", BANK["cdu.ua"], {"cdu.tcs_supply_c": _tcs_supply, "cdu.fws_return_c": _fws_return},
         "its end temperature differences are open and heat flows", _films_doubt),
    Kind("cdu", "pump_power", "CDU pump power", BANK["cdu.pump_power"], {"cdu.power_kw": _power("cdu.power_kw", -1.0)}, "its pumps run"),
    Kind("pump", "pump_power", "facility pump power", replace(BANK["loop.pump_power"], law=_pumps_law),
         {"pump.power_kw": _pumps_power}, "its pumps run", _pumps_doubt),
    Kind("district", "ua", "district exchanger UA", BANK["district.ua"], {"district.out_c": _district_out}, "heat is sold through the exchanger"),
    Kind("cooler", "ua", "dry-cooler UA", BANK["cooler.ua"], {"cooler.out_c": _cooler_out}, "its fans turn"),
    Kind("heatpump", "cop", "heat-pump COP", BANK["heatpump.cop"], {"heatpump.power_kw": _power("heatpump.power_kw", 1.0)}, "the heat pump runs",
         _cop_doubt),
)
COLUMNS = tuple(sorted({t for k in KINDS for t in k.terms}))
