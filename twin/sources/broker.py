"""An embedded MQTT broker on loopback for the demo and for tests (rumqttd, from the iotcore wheel).

It runs on its own threads in this process and ends with it: rumqttd has no way to stop. No access control, no
persistence, 100 retained messages a subscription: never for a real plant.
"""
from __future__ import annotations

import contextlib
import logging
import random
import socket
import time

LOOPBACK = "127.0.0.1"


class PortTaken(OSError):
    """The wanted port is in use."""

    def __init__(self, port: int, what: str):
        self.port, self.what = port, what
        super().__init__(f"port {port} for the {what} is in use")


def free_port() -> int:
    """A free port below those the kernel gives to clients: one of them could take the port of a server that restarts."""
    while True:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port


def require_free(port: int, what: str) -> None:
    """PortTaken when something listens on the port of this machine already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            raise PortTaken(port, what) from None


def start_broker(port: int | None = None, wait_s: float = 10.0) -> int:
    """Start a broker; the port it listens on. PortTaken when the port given is in use."""
    from iotcore import IotCoreBroker

    port = free_port() if port is None else port
    require_free(port, "MQTT broker")
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL + 1)  # it logs an error span a packet, through Python
    IotCoreBroker(listen=LOOPBACK, port=port, max_payload_size=1 << 20, max_inflight_count=1000).start()
    _wait(port, wait_s)
    return port


def _wait(port: int, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    while True:
        try:
            socket.create_connection((LOOPBACK, port), 0.2).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the embedded broker did not listen on port {port} within {wait_s:g} s") from None
            time.sleep(0.01)
