"""From a site and its settings to a service with its source and sinks, ready to run."""
from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiomqtt
import structlog

from config.errors import ConfigError, Problem
from config.settings import Settings
from config.site import Site
from twin.alarms.rules import PRIORITIES
from twin.engine import Twin, rehearse, start, unroll
from twin.engine.ahead import present
from twin.estimate.health.assess import assess
from twin.events import Answer, Effect, Emit, Forget
from twin.plant.stocks import volumes
from twin.service import outlook
from twin.service.asker import Asker
from twin.service.clock import Clock
from twin.service.forecaster import Forecaster
from twin.service.hub import Hub
from twin.service.letters import DeadLetters
from twin.service.loop import Service
from twin.service.moments import stored
from twin.service.mqtt_whatif import MqttWhatif
from twin.sinks.base import AHEAD, Sink
from twin.sinks.local import LocalStore
from twin.sinks.mqtt_alarms import MqttAlarms
from twin.sinks.mqtt_twin import MqttTwin
from twin.sources.inbox import Inbox
from twin.sources.log import EventLog
from twin.sources.mqtt import MqttSource
from twin.spare import spare
from twin.whatif.ground import Ground
from twin.wire import topics
from twin.wire.messages import encode_ack
from twin.wire.native import Decoded, codec
from twin.wire.reasons import LIMITS, Limits

log = structlog.get_logger("service")


@dataclass(frozen=True)
class Assembly:
    """What runs together: `source.run()` and `service.run()` in one event loop."""

    service: Service
    source: MqttSource
    hub: Hub
    asker: Asker
    door: MqttWhatif
    ground: Ground
    forecaster: Forecaster

    def fork(self) -> None:
        """Start the process that answers what-ifs: before any thread."""
        self.asker.fork(self.ground)


def assemble(site: Site, settings: Settings, clock: Clock, log_file: Path | None = None, limits: Limits = LIMITS,
             twin_every_s: float = 1.0) -> Assembly:
    """A live service on the broker of the settings."""
    hub, inbox = Hub(site), Inbox()
    wire = codec(site)

    def decode(topic: str, payload: bytes, received_ms: int) -> Decoded:
        return wire.decode(topic, payload, received_ms, limits)

    def report(ok: bool, detail: str) -> None:
        hub.health["broker"] = {"ok": ok, "detail": detail}

    report(False, "not connected yet")
    source = MqttSource(settings.mqtt, (*topics.filters(site), topics.request_topic(site), *outlook.topics(site.id)), inbox, clock.now_ms, report)
    twin = start(site)
    rehearse(twin)
    spare()
    g = compiled(site, twin)
    asker = Asker(site, lambda: present(g, service.twin), lambda at_ms: stored(g, settings.store.path, at_ms),
                  lambda found: put(service.sinks, [*(Forget(name) for name in dict.fromkeys(s.scenario for s in found)), *map(Emit, found)]))
    told = outlook.Told(g, outlook.from_files(g, settings.forecast.weather, settings.forecast.jobs, time.gmtime().tm_year), lambda what: hub.counters.update((what,)))
    door = MqttWhatif(site, asker, _published(source), lambda what: hub.counters.update((what,)))
    service = Service(
        site, twin, unroll, decode, hub, inbox, clock,
        sinks=(*stores(site, settings), MqttTwin(site, source.publish, twin_every_s),
               MqttAlarms(site, source.publish, lambda: source.connections, beside(settings, ".alarms.json"))),
        log=EventLog(log_file) if log_file else None, letters=DeadLetters(beside(settings, ".rejected.jsonl")),
        answer=_answers(source, clock), counts=counts, alarms=lambda twin: twin.alarms, aside=lambda message: door.take(message) or told.take(message),
    )
    hub.assess = lambda: assess(service.twin.model.health, service.twin.health)
    forecaster = Forecaster(g, lambda: service.twin, hub, lambda effects: put(service.sinks, effects), lambda: told.outlook)
    return Assembly(service, source, hub, asker, door, g, forecaster)


def put(sinks: Sequence[Sink], effects: Sequence[Effect]) -> None:
    """What lies ahead, to everyone who keeps or tells it."""
    for sink in sinks:
        sink.put(effects, AHEAD)


def compiled(site: Site, twin: Twin) -> Ground:
    """What futures need of a site, from what the twin has of it."""
    model = twin.model
    return Ground(site, model.parameters, model.facts.m, model.design, model.feeds, volumes(model.parameters))


def stores(site: Site, settings: Settings, name: str = "influx", past: bool = False) -> list[Sink]:
    """The sinks that keep what they get: the local store, and InfluxDB when one is named. `name` tells spools apart."""
    found: list[Sink] = [LocalStore(site, settings.store.path, windows_only=past)]
    if settings.influx.url is not None:
        from twin.sinks.delivery.endpoint import target  # brings influxdb-client: 30 MB
        from twin.sinks.influx import InfluxSink

        found.append(InfluxSink(site, target(settings.influx), beside(settings, f".{name}"), gpus=settings.influx.gpus))
    return found


def beside(settings: Settings, suffix: str) -> Path:
    """A file or folder next to the store."""
    return settings.store.path.with_name(settings.store.path.stem + suffix)


def counts(twin: Twin) -> dict[str, int]:
    """What the twin has counted, by the names of `/metrics`."""
    c = twin.counts
    a = twin.alarms
    by_priority = {f"alarms_{name}": n for name, n in zip(PRIORITIES.values(), a.announced, strict=True)}
    return {"late": c.late, "duplicate": c.duplicate, "steps": c.steps, **by_priority, "alarms_dropped": a.dropped}


def _answers(source: MqttSource, clock: Clock) -> Any:
    async def answer(effect: Answer) -> None:
        topic, payload = encode_ack(effect, clock.now_ms())
        try:
            await source.publish(topic, payload, 1)
        except aiomqtt.MqttError as error:
            log.warning("answer not sent", command=effect.command.id, error=str(error))

    return answer


def _published(source: MqttSource) -> Any:
    async def publish(topic: str, payload: bytes, qos: int) -> None:
        try:
            await source.publish(topic, payload, qos)
        except aiomqtt.MqttError as error:
            log.warning("answer not sent", topic=topic, error=str(error))

    return publish


def need_broker(settings: Settings) -> None:
    """ConfigError when no broker is named."""
    if settings.mqtt.url is None:
        raise ConfigError([Problem("environment", 0, "BOUCLE_MQTT__URL", "missing: name a broker here or with --broker")])

