"""MQTT 3.1.1 source: a persistent session, QoS 1, acknowledged only after a message's effects are handed over.

aiomqtt connects, subscribes, publishes and disconnects. Its paho client is touched here and nowhere else: manual
acknowledgement (aiomqtt acknowledges before the message is processed), our own message callback (aiomqtt's bounded
queue discards silently), our own reading of the socket (`Reader`). When the inbox is full the socket is not read: TCP holds the broker back.
No connection is begun with a full inbox, and the backlog that a persistent session sends ahead of SUBACK may exceed the inbox's limit.
"""
from __future__ import annotations

import asyncio
import logging
import random
import ssl
import time
from collections.abc import Callable, Sequence

import aiomqtt
import paho.mqtt.client as paho
import structlog

from config.settings import Mqtt
from twin.sources.inbox import Inbox, Message
from twin.sources.packets import PUBACK, PUBLISH, Malformed, Packet, Publish, packet_at, pubacks, publish

log = structlog.get_logger("mqtt")
_PAHO_LOG = logging.getLogger("boucle.paho")
_PAHO_LOG.setLevel(logging.CRITICAL)  # what goes wrong with a connection is logged here, once

FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 30.0
READ_BYTES = 1 << 16
HOLD_S = 5.0  # how often a paused connection is told that its silence is ours


class Session:
    """One connection: acknowledgements belong to it and die with it (the broker then sends again)."""

    def __init__(self, client: paho.Client):
        self._client = client
        self.alive = True

    def acknowledge(self, mids: Sequence[int]) -> None:
        """PUBACK for every id, in one packet of bytes: one system call instead of one a message."""
        if self.alive and mids:
            self._client._packet_queue(PUBACK, pubacks(mids), mids[-1], 1)


class MqttSource:
    """Feeds one site's messages into the inbox, for ever: connects again with backoff and jitter."""

    def __init__(self, broker: Mqtt, topics: Sequence[str], inbox: Inbox, now_ms: Callable[[], int],
                 report: Callable[[bool, str], None] = lambda ok, detail: None, jitter: Callable[[], float] = random.random):
        self.broker, self.topics, self.inbox = broker, tuple(topics), inbox
        self.now_ms, self.report, self.jitter = now_ms, report, jitter
        self.address = f"{'mqtts' if broker.tls else 'mqtt'}://{broker.host}:{broker.port}"  # without the password
        self.connections = 0
        self.ready = asyncio.Event()
        self._open: aiomqtt.Client | None = None

    async def run(self) -> None:
        """Until cancelled."""
        failures = 0
        while True:
            before = self.connections
            try:
                await self._connection()
            except aiomqtt.MqttError as error:
                failures = 0 if self.connections > before else failures + 1
                delay = backoff_s(failures, self.jitter())
                log.warning("broker lost, trying again", broker=self.address, error=str(error), in_s=round(delay, 1))
                self.report(False, f"{self.address}: {error}")
                await asyncio.sleep(delay)
            finally:
                self.ready.clear()

    async def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        """Send on the same connection; MqttError while there is none."""
        if self._open is None:
            raise aiomqtt.MqttError("not connected")
        await self._open.publish(topic, payload, qos, retain)

    async def _connection(self) -> None:
        await self.inbox.room()
        client = self._client()
        async with client:
            session, reader = self._session, self._take_over(client)
            try:
                await client.subscribe([(topic, 1) for topic in self.topics])
                reader.limited = True
                self.connections += 1
                self._open = client
                self.ready.set()
                self.report(True, self.address)
                log.info("connected", broker=self.address, topics=self.topics)
                async for _ in client.messages:  # stays empty: raises MqttError when the connection ends
                    continue
            finally:
                session.alive, self._open = False, None
                if client._disconnected.done():
                    client._disconnected.exception()  # seen: else asyncio complains of it later

    def _client(self) -> aiomqtt.Client:
        broker, password = self.broker, self.broker.password
        client = aiomqtt.Client(
            broker.host or "", broker.port, username=broker.username, password=password.get_secret_value() if password else None,
            identifier=broker.client_id, clean_session=False, protocol=aiomqtt.ProtocolVersion.V311,
            tls_params=_tls(broker) if broker.tls else None, logger=_PAHO_LOG,
        )
        inner = client._client
        inner.manual_ack_set(True)
        # a persistent session's backlog arrives right behind CONNACK, before `async with` returns
        self._session = Session(inner)
        inner.on_message = self._receiver(self._session)
        return client

    def _take_over(self, client: aiomqtt.Client) -> Reader:
        """Read the socket ourselves instead of aiomqtt's one packet a wake-up."""
        inner, session = client._client, self._session
        if inner.socket() is None:
            raise aiomqtt.MqttError("connection closed while connecting")
        reader = Reader(inner, self.inbox, lambda publish: self._arrived(publish, session), session)
        reader.start()
        return reader

    def _arrived(self, m: Publish, session: Session) -> None:
        topic = m.topic.decode("utf-8", "replace")  # no profile knows a broken one: it is rejected and counted like any other
        self.inbox.put(Message(self.now_ms(), topic, m.payload, m.retained, m.mid, session if m.qos else None))

    def _receiver(self, session: Session) -> Callable[[paho.Client, object, paho.MQTTMessage], None]:
        """For what paho reads itself, before the socket is ours."""
        def received(_client: paho.Client, _data: object, m: paho.MQTTMessage) -> None:
            self._arrived(Publish(m._topic, bytes(m.payload), m.mid, m.qos, m.retain), session)

        return received


