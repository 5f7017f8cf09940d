"""Topics, status, commands, descriptions and estimates of the native profile."""
from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from config.classes import CLASSES
from config.errors import WireError
from config.load import load_site
from config.quantities import QUANTITIES
from config.site import Site
from twin.cli.asyncapi import text
from twin.events import ACTUAL, Answer, Command, Gateway, Reading, Snapshot
from twin.service.asyncapi import document
from twin.wire.estimates import decode_twin, encode_twin
from twin.wire.lines import twin_fields
from twin.wire.messages import CommandMessage, decode_ack, decode_meta, encode_ack, encode_command, encode_meta, encode_status
from twin.wire.native import decode, decode_all, encode_reading
from twin.wire.reasons import Limits, error
from twin.wire.topics import filters, topic

NOW = 1_712_000_000_000
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("valence")


def matches(filter: str, name: str) -> bool:
    """MQTT topic filter, without `#`."""
    return re.fullmatch(filter.replace("+", "[^/]+"), name) is not None


# readings


def test_a_message_as_the_profile_shows_it(site: Site) -> None:
    values = np.array([31.9, 45.0, 80.0 / 60_000.0, 118_200.0, 0.0])
    name, payload = encode_reading(site, Reading(NOW, "rack", 6, 9, 1, values))
    assert name == "dc/valence/h1/rack/r007/tele"
    assert payload == b'{"ts":1712000000000,"seq":9,"q":1,"supply_c":31.9,"return_c":45.0,"flow_lpm":80.0,"power_kw":118.2,"leak_on":0.0}'


def test_units_are_converted_on_the_way_in(site: Site) -> None:
    payload = b'{"ts":%d,"flow_lpm":60.0,"power_kw":2.5,"leak_on":1}' % NOW
    got = decode(site, "dc/valence/h1/rack/r001/tele", payload, NOW).values
    np.testing.assert_allclose(got, [np.nan, np.nan, 0.001, 2500.0, 1.0], rtol=1e-15)


def test_not_measured_is_absent_and_missing_is_null(site: Site) -> None:
    values = np.array([31.9, np.nan, np.nan, np.nan, np.nan])
    assert b"null" not in encode_reading(site, Reading(NOW, "rack", 0, 0, 1, values))[1]
    assert encode_reading(site, Reading(NOW, "rack", 0, 0, 2, values))[1].count(b"null") == 4


def test_an_infinite_reading_is_our_own_fault(site: Site) -> None:
    with pytest.raises(ValueError, match="infinite"):
        encode_reading(site, Reading(NOW, "rack", 0, 0, 1, np.full(5, np.inf)))


def test_every_asset_of_every_class_has_a_topic_that_comes_back(site: Site) -> None:
    for cls, kind in CLASSES.items():
        for asset in site.assets[cls] if kind.measured else ():
            values = np.array([QUANTITIES[n].low * QUANTITIES[n].factor for n in kind.measured])
            name, payload = encode_reading(site, Reading(NOW, cls, asset.row, 1, 1, values))
            got = decode(site, name, payload, NOW)
            assert (got.cls, got.row) == (cls, asset.row)


def test_two_sites_keep_their_own_tables(site: Site) -> None:
    other = load_site("frontier")
    payload = b'{"ts":%d,"tcs_supply_c":30.0}' % NOW
    assert decode_all(site, "dc/valence/h1/cdu/cdu-01/tele", payload, NOW).event is not None
    assert decode_all(other, "dc/valence/h1/cdu/cdu-01/tele", payload, NOW).problems[0].reason == "unknown_topic"


def test_limits_are_the_callers(site: Site) -> None:
    payload = b'{"ts":%d,"supply_c":30.0}' % (NOW - 3_600_000)
    name = "dc/valence/h1/rack/r001/tele"
    assert decode_all(site, name, payload, NOW).problems[0].reason == "clock_past"
    assert decode_all(site, name, payload, NOW, Limits(past_ms=3_600_000)).event is not None


def test_only_known_reasons_can_be_given() -> None:
    with pytest.raises(ValueError, match="not a reason"):
        error("because", "t")


# subscriptions


def test_the_twin_hears_readings_and_never_itself(site: Site) -> None:
    rack = site.assets["rack"][0]
    heard = [topic(site, rack, c) for c in ("tele", "gpu", "cmd")] + [encode_status(site, "h1", "gw-1", True, NOW)[0]]
    unheard = [topic(site, rack, c) for c in ("twin", "meta")] + [topic(site, rack, "cmd") + "/ack", topic(site, rack, "tele", "whatif")]
    assert all(any(matches(f, name) for f in filters(site)) for name in heard)
    assert not any(matches(f, name) for f in filters(site) for name in unheard)


# status, commands, descriptions


@pytest.mark.parametrize("online", [True, False])
def test_a_gateways_status(online: bool, site: Site) -> None:
    name, payload = encode_status(site, "h1", "gw-1", online, NOW - 86_400_000)
    assert name == "dc/valence/h1/gateway/gw-1/status"
    assert decode(site, name, payload, NOW) == Gateway(NOW, "h1/gw-1", online)  # a will is as old as its connection: arrival counts


def test_a_command_and_its_answer(site: Site) -> None:
    message = CommandMessage(NOW, "c-1", "ann@plant", NOW + 5000, "whatif.run", {"supply_c": 35.0})
    name, payload = encode_command(site, site.assets["site"][0], message)
    command = decode(site, name, payload, NOW)
    assert command == Command(NOW, "c-1", "ann@plant", NOW + 5000, "whatif.run", {"supply_c": 35.0}, "dc/valence/site/site/totals/cmd/ack")
    reply_to, answer = encode_ack(Answer(command, True, {"run": "r-1"}), NOW + 10)
    ack = decode_ack(reply_to, answer)
    assert (reply_to, ack.id, ack.ok, ack.result, ack.ts) == (command.reply_to, "c-1", True, {"run": "r-1"}, NOW + 10)


