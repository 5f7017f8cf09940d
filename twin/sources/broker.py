"""An embedded MQTT broker on loopback for the demo and for tests (rumqttd, from the iotcore wheel).

It runs on its own threads in this process and ends with it: rumqttd has no way to stop. No access control, no
persistence, 100 retained messages a subscription: never for a real plant.
"""
from __future__ import annotations

import logging
import socket
import time

LOOPBACK = "127.0.0.1"


class PortTaken(OSError):
    """The wanted port is in use."""

    def __init__(self, port: int, what: str):
        self.port, self.what = port, what
        super().__init__(f"port {port} for the {what} is in use")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


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
