"""`python -m twin.bench._sender PORT FRAMES`: publish frames at QoS 1 as fast as the broker takes them."""
from __future__ import annotations

import sys
from pathlib import Path

import paho.mqtt.client as paho

from twin.wire.frames import unpack


def main(port: int, path: Path) -> None:
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="bench-sender")
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    with path.open("rb") as frames:
        sent = [client.publish(topic, payload, 1) for topic, payload in unpack(frames)]
    for message in sent:
        message.wait_for_publish()
    client.disconnect()
    client.loop_stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
