"""The sensors room: the seam of history and live, faults, recorded data, units and the command."""
from __future__ import annotations

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from config.classes import CLASSES
from config.load import load_site
from config.quantities import QUANTITIES
from sensors import cli
from sensors.faults import KINDS, Fault, SensorFaults, parse
from sensors.gateway import Broker, Gateway
from sensors.recorded.heat import read_heat
from sensors.recorded.maps import Map, channels, load_map
from sensors.recorded.replay import record
from sensors.recorded.table import RecordError, held, read_table
from sensors.recorded.units import conversion
from sensors.simulate import history, simulated
from sensors.station import Station
from sensors.truth.draw import draw
from tests import servers
from twin.wire.native import decode

VALENCE, FRONTIER = load_site("valence"), load_site("frontier")
END = 1_790_000_000_000


def column(cls: str, name: str) -> int:
    return CLASSES[cls].measured.index(name)


# --- history and live

def test_history_meets_live_without_a_jump():
    """The last frame of the past and the first live sample show the same plant, within noise and two seconds of control."""
    past = dict(history(VALENCE, 0.5, 60.0, 3, END))
    truth = simulated(VALENCE, 3, END)
    truth.step(1.0)
    live = dict(Station.of(truth, 3, with_gpus=False).frames(1.0))
    assert past.keys() == live.keys()
    gaps = {"cdu": ("tcs_supply_c", "fws_supply_c", "fws_return_c"), "loop": ("supply_c", "return_c", "air_c"), "tank": ("top_c", "bottom_c")}
    for topic, payload in past.items():
        before, after = json.loads(payload), json.loads(live[topic])
        for name in gaps.get(topic.split("/")[3], ()):
            assert after[name] == pytest.approx(before[name], abs=1.0), (topic, name)


def test_history_is_the_same_twice_and_decodes():
    one, two = list(history(VALENCE, 0.05, 60.0, 3, END)), list(history(VALENCE, 0.05, 60.0, 3, END))
    assert one == two
    readings = [decode(VALENCE, t, p, END) for t, p in one]
    assert {r.ts_ms for r in readings} == {END - 120_000, END - 60_000, END}
    assert len(one) == 3 * sum(VALENCE.count(c) for c in CLASSES if CLASSES[c].measured)


def test_another_seed_is_another_plant():
    one, two = draw(VALENCE, 1), draw(VALENCE, 2)
    assert not np.allclose(one.cdu.ua, two.cdu.ua)
    assert np.std(one.cdu.ua / one.cdu.ua.mean()) == pytest.approx(0.05, abs=0.03)
    assert one.rack.share.sum(axis=1) == pytest.approx(72 * 0.9 / 150)


# --- faults

def run(fault: str, seconds: int = 600, step: float = 10.0):
    healthy, ill = simulated(VALENCE, 4, END), simulated(VALENCE, 4, END, [parse(fault)] if fault else [])
    for _ in range(int(seconds / step)):
        healthy.step(step)
        ill.step(step)
    return healthy, ill


def test_a_blocked_plate_heats_its_own_gpu_only():
    healthy, ill = run("cold_plate_blocked:rack/r003/17:0:0.7")
    rise = ill.state.die - healthy.state.die
    assert rise[2, 17] > 5.0
    rise[2, 17] = 0.0
    assert np.abs(rise).max() < 1.0


def test_fouling_opens_the_valve_of_its_cdu():
    healthy, ill = run("hx_fouled:cdu/cdu-05:0:0.3", 1800)
    assert ill.state.cdu["valve"][4] > healthy.state.cdu["valve"][4] + 2 * healthy.p.cdu.stiction[4]
    assert ill.state.cdu["tcs_supply"][4] == pytest.approx(healthy.state.cdu["tcs_supply"][4], abs=1.5)


def test_a_tripped_cdu_pump_leaves_less_flow():
    healthy, ill = run("cdu_pump_trip:cdu/cdu-05:0:2", 60)
    assert ill.state.cdu["cdu_flow"][4] < 0.97 * healthy.state.cdu["cdu_flow"][4]
    assert ill.state.cdu["cdu_speed"][4] > 0.99  # the pump that is left gives all it can
    assert ill.state.cdu["cdu_flow"][5] == pytest.approx(healthy.state.cdu["cdu_flow"][5], rel=0.01)


