"""The bank of residual channels: every file keeps the contract, and a known change shows as itself."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from config.classes import CLASSES
from config.load import load_site
from tests.plants import EQUIPPED
from twin.engine.model import compile_site
from twin.estimate import heats
from twin.estimate.observability import observability, without
from twin.estimate.residuals import BANK, Scene
from twin.physics.exchange import counterflow
from twin.physics.water import VOLUMETRIC


def empty(name: str) -> Scene:
    facts = compile_site(load_site(name)).facts
    blank = {c: np.full((n, len(CLASSES[c].measured)), np.nan) for c, n in facts.rows.items()}
    return Scene(facts, blank, {c: np.zeros_like(v) for c, v in blank.items()}, 60.0)


def put(scene: Scene, **columns: object) -> Scene:
    """The scene with columns written as class__column=values (SI)."""
    values = {c: v.copy() for c, v in scene.values.items()}
    for name, value in columns.items():
        cls, column = name.split("__")
        values[cls][:, CLASSES[cls].column(column)] = value
    return replace(scene, values=values)


def exchanging(ua_factor: float) -> Scene:
    """CDUs in balance: a known heat through exchangers of a known share of their lawful conductance."""
    scene = empty("valence")
    f = scene.facts
    w, n = f.p.wiring, f.rows["cdu"]
    q, qf = np.linspace(0.7, 1.0, n) * f.p.cdus.rated_tcs, np.linspace(0.6, 1.1, n) * f.p.cdus.rated_fws
    power = np.full(f.rows["rack"], 9.0e4)
    heat = heats.electric(f, {"rack.power_kw": w.racks_to_cdus(power)})
    c, cf = VOLUMETRIC * q, VOLUMETRIC * qf
    g = counterflow(ua_factor * heats.films(f, q, qf), c, cf)
    arriving = 36.0
    back = arriving + heat / g
    return put(scene, rack__power_kw=power, cdu__tcs_flow_lpm=q, cdu__fws_flow_lpm=qf, cdu__tcs_return_c=back, cdu__tcs_supply_c=back - heat / c,
               cdu__fws_supply_c=arriving, cdu__fws_return_c=arriving + heat / cf, cdu__power_kw=0.0, cdu__heat_kw=heat)


@pytest.mark.parametrize("name", sorted(BANK))
def test_channel_keeps_the_contract(name):
    channel = BANK[name]
    assert all(column in CLASSES[cls].measured for cls, column in (t.split(".") for t in channel.terms))
    for site in ("valence", "frontier", EQUIPPED):
        scene = empty(site)
        result = channel.evaluate(scene)
        for part in result:
            assert part.shape == (scene.facts.rows[channel.cls],)
        assert np.isnan(result.value).all(), "nothing measured, nothing said"
        assert set(channel.sensitivity(scene)) == set(channel.sees)


@pytest.mark.parametrize("factor", [0.6, 0.9, 1.0])
def test_fouling_shows_as_its_own_size(factor):
    found = BANK["cdu.ua"].evaluate(exchanging(factor))
    assert found.value == pytest.approx(np.log(factor), abs=1e-6)
    assert (found.std > 0).all() and (found.tolerance > found.std).all()


@pytest.mark.parametrize("name", ["cdu.balance", "cdu.power", "cdu.heat_meter"])
def test_heats_in_balance_leave_nothing(name):
    assert BANK[name].evaluate(exchanging(0.8)).value == pytest.approx(0.0, abs=1e-9)


def test_a_silent_sensor_silences_its_own_row_only():
    scene = exchanging(1.0)
    at = CLASSES["cdu"].column("fws_return_c")
    scene.values["cdu"][4, at] = np.nan
    value = BANK["cdu.balance"].evaluate(scene).value
    assert np.isnan(value[4]) and np.isfinite(np.delete(value, 4)).all()


def test_a_biased_pair_moves_the_balance_as_its_sensitivity_says():
    scene = exchanging(1.0)
    moved = put(scene, cdu__tcs_return_c=scene.values["cdu"][:, CLASSES["cdu"].column("tcs_return_c")] + 0.05)
    slope = BANK["cdu.balance"].sensitivity(scene)["tcs_pair"]
    assert BANK["cdu.balance"].evaluate(moved).value == pytest.approx(0.05 * slope, rel=0.02)


def test_change_under_way_widens_the_doubt():
    scene = exchanging(1.0)
    rate = {c: v.copy() for c, v in scene.rate.items()}
    rate["cdu"][:, CLASSES["cdu"].column("tcs_return_c")] = 0.01
    assert (BANK["cdu.balance"].evaluate(replace(scene, rate=rate)).std > 2 * BANK["cdu.balance"].evaluate(scene).std).all()


def test_observability_follows_the_sensors():
    """Whoever reports decides: with all heats the exchanger is known; without a heat nothing is; head and filter are each other's suspects."""
    m = exchanging(1.0).facts.m
    scene = put(exchanging(1.0), cdu__dp_kpa=m.cdu_dp, cdu__speed_pct=0.9, cdu__power_kw=1e4)
    whole = observability(scene, "cdu")[3]
    assert "ua" in whole.determined and ("head", "filter") in whole.joint
    deaf = observability(without(scene, ["cdu.fws_return_c"]), "cdu")[3]
    assert "ua" in deaf.unknown and "fws_pair" in deaf.unknown
    blind = observability(without(scene, [f"cdu.{c}" for c in CLASSES["cdu"].measured]), "cdu")[3]
    assert not blind.determined and not blind.joint
    assert "cannot separate head of its pumps or resistance of its filter" in whole.text("cdu-04")
