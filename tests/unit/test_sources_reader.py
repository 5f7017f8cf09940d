"""The reader of the broker's socket while the inbox is full."""
from __future__ import annotations

import asyncio
import socket
from types import SimpleNamespace

from twin.sources import mqtt
from twin.sources.inbox import Inbox, Message
from twin.sources.mqtt import Reader

PUBLISH = b"\x30\x05\x00\x01t42"  # QoS 0, topic "t", payload "42"; MQTT 3.1.1, 3.3


async def test_a_pause_of_ours_is_not_taken_for_a_dead_broker(monkeypatch):
    monkeypatch.setattr(mqtt, "HOLD_S", 0.0)
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    client = SimpleNamespace(socket=lambda: ours, _in_packet={"command": 0}, _last_bytes_received=0.0)
    session = SimpleNamespace(alive=True)
    inbox = Inbox(limit=1)
    reader = Reader(client, inbox, lambda p: inbox.put(Message(0, "t", p.payload)), session)
    reader.limited = True
    reader.start()
    theirs.sendall(2 * PUBLISH)
    while not len(inbox):
        await asyncio.sleep(0)
    client._last_bytes_received = 0.0
    async with asyncio.timeout(10.0):
        while not client._last_bytes_received:
            await asyncio.sleep(0)
    assert len(inbox) == 1
    assert [m.payload for m in await inbox.take(1, 0.0) + await inbox.take(1, 0.0)] == [b"42", b"42"]
    client._last_bytes_received = 0.0
    for _ in range(5):
        await asyncio.sleep(0)
    assert client._last_bytes_received == 0.0  # it reads again: from here silence is the broker's
    session.alive = False
    ours.close()
    theirs.close()
