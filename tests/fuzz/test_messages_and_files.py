"""Hostile requests over MQTT, typed, and in files: one answer or one refusal each, never a crash, never an effect."""
from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError
from config.scenarios import known_scenarios, scenario_path, scenario_tree
from tests.futures import grounded
from tests.fuzz.kit import ANY, NUMBERS, WORDS, Inline, requests, state, tries
from twin.cli import _asking
from twin.cli.main import cli
from twin.service.mqtt_whatif import MqttWhatif
from twin.sources.inbox import Message
from twin.whatif.scenario import scenario

NOW = 1_790_000_000_000
ENVELOPE = st.fixed_dictionaries({}, optional={
    "ts": st.one_of(st.just(NOW), NUMBERS), "id": st.one_of(st.just("q-1"), st.text(max_size=80), ANY), "author": st.one_of(st.just("ops"), ANY),
    "expires": st.one_of(st.just(NOW + 1000), NUMBERS), "name": st.one_of(st.just("whatif"), st.text(max_size=20)), "colour": ANY})


async def delivered(payload: bytes, retained: bool) -> list[tuple[str, bytes]]:
    """What is published for a message."""
    sent: list[tuple[str, bytes]] = []

    async def publish(topic: str, answer: bytes, qos: int) -> None:
        sent.append((topic, answer))

    door = MqttWhatif(grounded("valence")[0].site, Inline(), publish)
    assert door.take(Message(NOW, "whatif/valence/request", payload, retained))
    await asyncio.gather(*door._tasks.values())
    return sent


@tries(50, 400)
@given(requests(), ENVELOPE, st.booleans())
def test_any_message_is_answered_once_or_counted(arguments: dict, envelope: dict, retained: bool) -> None:
    before = state()
    whole = {"ts": NOW, "id": "q-1", "author": "ops", "expires": NOW + 1000, "name": "whatif"} | envelope | {"arguments": arguments}
    sent = asyncio.run(delivered(json.dumps(whole).encode(), retained))
    assert len(sent) <= 1
    for topic, answer in sent:
        assert topic.startswith("whatif/valence/answer/")
        assert json.loads(answer)
    assert state() == before


@tries(20, 200)
@given(st.binary(max_size=300))
def test_any_payload_is_none_of_our_faults(payload: bytes) -> None:
    assert asyncio.run(delivered(payload, False)) == []


@pytest.fixture(scope="module")
def here():
    """The command line on a site that is compiled once, its answers cut short."""
    def local(site, r) -> bytes:
        return asyncio.run(Inline().ask(r))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_asking, "local", local)
        patch.setattr(_asking, "load_site", lambda name: grounded(name)[0].site)
        yield


OPTIONS = st.lists(st.one_of(
    st.tuples(st.sampled_from(["--for", "--step", "--members", "--seed", "--load", "--outdoor", "--day"]), st.one_of(NUMBERS.map(str), st.sampled_from(["1h", "x", "07-19"]))),
    st.just(("--json",))), max_size=3).map(lambda pairs: [word for pair in pairs for word in pair])


@tries(15, 250)
@given(WORDS, OPTIONS)
def test_any_command_line_ends_with_an_answer_or_a_refusal(here: None, words: str, options: list[str]) -> None:
    found = CliRunner().invoke(cli, ["whatif", *options, "--here", "--", words])
    assert found.exception is None or isinstance(found.exception, SystemExit), repr(found.exception)
    assert found.exit_code in (0, 2)


SAVED = [scenario_path(name).read_text() for name in known_scenarios()]
SPOILED = st.tuples(st.sampled_from(SAVED), st.lists(st.tuples(st.floats(0, 1), st.one_of(
    st.sampled_from(["\n", ":", "- ", "{", "}", "[", "&a ", "*a ", "!!python/object:os.system ", "\t", "'", "nan", "1e999", "kind: ", "horizon_s: -1\n"]), st.text(max_size=6)),
    st.integers(0, 12)), min_size=1, max_size=4))


def spoiled(text: str, edits: list[tuple[float, str, int]]) -> str:
    for place, put, cut in edits:
        at = int(place * len(text))
        text = text[:at] + put + text[at + cut:]
    return text


@tries(60, 400)
@given(SPOILED)
def test_any_scenario_file_is_a_question_or_told_with_its_lines(tmp_path_factory: pytest.TempPathFactory, pair: tuple) -> None:
    file: Path = tmp_path_factory.getbasetemp() / "spoiled.yaml"
    text = spoiled(*pair)
    file.write_text(text, encoding="utf-8", errors="replace")
    try:
        assert scenario(scenario_tree(file)).perturbations
    except ConfigError as error:
        lines = text.count("\n") + 2
        assert error.problems
        assert all(p.file == str(file) and 1 <= p.line <= lines and p.message for p in error.problems)
