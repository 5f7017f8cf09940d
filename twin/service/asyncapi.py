"""The wire profile with what is asked and answered under the what-if root: from the models that read the one and write the other."""
from __future__ import annotations

from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter

from twin.advise.advice import Advice
from twin.service.mqtt_whatif import REQUESTS
from twin.service.outlook import JobsMessage, WeatherMessage, topics
from twin.whatif.accounts import Account
from twin.whatif.answer import Answer, Margin
from twin.whatif.chain import Link
from twin.whatif.limits import Reached
from twin.wire import asyncapi
from twin.wire.topics import WHATIF_ROOT

_Doc = dict[str, Any]
_PARTS = {"Reached": Reached, "Margin": Margin, "Link": Link, "Account": Account}
_NOT_SENT = ("plus_minus_s", "future", "base")
_MQTT = {"qos": 1, "retain": False, "bindingVersion": "0.2.0"}
REQUEST, ANSWER = "whatifRequest", "whatifAnswer"
OUTLOOK = "outlookWeather", "outlookJobs"


def document() -> _Doc:
    """The whole profile; the same every time."""
    doc = asyncapi.document()
    doc["channels"] |= {REQUEST: _channel(f"{WHATIF_ROOT}/{{site}}/request", REQUEST, "A question to the twin; a retained or expired one is refused, a repeated id gets "
                                                                                   "the same answer. QoS 1, not retained."),
                        ANSWER: _channel(f"{WHATIF_ROOT}/{{site}}/answer/{{request}}", ANSWER, "Its answer, once. QoS 1, not retained.")}
    for name, kind, topic in zip(OUTLOOK, (WeatherMessage, JobsMessage), topics("{site}"), strict=True):
        _heard(doc, name, kind, topic)
    doc["operations"] |= {"receiveWhatifRequest": _operation("receive", REQUEST), "sendWhatifAnswer": _operation("send", ANSWER)}
    doc["components"]["messages"] |= {n: {"name": n, "contentType": "application/json", "payload": {"$ref": f"#/components/schemas/{n}"}} for n in (REQUEST, ANSWER)}
    doc["components"]["schemas"] |= {REQUEST: _request(), **{f"{name}Arguments": _schema(kind) for name, kind in REQUESTS.items()}, ANSWER: _answer()} | {n: _schema(k) for n, k in _PARTS.items()}
    return doc


def _heard(doc: _Doc, name: str, kind: type, topic: str) -> None:
    """A channel of what is told of the time to come."""
    about = f"{(kind.__doc__ or '').strip()} Replaces the last one; may be retained. QoS 1."
    doc["channels"][name] = _channel(topic, name, about)
    doc["operations"][f"receive{name[0].upper()}{name[1:]}"] = _operation("receive", name)
    doc["components"]["messages"][name] = {"name": name, "contentType": "application/json", "payload": {"$ref": f"#/components/schemas/{name}"}}
    schema = _schema(kind)
    doc["components"]["schemas"] |= schema.pop("$defs", {}) | {name: schema}


def _channel(address: str, message: str, about: str) -> _Doc:
    names = {"site": "Id of the site.", "request": "Id of the request."}
    return {"address": address, "description": about, "parameters": {n: {"description": d} for n, d in names.items() if f"{{{n}}}" in address},
            "messages": {message: {"$ref": f"#/components/messages/{message}"}}}


def _operation(action: str, name: str) -> _Doc:
    return {"action": action, "channel": {"$ref": f"#/channels/{name}"}, "bindings": {"mqtt": _MQTT}, "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}]}


def _schema(kind: type) -> _Doc:
    return TypeAdapter(kind).json_schema(ref_template="#/components/schemas/{model}")


def _request() -> _Doc:
    """A command whose name says what is asked for."""
    asked = [{"type": "object", "properties": {"name": {"const": name}, "arguments": {"$ref": f"#/components/schemas/{name}Arguments"}}} for name in REQUESTS]
    return {"allOf": [{"$ref": "#/components/schemas/command"}, {"oneOf": asked}]}


def _answer() -> _Doc:
    """What is sent of an answer, or why there is none."""
    array, number, text = {"type": "array"}, {"type": ["number", "null"]}, {"type": "string"}

    def ref(name: str) -> _Doc:
        return {"$ref": f"#/components/schemas/{name}"}

    known = {
        "site": text, "start_ms": {"type": "integer", "description": "Event time at which the future begins; 0 from the designed plant."},
        "question": {"type": "object"}, "headline": text, "sentence": text, "causes": {**array, "items": text},
        "first": {"anyOf": [{"allOf": [ref("Reached"), {"type": "object", "properties": {"plus_minus_s": number}}]}, {"type": "null"}]},
        "reached": {**array, "items": ref("Reached")}, "margin": ref("Margin"), "base_margin": ref("Margin"), "chain": {**array, "items": ref("Link")},
        "account": ref("Account"), "base_account": ref("Account"), "difference": ref("Account"), "seconds": {**array, "items": {"type": "number"}},
        "series": {"type": "object", "description": "Curves by name: unit, with, without."}, "bands": {"type": ["object", "null"]},
    }
    names = [f.name for f in fields(Answer) if f.name not in _NOT_SENT]
    answer = {"type": "object", "required": sorted(names), "properties": {n: known[n] for n in names}, "additionalProperties": False}
    advice = {"type": "object", "required": [f.name for f in fields(Advice)], "properties": {"headline": text, "words": text}}
    refusal = {"type": "object", "required": ["error", "field"], "properties": {"error": text, "field": text}, "additionalProperties": False}
    return {"oneOf": [answer, advice, refusal]}
