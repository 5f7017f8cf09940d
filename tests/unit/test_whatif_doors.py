"""The doors: HTTP, MQTT, the command line and Python give the same bytes; what is too much is refused; the work can be followed and stopped."""
from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.futures import grounded, question
from twin.console.app import create_app
from twin.service.asker import Asker, Busy, Stopped
from twin.service.hub import Hub
from twin.service.mqtt_whatif import MqttWhatif
from twin.service.request import Request
from twin.sources.inbox import Message
from twin.whatif.answer import encode
from twin.whatif.ask import ask
from twin.whatif.refusal import Refused

ROOT = Path(__file__).parents[2]
WORDS = "pump-trip cdu-03"
NOW = 1_790_000_000_000


def boucle(*args: str) -> bytes:
    return subprocess.run([sys.executable, "-m", "twin.cli", *args], cwd=ROOT, check=True, capture_output=True, timeout=200).stdout


@pytest.fixture
async def asker():
    g, start = grounded("valence")
    made = Asker(g.site, lambda: start)
    yield made
    made.close()


def client(asker: Asker | None) -> httpx.AsyncClient:
    app = create_app(Hub(grounded("valence")[0].site), None, clock_ms=lambda: NOW, asker=asker)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://twin")


async def test_every_door_gives_the_same_bytes(asker: Asker) -> None:
    g, start = grounded("valence")
    python = encode(ask(g, start, question(WORDS, horizon_s=60, members=2)))
    typed = await asyncio.to_thread(boucle, "whatif", WORDS, "--for", "1min", "--members", "2", "--here", "--json")
    sent: list[tuple[str, bytes, int]] = []

    async def publish(*message) -> None:
        sent.append(message)

    door = MqttWhatif(g.site, asker, publish)
    async with client(asker) as http:
        over_http = await http.post("/api/whatif", json={"ask": WORDS, "horizon_s": "1min", "members": 2, "start": "designed"})
    assert door.take(request({"ask": WORDS, "horizon_s": 60, "members": 2}))
    await asyncio.gather(*door._tasks.values())
    assert over_http.status_code == 200
    assert typed.rstrip(b"\n") == python == over_http.content == sent[0][1]
    assert sent[0][0] == "whatif/valence/answer/q-1"


async def test_progress_and_the_answer_come_as_events(asker: Asker) -> None:
    async with client(asker) as http:
        found = await http.post("/api/whatif", json={"ask": WORDS, "horizon_s": 30, "members": 3}, headers={"Accept": "text/event-stream"})
    events = [dict(line.split(": ", 1) for line in block.split("\n")) for block in found.text.strip().split("\n\n")]
    assert [e["event"] for e in events][-1] == "answer"
    shares = [float(e["data"]) for e in events[:-1]]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert json.loads(events[-1]["data"])["first"]["name"] == "gpu_throttle"


async def test_one_that_runs_can_be_cancelled_and_the_next_is_answered(asker: Asker) -> None:
    begun = asyncio.Event()
    long = asyncio.create_task(asker.ask(Request(ask=WORDS, members=2500, id="long"), lambda share: begun.set()))
    await asyncio.wait_for(begun.wait(), 100)
    async with client(asker) as http:
        assert (await http.delete("/api/whatif/long")).json() == {"id": "long"}
        assert (await http.delete("/api/whatif/other")).status_code == 404
    with pytest.raises(Stopped, match="cancelled"):
        await long
    assert json.loads(await asker.ask(Request(ask=WORDS, horizon_s=30)))["first"]["name"] == "gpu_throttle"


async def test_a_lost_worker_is_told_and_replaced(asker: Asker) -> None:
    begun = asyncio.Event()
    long = asyncio.create_task(asker.ask(Request(ask=WORDS, members=2500), lambda share: begun.set()))
    await asyncio.wait_for(begun.wait(), 100)
    asker._process.kill()
    with pytest.raises(Stopped, match="lost"):
        await long
    assert await asker.ask(Request(ask=WORDS, horizon_s=10))


async def test_a_forked_worker_says_the_same_and_ends_when_its_pipe_closes(asker: Asker) -> None:
    g, start = grounded("valence")
    other = Asker(g.site, lambda: start)
    other.fork(g)
    asked = Request(ask=WORDS, horizon_s=10)
    assert await other.ask(asked) == await asker.ask(asked)
    process = other._process
    other._pipe.close()
    await asyncio.to_thread(process.join, 100)
    assert process.exitcode == 0