def test_a_lost_feed_moves_its_load_and_starts_its_gensets():
    healthy, ill = run("feed_loss:feed/a:0", 60, 1.0)
    assert ill.state.feed["grid_w"][0] == 0.0 and ill.state.feed["genset_w"][0] > 0.0
    assert ill.state.feed["battery"][0] < healthy.state.feed["battery"][0]


def test_a_leak_lowers_the_vessel_and_wets_the_sensor():
    healthy, ill = run("leak:rack/r001:0:0.5", 120)
    assert ill.state.cdu["level"][0] < healthy.state.cdu["level"][0]
    assert ill.state.rack["leaked"][0] == pytest.approx(1.0)


def test_faults_keep_their_time():
    fault = Fault("hx_fouled", "cdu/cdu-01", 100.0, 0.2, 200.0)
    assert [fault.since(t) for t in (99.0, 100.0, 150.0, 200.0)] == [None, 0.0, 50.0, None]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_does_something(kind):
    """Each plant fault changes the effects, each sensor fault the sample."""
    from sensors.faults import plant_faults
    from sensors.faults.plant import PLANT_KINDS
    from sensors.truth.effects import Effects

    if kind in PLANT_KINDS:
        p = draw(VALENCE, 1)
        cls = PLANT_KINDS[kind].cls
        asset = VALENCE.assets[cls][0]
        e, neutral = Effects.none(p), Effects.none(p)
        plant_faults(VALENCE, p, [Fault(kind, f"{cls}/{asset.id}", 0.0)], 0.0)(7200.0, e)
        assert any(np.asarray(getattr(e, n)).tobytes() != np.asarray(getattr(neutral, n)).tobytes() for n in vars(e))
        return
    if kind == "clock_skew":
        skewed = SensorFaults.of(VALENCE, [Fault(kind, "cdu/cdu-02", 10.0, -30.0)], 0.0)
        assert skewed.times(5.0, "cdu", 5_000, 3) == 5_000 and skewed.times(20.0, "cdu", 20_000, 3) == [20_000, -10_000, 20_000]
        return
    columns = "tcs_supply_c,tcs_return_c" if kind == "sensor_swapped" else "tcs_supply_c"
    columns = "dp_kpa" if kind == "sensor_psi" else columns
    faults = SensorFaults.of(VALENCE, [Fault(kind, f"cdu/cdu-01/{columns}", 0.0)], 0.0)
    changed = False
    for second in range(200):
        seen = np.arange(18 * 12, dtype=float).reshape(18, 12) + second
        true = seen.copy()
        changed |= not np.array_equal(faults.apply(float(second), "cdu", seen), true, equal_nan=True)
        assert np.array_equal(seen[1:], true[1:])
    assert changed


def test_a_drift_grows_by_the_hour_in_the_boundary_unit():
    faults = SensorFaults.of(VALENCE, [Fault("sensor_drift", "cdu/cdu-02/dp_kpa", 0.0, 2.0)], 0.0)
    seen = faults.apply(3600.0, "cdu", np.full((18, 12), 84e3))
    assert seen[1, column("cdu", "dp_kpa")] == pytest.approx(86e3)


@pytest.mark.parametrize("text, named", [("nothing:cdu/cdu-01:0", "kind one of"), ("hx_fouling:cdu/cdu-01", "start_s"), ("hx_fouling", "kind:target")])
def test_a_fault_that_cannot_be_read_tells_why(text, named):
    with pytest.raises(ValueError, match=named):
        parse(text)


@pytest.mark.parametrize("fault", ["hx_fouling:cdu/cdu-99:0", "hx_fouling:rack/r001:0", "sensor_bias:cdu/cdu-01:0", "sensor_bias:cdu/cdu-01/x_c:0"])
def test_a_fault_on_nothing_is_refused(fault):
    with pytest.raises(ValueError, match="cdu"):
        simulated(VALENCE, 1, END, [parse(fault)])
        SensorFaults.of(VALENCE, [parse(fault)], 0.0)


# --- units: known pairs of published tables

@pytest.mark.parametrize("unit, quantity, raw, expected", [
    ("degF", "supply_c", 212.0, 100.0), ("degF", "supply_c", 32.0, 0.0), ("degF", "supply_c", -40.0, -40.0), ("K", "supply_c", 273.15, 0.0),
    ("K", "approach_k", 4.0, 4.0), ("gpm", "flow_lpm", 1.0, 3.785412), ("gpm", "flow_lpm", 1000.0, 3785.412), ("psi", "dp_kpa", 1.0, 6.894757),
    ("psig", "pressure_kpa", 100.0, 689.4757), ("%", "fan_pct", 51.0, 51.0), ("W", "heat_kw", 1e6, 1000.0), ("ton", "heat_kw", 1.0, 3.516853),
    ("m3/h", "flow_lpm", 60.0, 1000.0), ("L/s", "flow_lpm", 2.0, 120.0), ("m3/s", "flow_lpm", 0.5, 30_000.0), ("bar", "dp_kpa", 1.5, 150.0),
    ("1", "fan_pct", 0.4, 40.0), ("1", "running_count", 3.0, 3.0)])
