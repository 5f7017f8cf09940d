"""Advice through its doors: the same bytes over HTTP, typed and in Python; what cannot be asked is refused with its field; the start stays as it was."""
from __future__ import annotations

import asyncio
import json
import pickle

import pytest

from config.load import load_site
from tests.futures import grounded
from tests.unit.test_whatif_doors import asker, boucle, client, request  # noqa: F401, the fixture by its name
from twin.advise.advice import encode
from twin.advise.advise import advise, affordable
from twin.advise.wish import wished
from twin.cli._advising import show
from twin.service.mqtt_whatif import MqttWhatif
from twin.whatif.ground import ground
from twin.whatif.refusal import Refused

QUICK = {"knobs": ["tcs_dp_kpa"], "redundant": False, "horizon_s": 600}


async def test_every_door_gives_the_same_bytes(asker) -> None:  # noqa: F811
    g, start = grounded("valence")
    before = pickle.dumps(start)
    python = encode(advise(g, start, wished(QUICK)))
    assert pickle.dumps(start) == before
    typed = await asyncio.to_thread(boucle, "advise", "--knobs", "tcs_dp_kpa", "--no-redundant", "--for", "10min", "--here", "--json")
    async with client(asker) as http:
        over_http = await http.post("/api/advise", json=QUICK | {"start": "designed"})
        known = (await http.get("/api/advise")).json()
    assert over_http.status_code == 200, over_http.text
    sent: list[bytes] = []

    async def publish(topic: str, payload: bytes, qos: int) -> None:
        sent.append(payload)

    door = MqttWhatif(g.site, asker, publish)
    assert door.take(request(QUICK | {"start": "designed"}, name="advise"))
    await asyncio.gather(*door._tasks.values())
    assert typed.rstrip(b"\n") == python == over_http.content == sent[0]
    assert set(known["knobs"]) >= {"tcs_dp_kpa", "heat_pump_load", "pumps"}


async def test_progress_comes_as_events(asker) -> None:  # noqa: F811
    async with client(asker) as http:
        found = await http.post("/api/advise", json=QUICK, headers={"Accept": "text/event-stream"})
    events = [dict(line.split(": ", 1) for line in block.split("\n")) for block in found.text.strip().split("\n\n")]
    assert events[-1]["event"] == "answer"
    assert json.loads(events[-1]["data"])["changes"][0]["name"] == "tcs_dp_kpa"


@pytest.mark.parametrize(("body", "said"), [
    ({"goal": "glory"}, "goal"), ({"margin_k": -1}, "margin_k"), ({"knobs": []}, "knobs"), ({"knobs": ["colour"]}, "knobs"), ({"given": "earthquake"}, "unknown kind"),
    ({"hall": "h9"}, "no hall is called"), ({"horizon_s": "2y"}, "horizon_s"), ({"colour": 1}, "colour"), ({"given": "pump-trip cdu-99"}, "no cdu is called")])
async def test_what_cannot_be_asked_is_refused_with_its_field(asker, body: dict, said: str) -> None:  # noqa: F811
    async with client(asker) as http:
        found = await http.post("/api/advise", json=body)
    assert found.status_code == 422, found.text
    assert said in found.text


@pytest.mark.parametrize(("site", "wish", "field"), [
    ("frontier", {"goal": "heat"}, "goal"), ("frontier", {"network_c": 60}, "network_c"), ("frontier", {"knobs": ["heat_pump_load"]}, "knobs")])
def test_what_means_nothing_at_a_site_is_refused(site: str, wish: dict, field: str) -> None:
    with pytest.raises(Refused) as refused:
        advise(*grounded(site), wished(wish))
    assert refused.value.field == field


def test_what_is_too_big_is_refused_with_the_numbers() -> None:
    with pytest.raises(Refused, match=r"16,[\d]+ racks take about [\d,]+ s: at most"):
        affordable(ground(load_site("fleet-2030")), 240)


def test_a_site_without_heat_to_sell_is_advised_too(capsys: pytest.CaptureFixture[str]) -> None:
    a = advise(*grounded("frontier"), wished({"knobs": ["tcs_dp_kpa"], "horizon_s": 600, "redundant": False}))
    assert a.difference.sold_kwh == 0.0
    show(json.loads(encode(a)))
    assert "What each limit costs" in capsys.readouterr().out
