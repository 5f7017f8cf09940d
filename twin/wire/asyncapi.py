"""The native profile as an AsyncAPI 3.0 document, made from the same tables that decode it.

Structure by the AsyncAPI specification 3.0.0: channels with addresses and parameters, operations from the side of the
described application (the twin), messages with JSON Schema payloads.
"""
from __future__ import annotations

from typing import Any

import msgspec

from config.classes import CLASSES, GPU_COLUMNS
from config.quantities import QUANTITIES, Quantity
from twin.wire.alarms import AlarmMessage
from twin.wire.columns import SEQ_MAX
from twin.wire.lines import twin_fields
from twin.wire.messages import Ack, CommandMessage, Meta, Status
from twin.wire.reasons import LIMITS
from twin.wire.topics import ACK, ALARM, GATEWAY, RETAINED, WHATIF_ROOT

PROFILE = "1.0.0"  # of the wire profile; a change that breaks a sender raises the first number
_Doc = dict[str, Any]
_STRUCTS = {"gatewayStatus": Status, "command": CommandMessage, "ack": Ack, "assetMeta": Meta, "alarmState": AlarmMessage}
_SUFFIXES = {"_std": "one standard deviation of", "_residual": "measured minus modelled,", "_quality": "verdict on"}
_PARAMETERS = {
    "root": "Root of the site's topics, `dc` unless configured.",
    "site": "Id of the site.",
    "hall": "Id of the hall, or `site` for what belongs to no hall.",
    "class": f"Class of the asset: {', '.join(CLASSES)}.",
    "id": "Id of the asset.",
    "gateway": "Name of the publisher.",
    "alarm": "Id of the alarm without its hall: class:asset:fault[:column][:part].",
}


def document() -> _Doc:
    """The whole document; the same every time."""
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/json",
        "channels": _channels(),
        "operations": _operations(),
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


def _info() -> _Doc:
    text = (f"Flat JSON over MQTT 3.1.1. A payload has at most {LIMITS.max_bytes} bytes and {LIMITS.max_depth} levels. `ts` may be "
            f"{LIMITS.future_ms} ms ahead and {LIMITS.past_ms} ms old. Numbers are in the unit that ends their name.")
    return {"title": "Boucle native wire profile", "version": PROFILE, "description": text, "license": {"name": "Apache-2.0"}}


def _measured() -> list[str]:
    return [c for c, k in CLASSES.items() if k.measured]


def _channels() -> _Doc:
    place, asset = "{site}/{hall}", "{root}/{site}/{hall}/{class}/{id}"
    found = {f"{c}Tele": _channel(f"{{root}}/{place}/{c}/{{id}}/tele", f"{c}Tele", f"{CLASSES[c].title}: measurements.")
             for c in _measured()}
    found |= {
        "gpu": _channel(f"{{root}}/{place}/rack/{{id}}/gpu", "rackGpus", "GPUs of a rack, as arrays."),
        "gateway": _channel(f"{{root}}/{place}/{GATEWAY}/{{gateway}}/status", "gatewayStatus", "A publisher is online, or its last will."),
        "meta": _channel(f"{asset}/meta", "assetMeta", "What an asset is."),
        "alarm": _channel(f"{{root}}/{place}/{ALARM}/{{alarm}}/state", "alarmState",
                          "An alarm that is not normal; an empty payload when it is over."),
        "cmd": _channel(f"{asset}/cmd", "command", "Requests to the twin."),
        "ack": _channel(f"{asset}/cmd{ACK}", "ack", "Answers to requests."),
    }
    for suffix, root, about in (("Twin", "{root}", "estimates"), ("Whatif", WHATIF_ROOT, "forecasts and what-if results")):
        found |= {f"{c}{suffix}": _channel(f"{root}/{place}/{c}/{{id}}/twin", f"{c}Twin", f"{k.title}: {about}.")
                  for c, k in CLASSES.items()}
    return found