def test_units(unit, quantity, raw, expected):
    c = conversion(unit, QUANTITIES[quantity])
    assert raw * c.factor + c.offset == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_a_unit_that_does_not_fit_names_those_that_do():
    with pytest.raises(RecordError, match="gpm.*does not become degC; allowed: K, degC, degF"):
        conversion("gpm", QUANTITIES["supply_c"])


# --- recorded files

def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("text, place", [
    ("time,a\n0,1\n1,x\n", "t.csv:3: a"), ("time,a\n0,nan\n", "t.csv:2: a"), ("time,a\n0\n", "t.csv:2: 1 cells"), ("time,time\n0,1\n", "t.csv:1"),
    ("", "t.csv:1"), ("time,a\n", "t.csv:2: no rows"), ("time,a\n0,inf\n", "t.csv:2: a")])
def test_a_bad_table_names_line_and_column(tmp_path, text, place):
    with pytest.raises(RecordError) as error:
        read_table(written(tmp_path, "t.csv", text))
    assert place in str(error.value)


def test_blanks_repeat_the_value_above():
    assert held(np.array([np.nan, 1.0, np.nan, np.nan, 4.0])).tolist()[1:] == [1.0, 1.0, 1.0, 4.0]
    assert np.isnan(held(np.array([np.nan, 1.0]))[0])


PLAN = {"site": "frontier", "source": "made up", "files": {
    "a.csv": {"time": "t", "columns": {"T": {"asset": "loop/fws", "quantity": "supply_c", "unit": "degF"},
                                       "F": {"asset": "loop/fws", "quantity": "flow_lpm", "unit": "gpm", "blank": "hold"}}},
    "b.csv": {"time": "t", "time_unit": "min", "columns": {"P[{n}]": {"each": 2, "asset": "cdu/cdu-{n:02}", "quantity": "heat_kw", "unit": "W"}}}}}


def test_a_recording_becomes_messages(tmp_path):
    written(tmp_path, "a.csv", "t,T,F\n0,50,100\n60,,\n")
    written(tmp_path, "b.csv", "t,P[1],P[2]\n0,1000000,2000000\n1,1500000,2500000\n")
    frames = list(record(FRONTIER, Map.model_validate(PLAN), tmp_path, 1000).frames())
    assert [ts for ts, _ in frames] == [1000] * 3 + [61_000] * 3
    loop = [json.loads(p) for _, (t, p) in frames if t.endswith("loop/fws/tele")]
    assert loop[0] == {"ts": 1000, "seq": 0, "q": 1, "supply_c": 10.0, "flow_lpm": 378.5412}
    assert loop[1] == {"ts": 61_000, "seq": 1, "q": 2, "supply_c": None, "flow_lpm": 378.5412}
    assert [json.loads(p)["heat_kw"] for _, (t, p) in frames if "cdu-02" in t] == [2000.0, 2500.0]
    for ts, (topic, payload) in frames:
        assert decode(FRONTIER, topic, payload, ts).ts_ms == ts


def test_a_time_that_falls_is_refused(tmp_path):
    written(tmp_path, "a.csv", "t,T,F\n60,50,1\n0,50,1\n")
    with pytest.raises(RecordError, match=r"a.csv:3: the time"):
        record(FRONTIER, Map.model_validate(PLAN), tmp_path, 0)


@pytest.mark.parametrize("change, named", [({"asset": "loop/nowhere"}, "no asset"), ({"quantity": "valve_pct"}, "loop measures"), ({"unit": "gpm"}, "does not become")])
def test_a_map_that_does_not_fit_tells_why(change, named):
    spelt = {"asset": "loop/fws", "quantity": "supply_c", "unit": "degF"} | change
    file = Map.model_validate(PLAN | {"files": {"a.csv": {"time": "t", "columns": {"T": spelt}}}}).files["a.csv"]
    with pytest.raises(RecordError, match=f"T: .*{named}|supply_c: .*{named}"):
        channels(FRONTIER, file)