def test_a_description_says_what_its_readings_hold(site: Site) -> None:
    name, payload = encode_meta(site, site.assets["rack"][8])
    meta = decode_meta(name, payload)
    assert name == "dc/valence/h1/rack/r009/meta"
    assert (meta.cls, meta.parent, set(meta.feeds)) == ("rack", "h1/cdu/cdu-02", set(site.assets["rack"][8].feeds))
    assert tuple(c.name for c in meta.columns) == CLASSES["rack"].columns
    assert [c.name for c in meta.columns if c.measured] == list(CLASSES["rack"].measured)
    flow = next(c for c in meta.columns if c.name == "flow_lpm")
    assert (flow.unit, flow.low, flow.high) == ("L/min", -1000.0, 2_000_000.0)


# estimates


def snapshot(site: Site, scenario: str) -> Snapshot:
    values = {c: np.full((site.count(c), len(k.columns)), 50.0) for c, k in CLASSES.items()}
    values["rack"][1] = np.nan
    nothing = {c: np.full((site.count(c), len(k.measured)), np.nan) for c, k in CLASSES.items()}
    quality = {c: np.zeros(v.shape, np.uint8) for c, v in nothing.items()}
    quality["rack"][0, 0] = 2
    std = {c: np.full_like(v, np.nan) for c, v in values.items()}
    return Snapshot(NOW, scenario, values, std, nothing, quality, np.empty((0, 0)), np.empty((0, 0)))


def test_estimates_are_flat_and_hold_what_is_known(site: Site) -> None:
    found = dict(encode_twin(site, snapshot(site, ACTUAL)))
    ts, scenario, values = decode_twin("t", found["dc/valence/h1/rack/r001/twin"])
    assert (ts, scenario, values["power_kw"], values["supply_c_quality"]) == (NOW, ACTUAL, 0.05, 2.0)
    assert set(values) == {*CLASSES["rack"].columns, "supply_c_quality"}
    assert "dc/valence/h1/rack/r002/twin" not in found


@pytest.mark.parametrize("scenario", ["forecast", "hot-day"])
def test_what_is_not_the_plant_is_never_under_its_root(scenario: str, site: Site) -> None:
    for name, payload in encode_twin(site, snapshot(site, scenario), ["rack", "site"]):
        assert name.startswith("whatif/valence/") and json.loads(payload)["scenario"] == scenario
        assert decode_all(site, name, payload, NOW).problems[0].reason == "unknown_topic"


@pytest.mark.parametrize("bad", [{}, {"ts": NOW}, {"ts": NOW, "scenario": 1}, {"ts": NOW, "scenario": "a", "supply_c": "x"}])
def test_a_bad_estimate_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        decode_twin("t", json.dumps(bad).encode())


# the published description


def test_the_committed_description_is_current() -> None:
    assert (ROOT / "docs/asyncapi.yaml").read_text() == text(document()), "run: boucle asyncapi > docs/asyncapi.yaml"


def references(node: object) -> list[str]:
    if isinstance(node, dict):
        return [*([node["$ref"]] if "$ref" in node else []), *(r for v in node.values() for r in references(v))]
    return [r for v in node for r in references(v)] if isinstance(node, list) else []


def test_every_reference_of_the_description_leads_somewhere() -> None:
    loaded = yaml.safe_load(text(document()))
    found = references(loaded)
    assert found
    for reference in found:
        node = loaded
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    used = {r for r in found if r.startswith("#/components/")}
    assert used == {f"#/components/{kind}/{name}" for kind, parts in loaded["components"].items() for name in parts}


def test_the_description_has_every_channel_with_its_parameters_and_one_operation() -> None:
    doc = document()
    for channel in doc["channels"].values():
        assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel["parameters"])
    assert sorted(o["channel"]["$ref"] for o in doc["operations"].values()) == sorted(f"#/channels/{c}" for c in doc["channels"])
    heard = {c["address"] for n, c in doc["channels"].items() if any(
        o["action"] == "receive" and o["channel"]["$ref"].endswith(f"/{n}") for o in doc["operations"].values())}
    assert not any(a.endswith(("/twin", "/ack", "/meta")) for a in heard)


def test_the_description_says_of_each_class_what_is_decoded_and_written(site: Site) -> None:
    schemas = document()["components"]["schemas"]
    for cls, kind in CLASSES.items():
        assert set(schemas[f"{cls}Twin"]["properties"]) == {"ts", "scenario", *twin_fields(cls)}
        if kind.measured:
            assert set(schemas[f"{cls}Tele"]["properties"]) == {"ts", "seq", "q", *kind.measured}
    for name, _ in encode_twin(site, snapshot(site, ACTUAL)):
        cls = name.split("/")[3]
        assert f"{cls}Twin" in schemas


@pytest.mark.parametrize("cls", [c for c, k in CLASSES.items() if k.measured])
def test_a_value_is_refused_exactly_where_the_description_ends(cls: str, site: Site) -> None:
    if not site.count(cls):
        site = load_site("frontier")
    asset, schema = site.assets[cls][0], document()["components"]["schemas"][f"{cls}Tele"]["properties"]
    for column in CLASSES[cls].measured:
        low, high = schema[column]["minimum"], schema[column]["maximum"]
        for value, fits in ((low, True), (high, True), (high * 1.001 + 0.001, False)):
            payload = json.dumps({"ts": NOW, column: value}).encode()
            assert (decode_all(site, topic(site, asset, "tele"), payload, NOW).event is not None) == fits, (column, value)