def _channel(address: str, message: str, about: str) -> _Doc:
    used = {name: {"description": text} for name, text in _PARAMETERS.items() if f"{{{name}}}" in address}
    mqtt = _delivery(address)
    how = f"QoS {mqtt['qos']}, {'' if mqtt['retain'] else 'not '}retained."
    return {"address": address, "description": f"{about} {how}", "parameters": used,
            "messages": {message: {"$ref": f"#/components/messages/{message}"}}}


def _delivery(address: str) -> _Doc:
    """MQTT operation binding 0.2.0: a lost estimate is replaced a second later, a lost reading is not."""
    return {"qos": 0 if address.endswith("/twin") else 1, "retain": address.rsplit("/", 1)[1] in RETAINED, "bindingVersion": "0.2.0"}


def _operations() -> _Doc:
    sent = {"assetMeta", "ack", "alarmState", *(f"{c}Twin" for c in CLASSES)}
    return {("send" if _only(c) in sent else "receive") + name[0].upper() + name[1:]: _operation(name, c, _only(c) in sent)
            for name, c in _channels().items()}


def _operation(name: str, channel: _Doc, send: bool) -> _Doc:
    return {"action": "send" if send else "receive", "channel": {"$ref": f"#/channels/{name}"},
            "bindings": {"mqtt": _delivery(channel["address"])},
            "messages": [{"$ref": f"#/channels/{name}/messages/{_only(channel)}"}]}


def _only(channel: _Doc) -> str:
    return next(iter(channel["messages"]))


def _messages() -> _Doc:
    names = dict.fromkeys(_only(c) for c in _channels().values())
    return {n: {"name": n, "contentType": "application/json", "payload": {"$ref": f"#/components/schemas/{n}"}} for n in names}


def _schemas() -> _Doc:
    _, parts = msgspec.json.schema_components(_STRUCTS.values(), ref_template="#/components/schemas/{name}")
    named = {name: parts.pop(kind.__name__) for name, kind in _STRUCTS.items()}
    tele = {f"{c}Tele": _message([QUANTITIES[n] for n in CLASSES[c].measured]) for c in _measured()}
    return tele | {"rackGpus": _gpus()} | named | parts | {f"{c}Twin": _twin(c) for c in CLASSES}


def _head() -> _Doc:
    return {
        "ts": {"type": "integer", "description": "Epoch milliseconds of the measurement."},
        "seq": {"type": "integer", "minimum": 0, "maximum": SEQ_MAX, "default": 0,
                "description": "Counts the sender's messages on this topic."},
        "q": {"type": "integer", "enum": [0, 1, 2], "default": 1,
              "description": "1 good; 2 some value is null or doubtful; 0 the instrument declares itself bad. Null only with 0 and 2."},
    }


def _message(columns: list[Quantity]) -> _Doc:
    return _object({q.name: _number(q) for q in columns})


def _object(columns: _Doc) -> _Doc:
    return {"type": "object", "required": ["ts"], "properties": _head() | columns, "additionalProperties": True}


def _number(q: Quantity) -> _Doc:
    return {"type": ["number", "null"], "minimum": float(q.low), "maximum": float(q.high), "description": f"{q.title}, {q.unit}"}


def _gpus() -> _Doc:
    arrays = {n: {"type": "array", "items": _number(QUANTITIES[n]), "description": f"{QUANTITIES[n].title}, one value a GPU of the rack."}
              for n in GPU_COLUMNS}
    return _object(arrays)


def _twin(cls: str) -> _Doc:
    head = {"ts": {"type": "integer", "description": "Epoch milliseconds of the estimate."},
            "scenario": {"type": "string", "description": "`actual`, or the name of a forecast or what-if."}}
    return {"type": "object", "required": ["ts", "scenario"], "properties": head | {f: _estimate(f) for f in twin_fields(cls)},
            "additionalProperties": False}


def _estimate(field: str) -> _Doc:
    for suffix, meaning in _SUFFIXES.items():
        if field.endswith(suffix):
            q = QUANTITIES[field.removesuffix(suffix)]
            unit = "1 believed, 2 suspect, 3 stale" if suffix == "_quality" else q.unit
            return {"type": "number", "description": f"{meaning} {q.title}, {unit}"}
    return {"type": "number", "description": f"{QUANTITIES[field].title}, {QUANTITIES[field].unit}"}
