"""The event log: what went in comes out, whatever happens to the tail of the file."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.sources.inbox import Message
from twin.sources.log import HEADER, EventLog, LogError, files_of, read_file, read_log, write_log

MESSAGES = [Message(1_790_000_000_000 + i, f"dc/v/h1/rack/r{i % 3:03d}/tele", b'{"ts":%d}' % i, i % 2 == 0) for i in range(20)]


@given(st.lists(st.tuples(st.integers(-2**62, 2**62), st.text(max_size=40).filter(lambda t: t.isprintable()), st.binary(max_size=300),
                          st.booleans()), max_size=30))
def test_round_trip(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("log") / "events.log"
    messages = [Message(*row) for row in rows]
    write_log(path, messages)
    assert list(read_file(path)) == messages


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_tail_costs_only_the_torn_message(tmp_path, cut):
    path = tmp_path / "events.log"
    write_log(path, MESSAGES)
    data = path.read_bytes()
    path.write_bytes(data[:-cut])
    found = list(read_log(path))
    assert found == MESSAGES[: len(found)]
    assert len(found) >= len(MESSAGES) - 1 - cut // 30


def test_writing_goes_on_behind_the_sound_part(tmp_path):
    path = tmp_path / "events.log"
    write_log(path, MESSAGES[:10])
    path.write_bytes(path.read_bytes()[:-3])
    write_log(path, MESSAGES[10:])
    assert list(read_log(path)) == MESSAGES[:9] + MESSAGES[10:]


def test_damage_in_a_record_ends_the_reading_there(tmp_path):
    path = tmp_path / "events.log"
    write_log(path, MESSAGES)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    found = list(read_log(path))
    assert 0 < len(found) < len(MESSAGES)
    assert found == MESSAGES[: len(found)]


def test_a_torn_header_is_begun_again(tmp_path):
    path = tmp_path / "events.log"
    path.write_bytes(HEADER[:3])
    write_log(path, MESSAGES)
    assert list(read_log(path)) == MESSAGES


def test_rotation_keeps_every_message_in_order(tmp_path):
    path = tmp_path / "events.log"
    log = EventLog(path, rotate_bytes=200)
    for message in MESSAGES:
        log.append(message)
        log.flush()
    log.close()
    assert len(files_of(path)) > 3
    assert list(read_log(path)) == MESSAGES


def test_rotation_drops_the_oldest_beyond_what_is_kept(tmp_path):
    path = tmp_path / "events.log"
    log = EventLog(path, rotate_bytes=200, keep=2)
    for message in MESSAGES:
        log.append(message)
        log.flush()
    log.close()
    found = list(read_log(path))
    assert len(files_of(path)) == 3
    assert found == MESSAGES[-len(found):]


@pytest.mark.parametrize(("data", "words"), [(b"something else entirely", "not an event log"), (HEADER[:-1] + b"\x09", "version 9")])
def test_a_foreign_file_is_named_and_left_alone(tmp_path, data, words):
    path = tmp_path / "events.log"
    path.write_bytes(data)
    with pytest.raises(LogError, match=words):
        list(read_log(path))
    with pytest.raises(LogError, match="events.log"):
        EventLog(path)
    assert path.read_bytes() == data


def test_a_missing_log_is_named(tmp_path):
    with pytest.raises(LogError, match="no such log"):
        list(read_log(tmp_path / "none.log"))
