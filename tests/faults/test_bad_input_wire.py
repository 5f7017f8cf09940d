"""What senders do wrong, one row a case: the reason that is counted, and what is kept of the message beside it."""
from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np
import pytest

from config.classes import CLASSES
from config.errors import WireError
from config.load import load_site
from config.site import Site
from twin.events import BAD, GOOD, UNCERTAIN, Reading, Rejected
from twin.wire.native import Decoded, decode, decode_all
from twin.wire.reasons import REASONS

NOW = 1_712_000_000_000
TOPIC = "dc/valence/h1/rack/r001/tele"
GPU = "dc/valence/h1/rack/r001/gpu"
GATEWAY = "dc/valence/h1/gateway/gw-1/status"
CMD = "dc/valence/site/site/totals/cmd"
GPUS = 72


@dataclass(frozen=True)
class Case:
    """`keeps`: boundary values that must be in the event, None when the whole message is refused. `reasons` in order."""

    name: str
    payload: bytes
    reasons: tuple[str, ...]
    keeps: dict[str, float] | None = None
    topic: str = TOPIC
    field: str = ""
    says: str = ""
    missing: tuple[str, ...] = ()


def msg(**fields: object) -> bytes:
    return json.dumps({"ts": NOW, "seq": 1, "q": 1} | fields).encode()


def raw(text: str) -> bytes:
    """A message with the columns written as given."""
    return b'{"ts":%d,"seq":1,"q":1,%s}' % (NOW, text.encode())


def gpus(temp: list[object], power: list[object]) -> bytes:
    return msg(temp_c=temp, power_w=power)


def command(**fields: object) -> bytes:
    return json.dumps({"ts": NOW} | fields).encode()


