"""Ending tasks that lose a cancellation, and those that refuse."""
from __future__ import annotations

import asyncio
from contextlib import suppress

from twin.service.tasks import end


async def deaf(times: int) -> None:
    """Loses so many cancellations, then ends at the next."""
    for _ in range(times):
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
    await asyncio.Event().wait()


async def test_a_lost_cancellation_is_sent_again():
    task = asyncio.create_task(deaf(2))
    await asyncio.sleep(0)
    assert await end(task)
    assert task.cancelled()


async def test_a_task_that_refuses_is_told():
    task = asyncio.create_task(deaf(1000))
    await asyncio.sleep(0)
    assert not await end(task, within_s=0.2)
    assert await end(task, within_s=0) is False
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)


async def test_nothing_to_end():
    assert await end()