class Reader:
    """Reads the socket of a connected paho client: messages go to `arrived`, every other packet to paho.

    paho spends three system calls, seven locks and a condition variable on a message; at thousands of messages a second
    that is half of a core. When the inbox is full and we are `limited`, nothing is read until it has room again.
    """

    limited = False

    def __init__(self, client: paho.Client, inbox: Inbox, arrived: Callable[[Publish], None], session: Session):
        self.client, self.inbox, self.arrived, self.session = client, inbox, arrived, session
        self._socket = client.socket()
        self._fileno = self._socket.fileno()
        self._data, self._at = b"", 0
        self._paused = False
        self._loop = asyncio.get_running_loop()

    def start(self) -> None:
        self._loop.add_reader(self._fileno, self._readable)

    def _resume(self) -> None:
        if not self.session.alive:
            return
        self._paused = not self._parse()
        if self._paused:
            self.inbox.when_room(self._resume)
        else:
            self.start()

    def _hold(self) -> None:
        """paho takes a socket that is not read for one whose peer is gone, and ends the connection after two keepalives."""
        if self._paused and self.session.alive:
            self.client._last_bytes_received = time.monotonic()
            self._loop.call_later(HOLD_S, self._hold)

    def _readable(self) -> None:
        if self.client._in_packet["command"]:  # paho was in the middle of a packet when we took over
            self.client.loop_read()
            return
        try:
            data = self._socket.recv(READ_BYTES)
            while (pending := getattr(self._socket, "pending", int)()) and data:  # TLS holds decrypted bytes back from the selector
                data += self._socket.recv(pending)
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except OSError:
            data = b""
        if not data:
            self.client._loop_rc_handle(paho.MQTT_ERR_CONN_LOST)
            return
        self.client._last_bytes_received = time.monotonic()
        self._data, self._at = self._data[self._at :] + data, 0
        if not self._parse():
            self._paused = True
            self._loop.remove_reader(self._fileno)
            self.inbox.when_room(self._resume)
            self._hold()

    def _parse(self) -> bool:
        """Handle the complete packets of the buffer; False when the inbox is full before its end."""
        try:
            while (packet := packet_at(self._data, self._at)) is not None:
                if packet.first & 0xF0 == PUBLISH:
                    if self.limited and self.inbox.full:
                        return False
                    self.arrived(publish(self._data, packet))
                else:
                    self._to_paho(packet)
                self._at = packet.end
        except Malformed:
            self.client._loop_rc_handle(paho.MQTT_ERR_PROTOCOL)
        return True

    def _to_paho(self, packet: Packet) -> None:
        inner, body = self.client, self._data[packet.start : packet.end]
        empty = inner._in_packet
        inner._in_packet = empty | {"command": packet.first, "packet": bytearray(body), "remaining_length": len(body), "have_remaining": 1}
        inner._packet_handle()
        inner._in_packet = empty


def _tls(broker: Mqtt) -> aiomqtt.TLSParameters:
    ca, cert, key = (str(f) if f else None for f in (broker.ca_file, broker.cert_file, broker.key_file))
    return aiomqtt.TLSParameters(ca_certs=ca, certfile=cert, keyfile=key)


def backoff_s(failures: int, jitter: float) -> float:
    """Seconds before attempt `failures + 1`: doubles up to the longest, between half and all of it by `jitter` in 0..1."""
    longest = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(failures, 16))
    return longest * (0.5 + 0.5 * jitter)