GOOD_POWER = {"power_kw": 100.0}
CASES = (
    # whole messages
    Case("nothing", b"", ("json",)),
    Case("cut off", msg(supply_c=32.0)[:-4], ("json",)),
    Case("text after the object", msg(supply_c=32.0) + b"x", ("json",)),
    Case("two objects", msg(supply_c=32.0) * 2, ("json",)),
    Case("not JSON", b"supply_c=32.0", ("json",)),
    Case("single quotes", b"{'ts':1}", ("json",)),
    Case("an array", b"[1,2,3]", ("type",), says="expected an object, got array"),
    Case("a number", b"42", ("type",)),
    Case("null", b"null", ("type",)),
    Case("Latin-1", b'{"ts":1,"n":"caf\xe9"}', ("encoding",), says="byte 16"),
    Case("UTF-16", msg(supply_c=32.0).decode().encode("utf-16"), ("encoding",)),
    Case("byte order mark", b"\xef\xbb\xbf" + msg(supply_c=32.0), ("encoding",), says="byte order mark"),
    Case("bytes at random", bytes(range(128, 256)), ("encoding",)),
    Case("70 kB", msg(supply_c=32.0, note="x" * 70_000), ("too_large",), says="65536"),
    Case("ten thousand brackets", b'{"ts":1,"a":' + b"[" * 10_000, ("too_deep",), says="at most 8"),
    Case("thirty thousand objects", b'{"a":' * 12_000, ("too_deep",)),
    Case("one key twice", raw('"supply_c":32.0,"supply_c":40.0'), ("duplicate_key",), field="supply_c"),
    Case("ts twice", b'{"ts":1,"ts":%d,"supply_c":32.0}' % NOW, ("duplicate_key",), field="ts"),
    Case("an unknown key twice", raw('"supply_c":32.0,"x":1,"x":2'), ("duplicate_key",), field="x"),
    Case("no column", msg(), ("empty",), says="supply_c"),
    Case("an empty object", b"{}", ("missing_ts",), field="ts"),
    # the head
    Case("no ts", b'{"seq":1,"q":1,"supply_c":32.0}', ("missing_ts",), field="ts"),
    Case("ts null", msg(ts=None, supply_c=32.0), ("missing_ts",), field="ts"),
    Case("ts as text", msg(ts="2026-01-01T00:00:00Z", supply_c=32.0), ("type",), field="ts", says="got string"),
    Case("ts true", msg(ts=True, supply_c=32.0), ("type",), field="ts", says="got boolean"),
    Case("ts with a fraction", msg(ts=NOW + 0.5, supply_c=32.0), ("type",), field="ts"),
    Case("ts a whole float is meant well", msg(ts=float(NOW), supply_c=32.0), (), {"supply_c": 32.0}),
    Case("ts NaN", b'{"ts":NaN,"supply_c":32.0}', ("nan",), field="ts"),
    Case("ts of 30 digits", b'{"ts":%d,"supply_c":32.0}' % 10**30, ("range",), field="ts"),
    Case("ts of 5000 digits", b'{"ts":%s,"supply_c":32.0}' % (b"9" * 5000), ("type",), field="ts"),
    Case("seconds for milliseconds", msg(ts=NOW // 1000, supply_c=32.0), ("clock_past",), field="ts", says="looks like seconds"),
    Case("microseconds", msg(ts=NOW * 1000, supply_c=32.0), ("clock_future",), field="ts", says="looks like microseconds"),
    Case("nanoseconds", msg(ts=NOW * 10**6, supply_c=32.0), ("clock_future",), field="ts", says="looks like nanoseconds"),
    Case("a clock in the year 2100", msg(ts=4_102_444_800_000, supply_c=32.0), ("clock_future",), field="ts"),
    Case("a clock in 1970", msg(ts=0, supply_c=32.0), ("clock_past",), field="ts"),
    Case("a clock in 1900", msg(ts=-2_208_988_800_000, supply_c=32.0), ("clock_past",), field="ts"),
    Case("5.001 s ahead", msg(ts=NOW + 5_001, supply_c=32.0), ("clock_future",), field="ts", says="5.001 s ahead"),
    Case("5 s ahead is tolerated", msg(ts=NOW + 5_000, supply_c=32.0), (), {"supply_c": 32.0}),
    Case("10 min and 1 ms old", msg(ts=NOW - 600_001, supply_c=32.0), ("clock_past",), field="ts", says="600.001 s old"),
    Case("10 min old is tolerated", msg(ts=NOW - 600_000, supply_c=32.0), (), {"supply_c": 32.0}),
    Case("seq negative", msg(seq=-1, supply_c=32.0), ("range",), field="seq"),
    Case("seq as text", msg(seq="7", supply_c=32.0), ("type",), field="seq"),
    Case("q of 3", msg(q=3, supply_c=32.0), ("range",), field="q"),
    Case("q true", msg(q=True, supply_c=32.0), ("type",), field="q"),
    Case("no seq and no q", b'{"ts":%d,"supply_c":32.0}' % NOW, (), {"supply_c": 32.0}),
    # single values: the rest of the message is used
    Case("kelvin for degC", msg(supply_c=305.15, **GOOD_POWER), ("range",), GOOD_POWER, field="supply_c", says="305.15 degC",
         missing=("supply_c",)),
    Case("watts for kW", msg(supply_c=32.0, power_kw=1.2e8), ("range",), {"supply_c": 32.0}, field="power_kw", missing=("power_kw",)),
    Case("just above the range", msg(supply_c=110.001, **GOOD_POWER), ("range",), GOOD_POWER, field="supply_c"),
    Case("the end of the range", msg(supply_c=110.0), (), {"supply_c": 110.0}),
    Case("NaN", raw('"supply_c":NaN,"power_kw":100.0'), ("nan",), GOOD_POWER, field="supply_c", missing=("supply_c",)),
    Case("Infinity", raw('"supply_c":-Infinity,"power_kw":100.0'), ("nan",), GOOD_POWER, field="supply_c"),
    Case("1e400", raw('"supply_c":1e400,"power_kw":100.0'), ("range",), GOOD_POWER, field="supply_c"),
    Case("1e-400 is zero", raw('"supply_c":1e-400'), (), {"supply_c": 0.0}),
    Case("an integer of 5000 digits", raw(f'"supply_c":{"9" * 5000},"power_kw":100.0'), ("range",), GOOD_POWER, field="supply_c"),
    Case("minus zero is zero", raw('"supply_c":-0.0'), (), {"supply_c": 0.0}),
    Case("an integer is a number", raw('"supply_c":32'), (), {"supply_c": 32.0}),
    Case("a number as text", msg(supply_c="32.0", **GOOD_POWER), ("type",), GOOD_POWER, field="supply_c", says="got string"),
    Case("a boolean as number", msg(leak_on=True, **GOOD_POWER), ("type",), GOOD_POWER, field="leak_on", says="got boolean"),
    Case("an array for a number", msg(supply_c=[32.0], **GOOD_POWER), ("type",), GOOD_POWER, field="supply_c"),
    Case("an object for a number", msg(supply_c={"value": 32.0}, **GOOD_POWER), ("type",), GOOD_POWER, field="supply_c"),
    Case("null in a good message", msg(supply_c=None, **GOOD_POWER), ("null_good",), GOOD_POWER, field="supply_c"),
    Case("null in an uncertain one", msg(q=2, supply_c=None, **GOOD_POWER), (), GOOD_POWER, missing=("supply_c",)),
    Case("two bad values", msg(supply_c=400.0, return_c="x", **GOOD_POWER), ("range", "type"), GOOD_POWER),
    Case("nothing usable", msg(supply_c=400.0), ("range",), field="supply_c"),
    Case("a key we do not know", msg(supply_c=32.0, firmware="1.2"), ("unknown_field",), {"supply_c": 32.0}, field="firmware"),
    Case("a nested key we do not know", msg(supply_c=32.0, debug={"a": [1]}), ("unknown_field",), {"supply_c": 32.0}, field="debug"),
    Case("a column of another class", msg(supply_c=32.0, tcs_supply_c=30.0), ("unknown_field",), {"supply_c": 32.0}, field="tcs_supply_c"),
    Case("a column that only the twin has", msg(supply_c=32.0, gpu_max_c=60.0), ("unknown_field",), {"supply_c": 32.0}, field="gpu_max_c"),
    Case("keys in capitals", msg(Supply_C=32.0), ("empty",)),
    # GPU arrays
    Case("71 GPUs", gpus([60.0] * 71, [900.0] * GPUS), ("array_length",), {"gpu": 900.0}, GPU, "temp_c", "71 values for 72 GPUs"),
    Case("no array", gpus(60.0, [900.0] * GPUS), ("type",), {"gpu": 900.0}, GPU, "temp_c"),
    Case("one hot GPU", gpus([60.0] * 3 + [999.0] + [60.0] * 68, [900.0] * GPUS), ("range",), {"gpu": 900.0}, GPU, "temp_c[3]"),
    Case("null among GPUs", gpus([None] + [60.0] * 71, [900.0] * GPUS), ("null_good",), {"gpu": 900.0}, GPU, "temp_c"),
    Case("only power", msg(power_w=[900.0] * GPUS), (), {"gpu": 900.0}, GPU),
    # topics
    Case("another root", msg(supply_c=32.0), ("unknown_topic",), topic="whatif/valence/h1/rack/r001/tele"),
    Case("another site", msg(supply_c=32.0), ("unknown_topic",), topic="dc/elsewhere/h1/rack/r001/tele"),
    Case("too few levels", msg(supply_c=32.0), ("unknown_topic",), topic="dc/valence/h1/r001/tele"),
    Case("another channel", msg(supply_c=32.0), ("unknown_topic",), topic="dc/valence/h1/rack/r001/telemetry"),
    Case("the twin's own output", msg(supply_c=32.0), ("unknown_topic",), topic="dc/valence/h1/rack/r001/twin"),
    Case("the GPUs of a CDU", msg(temp_c=[]), ("unknown_topic",), topic="dc/valence/h1/cdu/cdu-01/gpu"),
    Case("telemetry of the totals", msg(it_kw=1.0), ("unknown_topic",), topic="dc/valence/site/site/totals/tele"),
    Case("no such rack", msg(supply_c=32.0), ("unknown_asset",), topic="dc/valence/h1/rack/r999/tele", says="no rack r999"),
    Case("no such hall", msg(supply_c=32.0), ("unknown_asset",), topic="dc/valence/h9/rack/r001/tele"),
    Case("no such class", msg(supply_c=32.0), ("unknown_asset",), topic="dc/valence/h1/fridge/r001/tele", says="class is one of"),
    Case("an empty topic", msg(supply_c=32.0), ("unknown_topic",), topic=""),
    # gateways and commands
    Case("status as text", b'{"online":"yes"}', ("type",), topic=GATEWAY, field="online"),
    Case("status without online", b"{}", ("missing_field",), topic=GATEWAY, field="online"),
    Case("a gateway of no hall", b'{"online":true}', ("unknown_asset",), topic=GATEWAY.replace("h1", "h7")),
    Case("a command without author", command(id="1", expires=NOW, name="x"), ("missing_field",), topic=CMD, field="author"),
    Case("a command with an id of spaces", command(id=" ", author="a", expires=NOW, name="x"), ("range",), topic=CMD, field="id"),
    Case("a command from the past", command(ts=1, id="1", author="a", expires=NOW, name="x"), ("clock_past",), topic=CMD, field="ts"),
    Case("arguments that are no object", command(id="1", author="a", expires=1, name="x", arguments=[]), ("type",), topic=CMD,
         field="arguments"),
)


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("valence")


def boundary(reading: Reading, name: str) -> float:
    if reading.cls == "gpu":
        return float(np.nanmean(reading.values[1]))
    c = CLASSES[reading.cls]
    return float(reading.values[c.column(name)] / c.factors()[c.column(name)])


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_each_fault_has_its_reason_and_costs_nothing_else(case: Case, site: Site) -> None:
    found = decode_all(site, case.topic, case.payload, NOW)
    assert tuple(p.reason for p in found.problems) == case.reasons
    if case.reasons:
        first = found.problems[0]
        assert first.field == case.field or not case.field
        assert case.says in first.detail
        assert (first.topic, first.ts_ms) == (case.topic, NOW)
    check_kept(case, found)


def check_kept(case: Case, found: Decoded) -> None:
    if case.keeps is None:
        assert found.event is None
        return
    assert isinstance(found.event, Reading)
    assert {k: boundary(found.event, k) for k in case.keeps} == pytest.approx(case.keeps, rel=1e-12)
    assert all(math.isnan(boundary(found.event, k)) for k in case.missing)


def test_the_table_is_long_and_knows_every_reason() -> None:
    assert len(CASES) >= 60 and len({c.name for c in CASES}) == len(CASES)
    assert {r for c in CASES for r in c.reasons} == set(REASONS)


@pytest.mark.parametrize("sent", [GOOD, UNCERTAIN, BAD])
def test_a_message_that_lost_a_value_is_not_called_good(sent: int, site: Site) -> None:
    found = decode_all(site, TOPIC, msg(q=sent, supply_c=305.15, power_kw=1.0), NOW)
    assert found.event.q == (UNCERTAIN if sent == GOOD else sent)


def test_an_unknown_key_does_not_make_the_values_doubtful(site: Site) -> None:
    assert decode_all(site, TOPIC, msg(supply_c=32.0, firmware="1.2"), NOW).event.q == GOOD


def test_one_bad_message_in_a_stream_costs_only_itself(site: Site) -> None:
    payloads = [msg(seq=n, supply_c=30.0 + n) for n in range(3)]
    payloads.insert(1, b"\x00")
    found = [decode_all(site, TOPIC, p, NOW) for p in payloads]
    assert [d.event.seq for d in found if d.event] == [0, 1, 2]
    assert [p.reason for d in found for p in d.problems] == ["json"]


def test_decode_raises_what_decode_all_reports(site: Site) -> None:
    with pytest.raises(WireError, match=r"r001/tele: supply_c: range: 305.15 degC is outside -20..110") as caught:
        decode(site, TOPIC, msg(supply_c=305.15), NOW)
    assert caught.value.reason == "range"
    assert isinstance(decode(site, TOPIC, msg(supply_c=305.15, power_kw=1.0), NOW), Reading)


def test_a_report_can_be_logged_whatever_the_sender_wrote(site: Site) -> None:
    topic = "dc/valence/h1/rack/\x1b[31m" + "x" * 5000 + "/tele"
    problem: Rejected = decode_all(site, topic, b"{}", NOW).problems[0]
    assert problem.topic.isprintable() and len(problem.topic) < 300
