"""Hostile requests over HTTP, made from the OpenAPI description: answered or refused as it says, never a fault of the server, never an effect."""
from __future__ import annotations

import json
from functools import cache

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from tests.futures import grounded
from tests.fuzz.kit import FULL, Inline, requests, state, tries
from twin.console.app import create_app
from twin.service.hub import Hub

NOW = 1_790_000_000_000
ENDLESS = r"^/api/live"  # a stream that ends with its reader; tests/unit/test_api_live.py has it


@cache
def app() -> FastAPI:
    return create_app(Hub(grounded("valence")[0].site), None, clock_ms=lambda: NOW, asker=Inline())


@cache
def client() -> TestClient:
    return TestClient(app(), raise_server_exceptions=False)


schema = schemathesis.openapi.from_asgi("/api/openapi.json", app()).exclude(path_regex=ENDLESS)


@schema.parametrize()
@tries(8, 130)
def test_every_route_keeps_its_word(case: schemathesis.Case) -> None:
    """Sent by the test client itself: the transport that comes along does not work beside the urllib3 that grafana-client brings."""
    before, sent = state(), case.as_transport_kwargs(base_url="http://testserver")
    content = sent.get("data")
    found = client().request(sent["method"], sent["url"], params=sent.get("params"), headers=ascii_only(sent.get("headers")),
                             content=content if isinstance(content, str | bytes) else None, json=sent.get("json"))
    case.validate_response(found, checks=[not_a_server_error, response_schema_conformance])
    assert state() == before


def ascii_only(headers: object) -> dict[str, str]:
    """What can be sent as a header at all."""
    return {k: v for k, v in dict(headers or {}).items() if k.isascii() and v.isascii() and v.isprintable()}


@tries(60, 700)
@given(requests())
def test_any_body_is_answered_or_refused(body: dict) -> None:
    before = state()
    found = client().post("/api/whatif", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert found.status_code in (200, 422), found.text
    if found.status_code == 422:
        assert found.json()["error"]
    assert state() == before


@tries(15, 150)
@given(st.binary(max_size=200), st.sampled_from(["/api/whatif", "/api/advise"]), st.sampled_from(["application/json", "text/plain", ""]))
def test_any_bytes_are_refused(body: bytes, path: str, kind: str) -> None:
    found = client().post(path, content=body, headers={"Content-Type": kind} if kind else {})
    assert found.status_code in (200, 400, 422), found.text


def test_a_fault_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tests.fuzz.kit.question", broken)
    assert client().post("/api/whatif", json={"ask": "pump-trip cdu-03"}).status_code == 500
    assert FULL in (True, False)