async def test_too_many_at_once_are_refused_with_the_number(asker: Asker) -> None:
    asker.most = 0
    with pytest.raises(Busy, match="at most 0"):
        await asker.ask(Request(ask=WORDS))
    async with client(asker) as http:
        assert (await http.post("/api/whatif", json={"ask": WORDS})).status_code == 429


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"ask": "pump-trip cdu-99"}, "no cdu is called 'cdu-99'"), ({}, "either `ask` or `perturbations`"), ({"ask": "earthquake"}, "unknown kind"),
        ({"ask": "../etc/passwd.yaml"}, "unknown kind"), ({"perturbations": [{"kind": "heat-wave", "peak_c": 99}]}, "peak_c"),
        ({"ask": WORDS, "horizon_s": "1h", "step_s": 99}, "step_s"), ({"ask": WORDS, "colour": 1}, "colour"), ({"ask": WORDS, "members": 9000, "horizon_s": "4h"}, "at most"),
    ],
)
async def test_what_cannot_be_asked_is_refused_with_its_field(asker: Asker, body: dict, said: str) -> None:
    async with client(asker) as http:
        found = await http.post("/api/whatif", json=body)
    assert found.status_code == 422
    assert said in found.text


async def test_the_catalogue_names_every_kind_and_scenario() -> None:
    async with client(None) as http:
        found = (await http.get("/api/whatif")).json()
        assert (await http.post("/api/whatif", json={"ask": WORDS})).status_code == 503
    assert len(found["kinds"]) > 25
    assert all(k["fields"] and k["example"].startswith(k["kind"]) for k in found["kinds"])
    assert len(found["scenarios"]) >= 15


def request(arguments: dict, retained: bool = False, **more) -> Message:
    body = {"ts": NOW, "id": "q-1", "author": "ops", "expires": NOW + 1000, "name": "whatif", "arguments": arguments} | more
    return Message(NOW, "whatif/valence/request", json.dumps(body).encode(), retained)


class Once:
    """An asker that counts."""

    def __init__(self):
        self.asked = 0

    async def ask(self, r: Request) -> bytes:
        self.asked += 1
        if r.ask == "wrong":
            raise Refused("kind", "unknown kind")
        return b"answer %d" % self.asked


async def mqtt(*messages: Message) -> tuple[list[bytes], Counter, Once]:
    sent, counts, once = [], Counter(), Once()

    async def publish(topic: str, payload: bytes, qos: int) -> None:
        sent.append(payload)

    door = MqttWhatif(grounded("valence")[0].site, once, publish, lambda what: counts.update((what,)))
    for message in messages:
        assert door.take(message)
        await asyncio.gather(*door._tasks.values())
    return sent, counts, once


async def test_a_request_on_mqtt_is_worked_out_once_and_a_repeated_one_gets_the_same_answer() -> None:
    sent, counts, once = await mqtt(*[request({"ask": WORDS})] * 3)
    assert sent == [b"answer 1"] * 3
    assert once.asked == 1
    assert counts["whatif_requests"] == 3


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (request({"ask": WORDS}, retained=True), "retained"), (request({"ask": WORDS}, expires=NOW - 5), "expired 5 ms"), (request({"ask": WORDS}, name="x"), "only 'whatif' and 'advise'"),
        (request({"ask": "wrong"}), "unknown kind"), (request({"members": -1}), "greater than"),
    ],
)
async def test_what_is_not_answered_on_mqtt_says_why(message: Message, said: str) -> None:
    sent, _, _ = await mqtt(message)
    assert said in json.loads(sent[0])["error"]


async def test_garbage_on_mqtt_is_counted_and_other_topics_are_left_alone() -> None:
    sent, counts, _ = await mqtt(Message(NOW, "whatif/valence/request", b"{"))
    assert sent == []
    assert sum(v for k, v in counts.items() if k.startswith("rejected_")) == 1
    door = MqttWhatif(grounded("valence")[0].site, Once(), None)
    assert not door.take(Message(NOW, "dc/valence/h1/cdu/cdu-01/tele", b"{}"))
