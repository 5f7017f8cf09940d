"""Packets out of a stream: against the encoder of paho, cut anywhere, and broken."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import client as paho

from twin.sources.packets import Malformed, Packet, Publish, packet_at, pubacks, publish


def written(topic: bytes, payload: bytes, qos: int, retain: bool, mid: int) -> bytes:
    """What paho would send."""
    client, packets = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="x"), []
    client._sock = object()
    client._packet_queue = lambda _command, packet, *_: packets.append(bytes(packet))
    client._send_publish(mid, topic, payload, qos, retain)
    client._sock = None
    return b"".join(packets)


MESSAGES = st.tuples(st.text(min_size=1, max_size=40).map(str.encode), st.binary(max_size=400), st.sampled_from([0, 1]), st.booleans(),
                     st.integers(1, 65535))


def read(data: bytes) -> tuple[list[Publish], int]:
    found, at = [], 0
    while (packet := packet_at(data, at)) is not None:
        found.append(publish(data, packet))
        at = packet.end
    return found, at


@given(st.lists(MESSAGES, max_size=6))
def test_reads_what_paho_writes(messages):
    data = b"".join(written(*m) for m in messages)
    found, end = read(data)
    assert found == [Publish(topic, payload, mid if qos else 0, qos, retain) for topic, payload, qos, retain, mid in messages]
    assert end == len(data)


@given(MESSAGES, st.data())
def test_an_incomplete_packet_waits(message, data):
    whole = written(*message)
    assert packet_at(whole[: data.draw(st.integers(0, len(whole) - 1))], 0) is None


def test_a_length_beyond_four_bytes_is_no_mqtt():
    with pytest.raises(Malformed):
        packet_at(b"\x30\xff\xff\xff\xff\x01", 0)


@pytest.mark.parametrize("data", [b"\x30\x00", b"\x30\x01\x00", b"\x30\x02\x00\x05", b"\x32\x05\x00\x02ab\x01", b"\x36\x06\x00\x01a\x00\x01x"])
def test_a_publish_shorter_than_it_says_is_no_mqtt(data):
    packet = packet_at(data, 0)
    assert packet is not None
    with pytest.raises(Malformed):
        publish(data, packet)


def test_acknowledgements_by_the_standard():
    assert pubacks([1, 258]) == b"\x40\x02\x00\x01" + b"\x40\x02\x01\x02"
    assert packet_at(pubacks([258]), 0) == Packet(0x40, 2, 4)
