"""What-if and advice over MQTT, under a root of their own: a request is answered once, a repeated id gets the same answer, a retained one is refused."""
from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from pydantic import ValidationError

from config.errors import WireError
from config.site import Site
from twin.events import Command
from twin.service.advice_request import AdviceRequest
from twin.service.asker import Asker
from twin.service.request import Request
from twin.sources.inbox import Message
from twin.whatif.refusal import Refused
from twin.wire.messages import decode_command
from twin.wire.reasons import LIMITS, Limits
from twin.wire.topics import answer_topic, request_topic

REMEMBERED = 100
REQUESTS: dict[str, type[Request | AdviceRequest]] = {"whatif": Request, "advise": AdviceRequest}  # by the name of the command
Publish = Callable[[str, bytes, int], Awaitable[None]]


@dataclass
class MqttWhatif:
    """Takes messages on the request topic; everything else is not its own."""

    site: Site
    asker: Asker
    publish: Publish
    count: Callable[[str], None] = lambda what: None  # counters of the service
    limits: Limits = LIMITS
    _answers: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def take(self, message: Message) -> bool:
        """Whether the message was ours. Work goes on beside the fold."""
        if message.topic != request_topic(self.site):
            return False
        self.count("whatif_requests")
        try:
            command = decode_command(message.topic, message.payload, message.received_ms, self.limits)
        except WireError as error:
            self.count(f"rejected_{error.reason}")
            return True
        if command.id not in self._tasks:
            task = asyncio.get_running_loop().create_task(self._answer(command, message))
            self._tasks[command.id] = task
            task.add_done_callback(lambda _: self._tasks.pop(command.id, None))
        return True

    async def _answer(self, c: Command, message: Message) -> None:
        if c.id not in self._answers:
            self._answers[c.id] = await self._worked_out(c, message)
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        await self.publish(answer_topic(self.site, c.id), self._answers[c.id], 1)

    async def _worked_out(self, c: Command, message: Message) -> bytes:
        if message.retained:
            return refusal("", "a retained request is not answered: publish it without retain")
        if message.received_ms > c.expires_ms:
            return refusal("expires", f"expired {message.received_ms - c.expires_ms} ms before it arrived")
        if c.name not in REQUESTS:
            return refusal("name", f"{c.name[:40]!r}: only {' and '.join(map(repr, REQUESTS))} are answered here")
        try:
            return await self.asker.ask(REQUESTS[c.name].model_validate({**c.arguments, "id": c.id}))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            return refusal(".".join(map(str, first["loc"])), first["msg"])
        except Refused as why:
            return refusal(why.field, why.why)

    async def close(self) -> None:
        """Nothing more is answered."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def refusal(field: str, why: str) -> bytes:
    return json.dumps({"error": why, "field": field}).encode()
