"""Whatever arrives, decoding answers; whatever we send, it reads back the same."""
from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.classes import CLASSES, GPU_COLUMNS
from config.errors import WireError
from config.load import load_site
from config.quantities import QUANTITIES
from config.site import Site
from twin.events import BAD, GOOD, UNCERTAIN, Event, Reading
from twin.wire.native import codec, decode, decode_all, encode_reading
from twin.wire.reasons import REASONS

NOW = 1_712_000_000_000
SITE = load_site("valence")
TOPICS = ("dc/valence/h1/rack/r001/tele", "dc/valence/h1/rack/r001/gpu", "dc/valence/h1/cdu/cdu-18/tele",
          "dc/valence/h1/gateway/g/status", "dc/valence/site/site/totals/cmd", "dc/valence/h1/rack/r001/meta", "x")
MEASURED = [c for c, k in CLASSES.items() if k.measured and SITE.count(c)]
MINUS_ZERO = re.compile(r"-0\.0[,}\]]")
BARE = re.compile(r"[:\[,](-?\d+)[,}\]]")  # a number without point or exponent

KEYS = ("ts", "seq", "q", "supply_c", "power_kw", "temp_c", "power_w", "online", "id", "author", "expires", "name", "x")
keys = st.sampled_from(KEYS) | st.text()
leaves = (st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.integers(NOW - 10**6, NOW + 10**4)
          | st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=3).map(lambda cells: (cells * 72)[:72]))
values = st.recursive(leaves, lambda v: st.lists(v, max_size=5) | st.dictionaries(keys, v, max_size=5), max_leaves=12)
messages = st.dictionaries(keys, values, max_size=10) | st.fixed_dictionaries({"ts": st.integers(NOW - 10**5, NOW)}, optional={
    "q": st.integers(-1, 3), "supply_c": values, "power_kw": values, "temp_c": values})


@pytest.fixture(scope="module")
def site() -> Site:
    return SITE


def check(topic: str, payload: bytes) -> None:
    """Either an event, or a WireError with a known reason; what is decoded is finite or missing and in range."""
    found = decode_all(SITE, topic, payload, NOW)
    assert all(p.reason in REASONS for p in found.problems)
    try:
        event = decode(SITE, topic, payload, NOW)
    except WireError as err:
        assert found.event is None and err.reason == found.problems[0].reason
        return
    if isinstance(event, Reading):
        names = GPU_COLUMNS if event.cls == "gpu" else CLASSES[event.cls].measured
        for name, column in zip(names, event.values, strict=True):
            q, cells = QUANTITIES[name], np.atleast_1d(column)
            cells = cells[~np.isnan(cells)] / q.factor
            assert ((cells >= q.low - 1e-9 * abs(q.low)) & (cells <= q.high + 1e-9 * abs(q.high))).all()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TOPICS) | st.text(), st.binary(max_size=300))
def test_any_bytes(topic: str, payload: bytes) -> None:
    check(topic, payload)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TOPICS), messages)
def test_any_json(topic: str, message: object) -> None:
    check(topic, json.dumps(message).encode("utf-8", "replace"))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_damage_to_a_good_message(data: st.DataObject) -> None:
    topic, payload = encode_reading(SITE, Reading(NOW, "rack", 0, 1, 1, np.array([32.0, 45.0, 0.001, 1e5, 0.0])))
    damaged = bytearray(payload)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not damaged:
            break
    check(topic, bytes(damaged))


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Readings whose values are anything an instrument can print, or missing."""
    cls = draw(st.sampled_from([*MEASURED, "gpu"]))
    names = GPU_COLUMNS if cls == "gpu" else CLASSES[cls].measured
    width = SITE.gpus_per_rack if cls == "gpu" else 1
    columns = [draw(_cells(name, width)) for name in names]
    values = np.array(columns) if cls == "gpu" else np.array(columns)[:, 0]
    row = draw(st.integers(0, SITE.count("rack" if cls == "gpu" else cls) - 1))
    q = draw(st.sampled_from([BAD, UNCERTAIN] if np.isnan(values).any() and cls == "gpu" else [GOOD, BAD, UNCERTAIN]))
    if q == GOOD and np.isnan(values).all():
        q = BAD
    return Reading(draw(st.integers(NOW - 600_000, NOW + 5_000)), cls, row, draw(st.integers(0, 2**53)), q, values)


def _cells(name: str, width: int) -> st.SearchStrategy[list[float]]:
    q = QUANTITIES[name]
    printed = st.floats(q.low, q.high).map(lambda v: round(v, 6) * q.factor)
    few = st.lists(printed | st.just(math.nan), min_size=1, max_size=min(width, 6))
    return few.map(lambda cells: (cells * width)[:width])


@settings(max_examples=150, deadline=None)
@given(readings())
def test_a_reading_comes_back(reading: Reading) -> None:
    topic, payload = encode_reading(SITE, reading)
    found = decode_all(SITE, topic, payload, NOW)
    assert found.problems == ()
    got = found.event
    assert (got.ts_ms, got.cls, got.row, got.seq, got.q) == (reading.ts_ms, reading.cls, reading.row, reading.seq, reading.q)
    np.testing.assert_allclose(got.values, reading.values, rtol=1e-14, atol=0.0)
    assert encode_reading(SITE, got) == (topic, payload)  # to the last printed digit


@settings(max_examples=100, deadline=None)
@given(readings())
def test_numbers_are_json_floats_and_missing_is_null_or_absent(reading: Reading) -> None:
    _, payload = encode_reading(SITE, reading)
    body = payload.decode().split(f'"q":{reading.q}')[1]
    assert not BARE.search(body) and "NaN" not in body and not MINUS_ZERO.search(body)
    assert ("null" in body) == (reading.q != GOOD and bool(np.isnan(reading.values).any()))


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good message with some of its bytes changed, or more of them."""
    topic, payload = encode_reading(SITE, draw(readings()))
    at = draw(st.integers(0, len(payload)))
    return topic, payload[:at] + draw(st.sampled_from((b"", b"0", b"-", b".", b"e1", b"null", b",", b" ", b"9" * 20, b"]", b"}", b'"q":1,')) | st.binary(max_size=3)) + payload[
        at + draw(st.integers(0, 3)):]


@settings(max_examples=100, deadline=None)
@given(st.lists(readings().map(lambda r: encode_reading(SITE, r)) | damaged() | st.tuples(st.sampled_from(TOPICS), st.binary(max_size=60)), min_size=1, max_size=12))
def test_many_messages_at_once_are_read_as_one_by_one(frames: list[tuple[str, bytes]]) -> None:
    def plain(e: Event) -> object:
        return (e.ts_ms, e.cls, e.row, e.seq, e.q, e.values.tobytes(), e.values.shape) if isinstance(e, Reading) else e

    alone = [decode_all(SITE, *frame, NOW) for frame in frames]
    one_by_one = [e for d in alone for e in (*d.problems, d.event) if e is not None]
    assert [plain(e) for e in codec(SITE).hear(frames, NOW)] == [plain(e) for e in one_by_one]