def test_the_shipped_map_fits_its_site():
    plan = load_map("frontier")
    found = {c.column: c for f in plan.files.values() for c in channels(load_site(plan.site), f)}
    assert found["CTWP SPD [%]"].boundary(100.0) == pytest.approx((100 * 0.45 + 15) * 100 / 60)
    assert found["power[25]"].row == 24
    with pytest.raises(RecordError, match="shipped: frontier"):
        load_map("nowhere")


def test_heat_needs_a_column_a_cdu(tmp_path):
    path = written(tmp_path, "h.csv", "time,power[1],power[2]\n0,1,2\n")
    with pytest.raises(RecordError, match=r"power\[1\] to power\[25\].*has 2"):
        read_heat(path, FRONTIER)


def test_recorded_heat_reaches_the_racks(tmp_path):
    head = ",".join(f"power[{n}]" for n in range(1, 26))
    rows = "\n".join(f"{t}," + ",".join(["900000"] * 24 + ["300000"]) + ",8.5" for t in (0, 15, 30))
    day = read_heat(written(tmp_path, "h.csv", f"time,{head},OA Wetbulb Temp\n{rows}\n"), FRONTIER)
    p = draw(FRONTIER, 1)
    load = day.load(p, 1000.0, 1)(1000.0, 1015.0)
    by_cdu = np.bincount(p.rack.cdu, load.gpu.sum(axis=1) + load.other, 25)
    assert by_cdu == pytest.approx([9e5] * 24 + [3e5])
    assert day.weather(1000.0)(1010.0).wet_bulb == pytest.approx(8.5)


def test_the_measured_morning_is_mapped_whole():
    folder = servers.reference("frontier_2024-04-07")
    recording = record(FRONTIER, load_map("frontier"), folder, 0)
    cells = {"cdu_heat_15s_first12h.csv": 26, "plant_10min_first12h.csv": 11, "staging_first12h.csv": 2}
    rows = {name: sum(1 for _ in (folder / name).open()) - 1 for name in cells}
    assert recording.samples == sum(rows[n] * k for n, k in cells.items())
    body = recording.messages[0, "dc/frontier/e102/loop/fws/tele"]
    assert body["supply_c"] == pytest.approx((55.49 - 32) / 1.8, abs=1e-6)  # first row of the file
    for ts, (topic, payload) in recording.frames():
        decode(FRONTIER, topic, payload, ts)  # everything within the physical range


# --- gateway and command

@pytest.mark.parametrize("url, host, port, tls", [("mqtt://h:1", "h", 1, False), ("mqtts://u:p%40@h", "h", 8883, True), ("h", "h", 1883, False)])
def test_broker_addresses(url, host, port, tls):
    found = Broker.parse(url)
    assert (found.host, found.port, found.tls) == (host, port, tls)


def test_a_bad_broker_address_tells_the_form():
    with pytest.raises(ValueError, match="mqtt://host:port"):
        Broker.parse("http://x")


def test_a_full_buffer_loses_the_oldest_and_counts_it():
    gateway = Gateway("g", Broker("127.0.0.1", 1), ("s", b"", True), ("s", b"", True), limit=3)
    for n in range(5):
        gateway.put("t", str(n).encode())
    assert [m[1] for m in gateway.waiting] == [b"2", b"3", b"4"] and gateway.dropped == 2


async def test_a_gateway_without_a_broker_ends_when_closed():
    gateway = Gateway("g", Broker("127.0.0.1", servers.free_port()), ("s", b"", True), ("s", b"", True))
    gateway.put("t", b"x")
    task = asyncio.create_task(gateway.run())
    while not gateway.trouble:
        await asyncio.sleep(0)
    gateway.close()
    await asyncio.wait_for(task, 5)
    assert len(gateway.waiting) == 1 and "refused" in gateway.trouble.lower()


@pytest.mark.parametrize("text, expected", [("1790000000000", END), ("2026-09-21T14:13:20Z", END), (None, 1_234_000)])
def test_start_times(text, expected):
    assert cli.start_ms(text, 1234.9) == expected


@pytest.mark.parametrize("arguments, named", [
    (["--broker", "http://x"], "mqtt://host:port"), (["--recorded", "frontier"], "--data"), (["--fault", "x:y:0"], "kind one of"),
    (["--start", "yesterday"], "epoch")])
def test_the_command_refuses_with_a_reason(arguments, named):
    app = typer.Typer()
    cli.register(app)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2 and named in result.output
