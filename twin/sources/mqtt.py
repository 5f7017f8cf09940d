"""MQTT 3.1.1 source: a persistent session, QoS 1, acknowledged only after a message's effects are handed over.

aiomqtt connects, subscribes and disconnects. Two things are set on its paho client here and nowhere else:
manual acknowledgement (aiomqtt acknowledges before the message is processed) and our own message callback
(aiomqtt's bounded queue discards silently). When the inbox is full the socket is not read: TCP holds the broker back.
"""
from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence

import aiomqtt
import paho.mqtt.client as paho
import structlog

from config.settings import Mqtt
from twin.sources.inbox import Inbox, Message

log = structlog.get_logger("mqtt")
_PAHO_LOG = logging.getLogger("boucle.paho")
_PAHO_LOG.setLevel(logging.CRITICAL)  # what goes wrong with a connection is logged here, once

FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 30.0
PACKETS_A_READ = 256  # packets read before the event loop gets its turn
PUBACK = 0x40


class Session:
    """One connection: acknowledgements belong to it and die with it (the broker then sends again)."""

    def __init__(self, client: paho.Client):
        self._client = client
        self.alive = True

    def acknowledge(self, mids: Sequence[int]) -> None:
        """PUBACK for every id, in one packet of bytes: one system call instead of one a message."""
        if self.alive and mids:
            data = b"".join(bytes((PUBACK, 2, mid >> 8, mid & 255)) for mid in mids)
            self._client._packet_queue(PUBACK, data, mids[-1], 1)


class MqttSource:
    """Feeds one site's messages into the inbox, for ever: connects again with backoff and jitter."""

    def __init__(self, broker: Mqtt, topics: Sequence[str], inbox: Inbox, now_ms: Callable[[], int],
                 report: Callable[[bool, str], None] = lambda ok, detail: None, jitter: Callable[[], float] = random.random):
        self.broker, self.topics, self.inbox = broker, tuple(topics), inbox
        self.now_ms, self.report, self.jitter = now_ms, report, jitter
        self.address = f"{'mqtts' if broker.tls else 'mqtt'}://{broker.host}:{broker.port}"  # without the password
        self.connections = 0
        self.ready = asyncio.Event()
        self._arrivals = 0
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

    async def publish(self, topic: str, payload: bytes, qos: int = 0) -> None:
        """Send on the same connection; MqttError while there is none."""
        if self._open is None:
            raise aiomqtt.MqttError("not connected")
        await self._open.publish(topic, payload, qos)

    async def _connection(self) -> None:
        client = self._client()
        async with client:
            session = self._take_over(client)
            try:
                await client.subscribe([(topic, 1) for topic in self.topics])
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

    def _take_over(self, client: aiomqtt.Client) -> Session:
        """Read many packets a wake-up instead of aiomqtt's one, and none while the inbox is full."""
        inner, loop = client._client, asyncio.get_running_loop()
        socket = inner.socket()
        session = self._session
        if socket is None:
            raise aiomqtt.MqttError("connection closed while connecting")
        fileno = socket.fileno()

        def resume() -> None:
            if session.alive:
                loop.add_reader(fileno, read)

        def read() -> None:
            for _ in range(PACKETS_A_READ):
                before = self._arrivals
                try:
                    inner.loop_read()
                except Exception as error:  # noqa: BLE001 as aiomqtt does: whatever it was, this connection is over
                    client._disconnected.done() or client._disconnected.set_exception(error)
                    return
                if self._arrivals == before:
                    return
                if self.inbox.full:
                    loop.remove_reader(fileno)
                    self.inbox.when_room(resume)
                    return

        loop.add_reader(fileno, read)
        return session

    def _receiver(self, session: Session) -> Callable[[paho.Client, object, paho.MQTTMessage], None]:
        def received(_client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
            self._arrivals += 1
            try:
                topic = message.topic
            except UnicodeDecodeError:
                topic = "\ufffd"  # no profile knows it: it is rejected and counted like any other bad topic
            self.inbox.put(Message(self.now_ms(), topic, bytes(message.payload), message.retain, message.mid, session if message.qos else None))

        return received


def _tls(broker: Mqtt) -> aiomqtt.TLSParameters:
    ca, cert, key = (str(f) if f else None for f in (broker.ca_file, broker.cert_file, broker.key_file))
    return aiomqtt.TLSParameters(ca_certs=ca, certfile=cert, keyfile=key)


def backoff_s(failures: int, jitter: float) -> float:
    """Seconds before attempt `failures + 1`: doubles up to the longest, between half and all of it by `jitter` in 0..1."""
    longest = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** min(failures, 16))
    return longest * (0.5 + 0.5 * jitter)
