"""One gateway: a connection to the broker with a last will, a bounded buffer while it is away, and at-least-once delivery."""
from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import aiomqtt

Message = tuple[str, bytes, bool]  # topic, payload, retained
BATCH = 200  # publishes under way at once
QUIET = logging.getLogger("sensors.mqtt")  # the library warns at every eleventh message under way, which is our ordinary batch
QUIET.setLevel(logging.CRITICAL)
FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0  # s between attempts to connect


@dataclass(frozen=True, slots=True)
class Broker:
    """Where to connect."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: bool = False

    @classmethod
    def parse(cls, url: str) -> Broker:
        """`mqtt://[user[:password]@]host[:port]`, `mqtts` with TLS; ValueError tells what is wrong."""
        parts = urlsplit(url if "//" in url else f"mqtt://{url}")
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError(f"broker {url!r}: write mqtt://host:port or mqtts://host:port")
        tls = parts.scheme == "mqtts"
        plain = [unquote(x) if x is not None else None for x in (parts.username, parts.password)]
        return cls(parts.hostname, parts.port or (8883 if tls else 1883), plain[0], plain[1], tls)


@dataclass
class Gateway:
    """Publishes QoS 1. `greeting` and `will` are the retained status messages; `meta` goes out once, on the first connection."""

    name: str
    broker: Broker
    greeting: Message
    will: Message
    meta: tuple[Message, ...] = ()
    limit: int = 50_000
    waiting: deque[Message] = field(default_factory=deque)
    sent: int = 0
    dropped: int = 0
    connections: int = 0
    under_way: int = 0  # sent, not yet confirmed
    trouble: str = ""
    more: asyncio.Event = field(default_factory=asyncio.Event)
    closing: bool = False

    def put(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Queue a message; the oldest makes room when the buffer is full."""
        if len(self.waiting) >= self.limit:
            self.waiting.popleft()
            self.dropped += 1
        self.waiting.append((topic, payload, retain))
        self.more.set()

    def close(self) -> None:
        """Send what waits, then say goodbye."""
        self.closing = True
        self.more.set()

    async def run(self) -> None:
        """Connect, and again when the connection breaks, until closed."""
        for message in self.meta:
            self.put(*message)
        wait = FIRST_WAIT
        while not (self.closing and (not self.waiting or not self.connections)):
            began = time.monotonic()
            try:
                await self._session()
                return
            except (aiomqtt.MqttError, OSError) as error:
                self.trouble = str(error)
            if time.monotonic() - began > LONGEST_WAIT:
                wait = FIRST_WAIT
            await self._pause(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not while closing."""
        until = time.monotonic() + seconds
        while not self.closing and time.monotonic() < until:
            await asyncio.sleep(min(0.1, seconds))

    def _client(self) -> aiomqtt.Client:
        b, (topic, payload, retain) = self.broker, self.will
        return aiomqtt.Client(b.host, b.port, username=b.username, password=b.password, identifier=self.name, keepalive=15, timeout=10, logger=QUIET,
                              will=aiomqtt.Will(topic, payload, 1, retain), tls_params=aiomqtt.TLSParameters() if b.tls else None,
                              max_inflight_messages=BATCH, max_concurrent_outgoing_calls=2 * BATCH)

    async def _session(self) -> None:
        async with self._client() as client:
            self.connections += 1
            self.trouble = ""
            await _publish(client, self.greeting)
            while True:
                await self._drain(client)
                if self.closing:
                    await _publish(client, self.will)
                    return
                await self._wait(client)

    async def _wait(self, client: aiomqtt.Client) -> None:
        """Until there is more to send; wakes to notice a broken connection."""
        self.more.clear()
        if self.waiting or self.closing:
            return
        try:
            await asyncio.wait_for(self.more.wait(), 5.0)
        except TimeoutError:
            await _publish(client, self.greeting)

    async def _drain(self, client: aiomqtt.Client) -> None:
        while self.waiting:
            batch = [self.waiting.popleft() for _ in range(min(BATCH, len(self.waiting)))]
            self.under_way = len(batch)
            done = await asyncio.gather(*(_publish(client, m) for m in batch), return_exceptions=True)
            self.under_way = 0
            failed = [m for m, r in zip(batch, done, strict=True) if isinstance(r, BaseException)]
            self.sent += len(batch) - len(failed)
            if failed:
                self.waiting.extendleft(reversed(failed))
                raise next(r for r in done if isinstance(r, BaseException))


async def _publish(client: aiomqtt.Client, message: Message) -> None:
    topic, payload, retain = message
    await client.publish(topic, payload, qos=1, retain=retain)
