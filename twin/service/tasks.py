"""Ending tasks for certain."""
from __future__ import annotations

import asyncio
from typing import Any

AGAIN_S = 0.1


async def end(*tasks: asyncio.Task[Any], within_s: float = 1.0) -> bool:
    """Cancel until they end: before Python 3.12 `asyncio.wait_for` loses a cancellation that meets its result. False when one has not."""
    left: set[asyncio.Task[Any]] = {t for t in tasks if not t.done()}
    for _ in range(round(within_s / AGAIN_S)):
        if not left:
            break
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN_S)
    return not left
