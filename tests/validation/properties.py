"""Water and moist air against CoolProp and psychrolib."""
from __future__ import annotations

from itertools import product

import numpy as np
import psychrolib
from CoolProp.CoolProp import PropsSI

from sensors.weather import stull_wet_bulb
from tests.validation.check import check
from tests.validation.datasheets import relative
from twin.physics import coolant, tower
from twin.physics.water import DENSITY, HEAT_CAPACITY, VOLUMETRIC

KELVIN, ONE_ATM, LOOP_PA = 273.15, 101325.0, 3e5
IAPWS = "CoolProp (IAPWS-95), 0.3 MPa"
RANGE_C = np.linspace(20.0, 70.0, 26)
psychrolib.SetUnitSystem(psychrolib.SI)


def water(name: str, t_c: float, fluid: str = "Water") -> float:
    return float(PropsSI(name, "T", KELVIN + t_c, "P", LOOP_PA, fluid))


@check("peer", IAPWS, 0.001, "1")
def water_at_45() -> float:
    """Heat a volume of water carries, at 45 degC"""
    return relative(VOLUMETRIC, water("D", 45.0) * water("C", 45.0))


@check("peer", IAPWS, 0.016, "1")
def water_in_range() -> float:
    """Heat a volume of water carries, held constant, 20 .. 70 degC"""
    return max(relative(VOLUMETRIC, water("D", t) * water("C", t)) for t in RANGE_C)


@check("peer", IAPWS, 0.015, "1")
def density_in_range() -> float:
    """Density held constant, 20 .. 70 degC"""
    return max(relative(DENSITY, water("D", t)) for t in RANGE_C)


@check("peer", IAPWS, 0.003, "1")
def heat_capacity_in_range() -> float:
    """Heat capacity held constant, 20 .. 70 degC"""
    return max(relative(HEAT_CAPACITY, water("C", t)) for t in RANGE_C)


GLYCOL = "CoolProp, incompressible MPG"
MASS = {0.1: 0.1034, 0.2: 0.206, 0.25: 0.257, 0.3: 0.3079}  # of a share of the volume, by the densities at 20 degC


def glycol(volume: float) -> str:
    return f"INCOMP::MPG[{MASS[volume]}]"


@check("peer", GLYCOL, 0.006, "1")
def coolant_in_range() -> float:
    """Heat a volume of coolant carries, held constant: 10 .. 30 % glycol by volume, 20 .. 70 degC"""
    return max(relative(float(coolant.volumetric(x)), water("D", t, glycol(x)) * water("C", t, glycol(x))) for x in MASS for t in RANGE_C)


@check("peer", GLYCOL, 0.006, "1")
def coolant_weight() -> float:
    """Density of the same coolants over water's"""
    return max(relative(float(coolant.weight(x)), water("D", t, glycol(x)) / water("D", t)) for x in MASS for t in RANGE_C)


@check("peer", GLYCOL, 0.01, "1")
def coolant_film_share() -> float:
    """Their film's part of an exchanger's resistance beside water with as large a capacity flow, 45 degC: k (m / eta)^0.8 Pr^(1/3)"""
    def film(fluid: str) -> float:
        eta, k, cp = (water(name, 45.0, fluid) for name in "VLC")
        return k * (1.0 / cp / eta) ** 0.8 * (eta * cp / k) ** (1 / 3)

    return max(abs(float(coolant.film_share(x)) - film("Water") / (film("Water") + film(glycol(x)))) for x in MASS)


AIR = "psychrolib (ASHRAE Fundamentals 2017)"


@check("peer", AIR, 0.001, "1")
def saturation_pressure() -> float:
    """Saturation pressure over water, 1 .. 60 degC"""
    return max(relative(float(tower.saturated_pressure_pa(t)), psychrolib.GetSatVapPres(t)) for t in np.arange(1.0, 60.5))


@check("peer", AIR, 0.005, "1")
def saturated_enthalpy() -> float:
    """Enthalpy of saturated air, 1 .. 50 degC, relative to that at the temperature plus 10 kJ/kg"""
    def error(t: float) -> float:
        theirs = psychrolib.GetMoistAirEnthalpy(t, psychrolib.GetSatHumRatio(t, ONE_ATM))
        return abs(float(tower.saturated_enthalpy_j_kg(t)) - theirs) / (theirs + 1e4)

    return max(error(t) for t in np.arange(1.0, 50.5))


@check("peer", AIR, 1.0, "K")
def wet_bulb() -> float:
    """Wet bulb of the simulated weather (Stull 2011), 0 .. 40 degC, 15 .. 99 % humidity"""
    return max(abs(stull_wet_bulb(t, rh) - psychrolib.GetTWetBulbFromRelHum(t, rh, ONE_ATM))
               for t in np.arange(0.0, 41.0, 4.0) for rh in (0.15, 0.3, 0.5, 0.7, 0.9, 0.99))


def moist(t_c: float) -> float:
    """Enthalpy of saturated air [J/kg]."""
    return float(psychrolib.GetMoistAirEnthalpy(t_c, psychrolib.GetSatHumRatio(t_c, ONE_ATM)))


def merkel_drive(t_c: np.ndarray, wet: float, ratio: float) -> np.ndarray:
    """Saturated less actual enthalpy [J/kg] of the air along rising water temperatures; ratio is water over air flow."""
    return np.array([moist(x) for x in t_c]) - moist(wet) - ratio * tower.CP_WATER_J_KG_K * (t_c - t_c[0])


def tower_errors() -> list[float]:
    """Error of the outlet [K] where the integral of cp dT / drive gives the Merkel number; towers with 3 kJ/kg of drive or more."""
    errors = []
    for wet, approach, span, ratio in product((5.0, 15.0, 26.0), (4.0, 7.0), (4.0, 9.0), (0.6, 1.0, 1.3)):
        t = np.linspace(wet + approach, wet + approach + span, 201)
        drive = merkel_drive(t, wet, ratio)
        if drive.min() >= 3e3:
            ntu = ratio * float(np.trapezoid(tower.CP_WATER_J_KG_K / drive, t))  # of the air: transfer over air flow
            heat = float(tower.tower_heat_w(t[-1], wet, ratio, 1.0, ntu))
            errors.append(abs(span - heat / (ratio * tower.CP_WATER_J_KG_K)))
    return errors


@check("peer", "Merkel's integral with psychrolib's enthalpies", 0.3, "K")
def tower_outlet() -> float:
    """Water out of a cooling tower by effectiveness-NTU, wet bulb 5 .. 26 degC, approach 4 and 7 K, range 4 and 9 K"""
    return max(tower_errors())
