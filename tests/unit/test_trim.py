"""Warm days: pads first, then trim chillers, coolers passed by when the air is warmer than the water; all closed loop."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.load import load_site
from tests.plants import EQUIPPED, plant
from twin.physics.machines import affinity_power
from twin.physics.water_use import blow_down, entering_air, evaporating_share, make_up, pad_evaporation
from twin.plant import nodes
from twin.plant.drive import drive
from twin.plant.facility import pad_water, tower_water
from twin.plant.machines import at_rest, machinery
from twin.plant.operate import first_guess, settle
from twin.plant.step import step
from twin.plant.targets import targets


def day(dry: float, wet: float, hours: float = 3.0, load: float = 1.0, **asked):
    """The small hall held for some hours in one weather: its inputs, flows and temperatures at the end."""
    p, d = plant(EQUIPPED)
    m = machinery(load_site(EQUIPPED), p, d)
    x, state = at_rest(m, p.leaves.plate_factor.shape), first_guess(p, d)
    t = replace(targets(p, m, d, load, dry, wet), heatpump=np.zeros(1), dh_flow=np.zeros(1), **asked)
    for _ in range(int(hours * 360)):
        x, inputs, _ = drive(p, m, x, state, t, 10.0)
        state, flows = step(p, state, inputs, 10.0)
    return p, inputs, flows, state.core[0, nodes.TRIM] - d.fws_supply[0]


def test_mild_day_needs_neither_pads_nor_chillers():
    p, inputs, flows, over = day(15.0, 11.0)
    assert abs(over) < 0.3 and inputs.pads_wet[0] == 0 and flows.chiller[0] == 0 and flows.chiller_power[0] == 0
    assert pad_water(p, inputs)[0] == 0


def test_frost_opens_the_bypass_and_the_water_keeps_its_set_point():
    _, inputs, _, over = day(-30.0, -31.0, hours=8.0, load=0.0)
    assert abs(over) < 0.3 and inputs.cooler_fan[0] == 0 and 0 < inputs.cooler_on[0] < 1
    d = plant("valence")[1]
    state, cold = settle(plant("valence")[0], d, d.average_load, -5.0, -6.0)
    assert state.core[0, nodes.TRIM] == pytest.approx(d.fws_supply[0], abs=0.3) and cold.cooler_on[0] < 1


def test_hot_dry_day_wets_the_pads_and_saves_the_chillers():
    p, inputs, flows, over = day(34.0, 20.0)
    assert over < 0.5 and inputs.pads_wet[0] == 1 and flows.chiller[0] == 0
    assert pad_water(p, inputs)[0] > 0


def test_hot_damp_day_calls_the_chillers():
    p, _, flows, over = day(36.0, 33.0)
    assert over < 1.2 and flows.chiller[0] > 0.1 * p.core.chiller_rated[0]
    assert 2.0 < flows.chiller[0] / flows.chiller_power[0] < 12.0


def test_air_warmer_than_the_water_is_kept_out():
    _, inputs, flows, _ = day(60.0, 58.0)
    assert inputs.cooler_on[0] == 0 and flows.cooler[0] == 0 and flows.chiller[0] > 0


def test_chillers_without_power_stand():
    _, _, flows, over = day(36.0, 33.0, chiller_powered=np.zeros(1))
    assert flows.chiller[0] == 0 and over > 0.5


def test_settled_plant_uses_the_same_order():
    p, d = plant(EQUIPPED)
    used = {weather: settle(p, d, 1.0, *weather)[1] for weather in ((10.0, 8.0), (38.0, 20.0), (46.0, 43.0))}
    mild, dry, damp = used.values()
    assert mild.pads_wet[0] == 0 and mild.chiller_load[0] == 0
    assert dry.pads_wet[0] == 1 and dry.chiller_load[0] < damp.chiller_load[0]


def test_pads_cool_towards_the_wet_bulb():
    assert entering_air(35.0, 20.0, 0.8) == pytest.approx(23.0)
    assert entering_air(20.0, 21.0, 0.8) == 20.0  # a wet bulb above the dry bulb is an instrument's error


def test_pad_water_is_the_moisture_the_air_gains():
    """psychrolib as the judge: air of 35 degC and 20 degC wet bulb, cooled along the wet bulb to 23 degC."""
    import psychrolib

    psychrolib.SetUnitSystem(psychrolib.SI)
    dry, wet = 35.0, 20.0
    gained = psychrolib.GetHumRatioFromTWetBulb(23.0, wet, 101325) - psychrolib.GetHumRatioFromTWetBulb(dry, wet, 101325)
    kg_s = pad_evaporation(1006.0, dry - 23.0) * 995.7  # of 1 kg/s dry air
    assert kg_s == pytest.approx(gained, rel=0.04)


def test_tower_drains_what_keeps_the_cycles():
    evaporation, drift = 10.0, 0.1
    for cycles in (2.0, 3.0, 5.0, 7.0):
        drained = blow_down(evaporation, drift, cycles)
        assert make_up(evaporation, drift, cycles) / (drained + drift) == pytest.approx(cycles)


def test_tower_water_of_frontier_is_near_the_rule_of_thumb():
    """About 1 % of the flow evaporates for each 7 K (10 degF at 1.0 %, ASHRAE Handbook HVAC Systems 2020, ch. 40: 1.2 % for 7 K)."""
    p, d = plant("frontier")
    _, inputs = settle(p, d, 0.6, 25.0, 20.0)
    heat = 4.18e6 * inputs.tower_flow * 7.0
    evaporation = tower_water(p.core, inputs, heat, np.array([25.0])) * (1 - 1 / p.core.tower_cycles)
    assert evaporation[0] / inputs.tower_flow[0] == pytest.approx(0.0095, rel=0.15)
    assert 0.6 < evaporating_share(25.0, 20.0) < 0.85


def test_heat_is_sold_and_never_bought():
    """The hall of 26 degC supply returns colder water than the network's: its exchanger stays shut."""
    p, d = plant(EQUIPPED)
    m = machinery(load_site(EQUIPPED), p, d)
    state, t = first_guess(p, d), targets(p, m, d, 1.0, -5.0, -6.0)
    assert t.dh_flow[0] > 0
    for over, passes in ((-1.0, False), (1.0, True)):
        core = state.core.copy()
        core[0, nodes.PLANT_IN] = t.dh_return[0] + over
        _, inputs, _ = drive(p, m, at_rest(m, p.leaves.plate_factor.shape), replace(state, core=core), t, 1.0)
        assert bool(inputs.dh_flow[0] > 0) is passes


def test_fans_of_a_mild_day_follow_the_cube():
    p, inputs, _, _ = day(15.0, 11.0)
    assert affinity_power(inputs.cooler_fan, p.core.cooler_fan)[0] == pytest.approx(inputs.cooler_fan[0] ** 3 * 117.68e3)
