"""The document says of what-ifs what is really asked and answered."""
from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

from tests.futures import answer
from twin.advise.advice import Advice
from twin.service.advice_request import AdviceRequest
from twin.service.asyncapi import document
from twin.service.mqtt_whatif import refusal
from twin.service.request import Request
from twin.whatif.answer import encode

SCHEMAS = document()["components"]["schemas"]
ANSWER, ADVICE, REFUSAL = SCHEMAS["whatifAnswer"]["oneOf"]


@pytest.mark.parametrize("words", ["pump-trip cdu-03", "price-change 200"])
def test_an_answer_has_the_keys_that_are_described_and_no_other(words: str) -> None:
    found: dict[str, Any] = json.loads(encode(answer("valence", words, horizon_s=60, members=2)))
    assert set(found) == set(ANSWER["properties"]) == set(ANSWER["required"])
    for key, name in (("margin", "Margin"), ("account", "Account"), ("difference", "Account")):
        assert set(found[key]) == set(SCHEMAS[name]["properties"])
    for key, name in (("reached", "Reached"), ("chain", "Link")):
        assert all(set(part) == set(SCHEMAS[name]["properties"]) for part in found[key])
    if found["first"] is not None:
        assert set(found["first"]) == {*SCHEMAS["Reached"]["properties"], "plus_minus_s"}


def test_a_refusal_and_a_request_are_described_as_they_are() -> None:
    assert set(json.loads(refusal("kind", "unknown"))) == set(REFUSAL["required"])
    assert set(SCHEMAS["whatifArguments"]["properties"]) == set(Request.model_fields)
    assert SCHEMAS["whatifArguments"]["additionalProperties"] is False


def test_advice_is_described_by_its_own_fields() -> None:
    assert set(ADVICE["required"]) == {f.name for f in fields(Advice)}
    assert set(SCHEMAS["adviseArguments"]["properties"]) == set(AdviceRequest.model_fields)
