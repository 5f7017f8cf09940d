"""The heat pump against the plant of Kajaani (Fenagy, case Kajaani, 2025/2026): 25.8 MW of cooling, 33.5 MW of heat, 30 to 20 degC, 85 degC.

Efficiency bands: Reinholdt et al. 2018, High Temperature Heat Pump Symposium; Arpagaus et al. 2018, Energy 152, 985-1010.
"""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.load import load_site
from config.shelf import PACKAGE, read_sheet
from tests.plants import designed
from twin.physics.heat_pump import capacity_share, each_load, part_load_factor
from twin.physics.machines import KELVIN, cop_efficiency, lorenz_cop
from twin.plant import nodes
from twin.plant.assembly import assemble
from twin.plant.facility import heatpump_power
from twin.plant.step import step

COOLING, HEAT = 25.8e6, 33.5e6  # W
SOURCE_IN, SOURCE_OUT, SINK_OUT = 30.0, 20.0, 85.0  # degC
SINK_IN = (45.0, 55.0)  # degC, return of Finnish networks (Finnish Energy, district heating statistics)


def _mean(a: float, b: float) -> float:
    """Logarithmic mean temperature [K] of a stream from a to b degC."""
    return (a - b) / float(np.log((a + KELVIN) / (b + KELVIN)))


@pytest.fixture(scope="module")
def kajaani():
    return read_sheet(PACKAGE / "equipment" / "kajaani.yaml").model


@pytest.fixture
def plant(tmp_path):
    """The hall of Valence with Kajaani's plant instead of its own."""
    text = (PACKAGE / "sites" / "valence.yaml").read_text()
    swapped = text.replace("id: h}", "id: h, heat_pump: {equipment: kajaani, count: 1, feeds: [a, b]}}")
    (tmp_path / "mine.yaml").write_text(swapped)
    _, state, inputs = designed("valence")
    return assemble(load_site(tmp_path / "mine.yaml")), state, replace(inputs, sink_out=np.array([SINK_OUT]))


def test_heat_and_power_at_the_published_point(kajaani, plant):
    p, _, inputs = plant
    power = heatpump_power(p.core, inputs, np.array([COOLING]), np.array([SOURCE_OUT]))
    assert kajaani.source_kw * 1e3 == COOLING
    assert COOLING + power[0] == pytest.approx(HEAT, rel=0.02)


def test_published_point_lies_where_large_machines_in_series_do():
    for back in SINK_IN:
        sink, source = _mean(SINK_OUT, back), _mean(SOURCE_IN, SOURCE_OUT)
        assert 0.50 < HEAT / (HEAT - COOLING) * (sink - source) / sink < 0.65


def test_valence_unit_lies_where_one_stage_does():
    s = read_sheet(PACKAGE / "equipment" / "heat-pump-4mw.yaml").model
    assert 0.4 < cop_efficiency(s.cop, s.source_out_c, s.sink_out_c) < 0.6


def test_part_load_costs_what_the_standard_says():
    """EN 14825, units on water with the default Cc = 0.9: 0.9091 at half load, 0.7692 at a quarter."""
    assert part_load_factor(np.array([0.0, 0.25, 0.5, 1.0])) == pytest.approx([0.0, 0.25 / 0.325, 0.5 / 0.55, 1.0])


@pytest.mark.parametrize(("load", "each"), [(0.0, 0.0), (0.1, 0.0), (0.13, 0.26), (0.5, 1.0), (0.75, 0.75), (1.0, 1.0)])
def test_two_machines_run_as_few_as_can(load: float, each: float):
    assert each_load(np.array(load), 2.0, 0.25) == pytest.approx(each)


def test_capacity_falls_with_lift_and_never_passes_the_rating(kajaani):
    efficiency = cop_efficiency(kajaani.cop, kajaani.source_out_c, kajaani.sink_out_c)
    able = [float(capacity_share(lorenz_cop(20.0, sink, efficiency), kajaani.cop)) for sink in (60.0, 85.0, 95.0, 110.0)]
    assert able[0] == able[1] == 1.0 and able[1] > able[2] > able[3] > 0.5


def test_below_its_least_load_it_is_off(plant):
    p, state, inputs = plant
    least = float(p.core.heatpump_min_load[0] / p.core.heatpump_units[0])
    for load, runs in ((0.9 * least, False), (1.1 * least, True)):
        _, flows = step(p, state, replace(inputs, heatpump_load=np.array([load])), 1.0)
        assert [bool(flows.heatpump_source[0] > 0), bool(flows.heatpump_power[0] > 0)] == [runs, runs]


def test_source_is_never_cooled_below_its_limit(plant):
    """Full load on a hall that gives little heat: the evaporator takes only what there is above its limit."""
    p, state, inputs = plant
    idle = replace(inputs, heatpump_load=np.ones(1), gpu_power=np.zeros_like(inputs.gpu_power), cooler_on=np.zeros(1), dh_flow=np.zeros(1))
    coldest = np.inf
    for _ in range(3000):
        state, flows = step(p, state, idle, 5.0)
        coldest = min(coldest, float(state.core[0, nodes.HEATPUMP]))
    assert coldest > p.core.heatpump_min_out[0] - 0.1
    assert state.core[0, nodes.HEATPUMP] < p.core.heatpump_min_out[0] + 5.0 and flows.heatpump_source[0] < 0.5 * COOLING
